import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { connect } from '../src/platform/database/roles.js';
import {
  type Api,
  baseline,
  bind,
  draftPlan,
  follow,
  openVersion,
  planContent,
  readyVersion,
  registerModel,
  startRun,
  type Tenant,
  TestService,
} from './support/service.js';

const SOURCE = { title: 'Test', status: 'CONVENTION' };

describe('bindings, plans and runs', () => {
  let service: TestService;
  let admin: Client;
  let tenant: Tenant;
  let api: Api;
  let dataset: string;
  let modelVersionId: string;
  let inputBindingId: string;
  const { input: name, features } = baseline('weak');

  beforeAll(async () => {
    service = await TestService.start({ powers: ['launcher', 'evaluator', 'api'] });
    admin = await connect(service.database.admin);
    tenant = await service.admitTenant();
    api = tenant.api;
    dataset = await service.readyDataset();
    modelVersionId = await readyVersion(api);
    inputBindingId = await bind(api, modelVersionId, dataset);
  }, 300_000);

  afterAll(async () => {
    await admin?.end();
    await service?.close();
  });

  const binding = (
    inputs: unknown,
    more: Record<string, unknown> = {},
  ): Promise<{ code: string; message: string }> =>
    api.failed('createInputBinding', { modelVersionId, datasetVersionId: dataset, inputs, ...more });

  const rows = async (table: string): Promise<number> =>
    (await admin.query<{ n: number }>(`SELECT count(*)::int AS n FROM sandbox.${table}`)).rows[0]?.n ?? -1;

  test('a binding fits the model and the dataset, or says what does not', async () => {
    const before = await rows('input_binding');
    const missing = await binding([{ name, columns: [...features.slice(1), 'no_such_column'] }]);
    expect(missing.code).toBe('MISSING_COLUMN');
    expect(missing.message).toContain('no_such_column');
    const few = await binding([{ name, columns: features.slice(1) }]);
    expect(few.message).toContain(String(features.length));
    const many = await binding([{ name, columns: [...features, features[0]] }]);
    expect(few.code).toBe(many.code);
    const nameless = await binding([{ name: 'other', columns: features }]);
    expect(nameless.message).toContain('other');
    // Labels, protected attributes and keys are no features, by whatever name they are asked for.
    const { columns } = await api.value<{ columns: { name: string; role: string }[] }>(
      `query ($id: ID!) { datasetVersion(id: $id) { columns { name role } } }`,
      { id: dataset },
    );
    const others = columns
      .filter(({ role }) => role.toLowerCase() !== 'feature')
      .map((column) => column.name);
    expect(others.length).toBeGreaterThan(5);
    for (const other of others) {
      expect((await binding([{ name, columns: [...features.slice(1), other] }])).code).toBe('MISSING_COLUMN');
    }
    expect((await binding([{ name, columns: features }], { output: { name: 'nothing' } })).message).toContain(
      'nothing',
    );
    expect(await rows('input_binding')).toBe(before);
  });

  test('an artefact that is not there yet, or a dataset, cannot be bound', async () => {
    const { id } = await openVersion(api, await registerModel(api), baseline('weak').bytes);
    expect(
      await api.failed('createInputBinding', { modelVersionId: id, datasetVersionId: dataset }),
    ).toMatchObject({
      code: 'MODEL_VERSION_NOT_READY',
    });
    const importing = await service.operator.done<{ datasetVersion: { id: string } }>(
      'importDataset',
      'DatasetImportOpened',
      'datasetVersion { id }',
      {
        name: 'Waiting',
        sha256: 'a'.repeat(64),
        sizeBytes: 10,
        columns: [
          { name: 'y', role: 'LABEL', definition: 'Label' },
          { name: 'x', role: 'FEATURE', definition: 'Feature' },
        ],
      },
    );
    expect(
      await api.failed('createInputBinding', {
        modelVersionId,
        datasetVersionId: importing.datasetVersion.id,
      }),
    ).toMatchObject({ code: 'DATASET_NOT_READY' });
  });

  const criterion = (changes: Record<string, unknown>): Record<string, unknown> => ({
    id: 'c',
    metric: 'rocAuc',
    comparator: 'AT_LEAST',
    threshold: 0.5,
    source: SOURCE,
    declaredBy: 'Tenant',
    ...changes,
  });

  test('a plan whose criteria cannot be measured is refused, by name', async () => {
    const before = await rows('evaluation_plan');
    const cases: [criteria: Record<string, unknown>[], words: string][] = [
      [[criterion({ metric: 'magic' })], 'magic'],
      [[criterion({ metric: 'constructor' })], 'constructor'],
      [[criterion({ fairnessColumn: 'sex' })], 'rocAuc'],
      [[criterion({ metric: 'equalOpportunityDifference' })], 'equalOpportunityDifference'],
      [[criterion({ metric: 'equalOpportunityDifference', fairnessColumn: 'shoe_size' })], 'shoe_size'],
      [[criterion({ slice: { column: 'shoe_size', group: '42' } })], 'shoe_size'],
      [[criterion({}), criterion({})], 'c'],
    ];
    for (const [criteria, words] of cases) {
      const failure = await api.failed('createEvaluationPlan', {
        inputBindingId,
        plan: planContent({ criteria }),
      });
      expect([failure.__typename, words, failure.message.includes(words)]).toEqual([
        'PlanInvalid',
        words,
        true,
      ]);
    }
    expect(await rows('evaluation_plan')).toBe(before);
  });

  test('a draft can be revised, cannot be run, and once locked is never changed', async () => {
    const planId = await draftPlan(api, inputBindingId);
    expect(await api.failed('startRun', { planId })).toMatchObject({ code: 'PLAN_NOT_LOCKED' });
    const invalid = planContent({ criteria: [criterion({ metric: 'magic' })] });
    expect(await api.failed('reviseEvaluationPlan', { planId, plan: invalid })).toMatchObject({
      __typename: 'PlanInvalid',
    });
    const revised = await api.done<{ title: string }>(
      'reviseEvaluationPlan',
      'EvaluationPlan',
      'title state',
      {
        planId,
        plan: planContent({ title: 'Second thoughts' }),
      },
    );
    expect(revised).toMatchObject({ title: 'Second thoughts', state: 'DRAFT' });
    const locks = await Promise.all(
      Array.from({ length: 3 }, () =>
        api.tried<{ __typename: string; digest?: string; code?: string }>(
          'lockEvaluationPlan',
          'EvaluationPlan',
          'digest',
          { planId },
        ),
      ),
    );
    expect(locks.filter(({ digest }) => digest !== undefined)).toHaveLength(1);
    expect(locks.filter(({ code }) => code === 'PLAN_ALREADY_LOCKED')).toHaveLength(2);
    expect(locks.find(({ digest }) => digest !== undefined)?.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(await api.failed('reviseEvaluationPlan', { planId, plan: planContent() })).toMatchObject({
      code: 'PLAN_ALREADY_LOCKED',
    });
    expect(
      await api.value(`query ($id: ID!) { evaluationPlan(id: $id) { title state } }`, { id: planId }),
    ).toEqual({ title: 'Second thoughts', state: 'LOCKED' });
  });

  test('the same plan locked twice has the same digest, another threshold another', async () => {
    const digest = async (changes: Record<string, unknown>): Promise<string> => {
      const planId = await draftPlan(api, inputBindingId, planContent(changes));
      return (
        await api.done<{ digest: string }>('lockEvaluationPlan', 'EvaluationPlan', 'digest', { planId })
      ).digest;
    };
    const first = await digest({});
    expect(await digest({})).toBe(first);
    expect(await digest({ threshold: 0.5000001 })).not.toBe(first);
  });

  const locked = async (caller: Api, boundId: string): Promise<string> => {
    const planId = await draftPlan(caller, boundId);
    await caller.done('lockEvaluationPlan', 'EvaluationPlan', 'id', { planId });
    return planId;
  };

  test('runs have a quota that two starts at once cannot pass, and that our faults do not use up', async () => {
    const small = await service.admitTenant(`Small ${randomUUID()}`, 2);
    const bound = await bind(small.api, await readyVersion(small.api), dataset);
    const planId = await locked(small.api, bound);
    const start = (): Promise<{ id?: string; code?: string }> =>
      small.api.tried('startRun', 'Run', 'id', { planId });
    const started = await Promise.all(Array.from({ length: 5 }, start));
    expect(started.filter(({ id }) => id !== undefined)).toHaveLength(2);
    expect(started.filter(({ code }) => code === 'QUOTA_EXCEEDED')).toHaveLength(3);
    const ids = started.flatMap(({ id }) => id ?? []);
    for (const id of ids) await small.api.tried('cancelRun', 'Run', 'id', { runId: id });
    expect((await start()).code).toBe('QUOTA_EXCEEDED');
    await admin.query(
      `UPDATE sandbox.run SET state = 'ERRORED', finished_at = now(), reason_code = 'SCORING_FAULT' WHERE id = $1`,
      [ids[0]],
    );
    expect((await start()).id).toBeDefined();
    expect((await start()).code).toBe('QUOTA_EXCEEDED');
  });

  test('who follows a run is cut off when their token is revoked', async () => {
    const { secret, token } = await api.done<{ secret: string; token: { id: string } }>(
      'issueToken',
      'TokenIssued',
      'secret token { id }',
      { label: 'follower' },
    );
    const runId = await startRun(api, await locked(api, inputBindingId));
    await api.done('cancelRun', 'Run', 'id', { runId });
    // A run that no job will ever move.
    const waiting = randomUUID();
    await admin.query(
      `INSERT INTO sandbox.run SELECT (jsonb_populate_record(r,
         jsonb_build_object('id', $1::uuid, 'state', 'QUEUED', 'finished_at', NULL, 'reason', NULL, 'reason_code', NULL))).*
       FROM sandbox.run r WHERE id = $2`,
      [waiting, runId],
    );
    let tell: () => void = () => undefined;
    const told = new Promise<void>((resolve) => (tell = resolve));
    const followed = service
      .client(secret)
      .subscribe<{ state: string }>(
        `subscription ($id: ID!) { runChanged(id: $id) { state } }`,
        { id: waiting },
        tell,
      );
    await told;
    await api.value('mutation ($id: ID!) { revokeToken(input: { tokenId: $id }) { id } }', { id: token.id });
    await admin.query(`UPDATE sandbox.run SET state = 'STAGING', progress = 0.5 WHERE id = $1`, [waiting]);
    const { values, errors } = await followed;
    expect(values).toEqual([{ state: 'QUEUED' }]);
    expect(errors[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    await admin.query(`DELETE FROM sandbox.run WHERE id = $1`, [waiting]);
  });

  test('a run is cancelled once, whether it waits or works, and says why it ended', async () => {
    const runId = await startRun(api, await locked(api, inputBindingId));
    const cancelled = await api.done<{ state: string; reasonCode: string }>(
      'cancelRun',
      'Run',
      'state reasonCode',
      {
        runId,
      },
    );
    expect(cancelled).toMatchObject({ state: 'CANCELLED', reasonCode: 'CANCELLED_BY_TENANT' });
    expect(await follow(api, runId)).toEqual([
      { state: 'CANCELLED', progress: 1, reasonCode: 'CANCELLED_BY_TENANT' },
    ]);
    expect(await api.failed('cancelRun', { runId })).toMatchObject({ code: 'RUN_ALREADY_FINAL' });
    // Whatever took the job up meanwhile leaves the run as it is.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(
      await api.value(`query ($id: ID!) { run(id: $id) { state report { id } } }`, { id: runId }),
    ).toEqual({
      state: 'CANCELLED',
      report: null,
    });
  });
});
