import type { Client } from 'pg';
import { connect } from '../src/platform/database/roles.js';
import { type Api, bind, draftPlan, planContent, readyVersion, TestService } from './support/service.js';

describe('how a plan has a model fed', () => {
  let service: TestService;
  let admin: Client;
  let api: Api;
  let dataset: string;
  let inputBindingId: string;

  beforeAll(async () => {
    service = await TestService.start({ powers: ['launcher', 'evaluator', 'api'] });
    admin = await connect(service.database.admin);
    ({ api } = await service.admitTenant());
    dataset = await service.readyDataset();
    const modelVersionId = await readyVersion(api);
    inputBindingId = await bind(api, modelVersionId, dataset);
    // What is checked here is the plan; an image that runs is another test's.
    await admin.query(`UPDATE sandbox.model_version SET runtime = 'OCI_IMAGE' WHERE id = $1`, [
      modelVersionId,
    ]);
  }, 300_000);

  afterAll(async () => {
    await admin?.end();
    await service?.close();
  });

  const EVENTS = { feed: 'EVENTS', windowRows: 64 };

  async function locked(plan: Record<string, unknown>): Promise<{ digest: string; document: object }> {
    const planId = await draftPlan(api, inputBindingId, planContent(plan));
    return api.done('lockEvaluationPlan', 'EvaluationPlan', 'digest document feed windowRows', { planId });
  }

  test('the feed is part of what is locked; a plan that is fed in batches says what plans always said', async () => {
    const batch = await locked({});
    expect(batch).toMatchObject({ feed: 'BATCH', windowRows: null });
    expect(Object.keys(batch.document).sort()).toEqual(
      ['schema', 'title', 'threshold', 'replicates', 'seed', 'minimumGroupSize', 'criteria'].sort(),
    );
    expect((await locked({ windowRows: 9 })).digest).toBe(batch.digest);
    const events = await locked(EVENTS);
    expect(events).toMatchObject({ ...EVENTS, document: { feed: { kind: 'EVENTS', windowRows: 64 } } });
    const wider = await locked({ ...EVENTS, windowRows: 65_536 });
    expect(new Set([batch.digest, events.digest, wider.digest]).size).toBe(3);
    expect(await locked({ feed: 'EVENTS' })).toMatchObject({ windowRows: 256 });
  });

  test.each([0, 65_537])('a window of %i events is refused by name', async (windowRows) => {
    const { errors } = await api.ask(
      `mutation ($input: CreateEvaluationPlanInput!) { createEvaluationPlan(input: $input) { __typename } }`,
      { input: { inputBindingId, plan: planContent({ ...EVENTS, windowRows }) } },
    );
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      problems: [{ field: 'plan.windowRows' }],
    });
  });

  test('a draft is revised from one feed to the other', async () => {
    const planId = await draftPlan(api, inputBindingId);
    const revise = (plan: Record<string, unknown>): Promise<object> =>
      api.done('reviseEvaluationPlan', 'EvaluationPlan', 'feed windowRows', {
        planId,
        plan: planContent(plan),
      });
    expect(await revise(EVENTS)).toMatchObject(EVENTS);
    expect(await revise({})).toMatchObject({ feed: 'BATCH', windowRows: null });
  });

  test('a split has its events beside its features, and where it has none, that is said', async () => {
    const { rows } = await admin.query(
      `SELECT split, part, rows FROM sandbox.dataset_object WHERE dataset_version_id = $1 ORDER BY split, part`,
      [dataset],
    );
    expect(rows.map(({ split, part }: { split: string; part: string }) => `${split} ${part}`)).toEqual([
      'development events',
      'development features',
      'evaluation events',
      'evaluation features',
    ]);
    const [ofEvents, ofFeatures] = (rows as { rows: string }[]).slice(2);
    expect(ofEvents?.rows).toBe(ofFeatures?.rows);

    // A version as it stood before events were kept.
    const older = await service.generate(3_000);
    await admin.query(
      `DELETE FROM sandbox.dataset_object WHERE part = 'events' AND dataset_version_id = $1`,
      [older],
    );
    const modelVersionId = await readyVersion(api);
    const binding = await bind(api, modelVersionId, older);
    await admin.query(`UPDATE sandbox.model_version SET runtime = 'REMOTE_RUNNER' WHERE id = $1`, [
      modelVersionId,
    ]);
    const make = { inputBindingId: binding, plan: planContent(EVENTS) };
    const none = await api.failed('createEvaluationPlan', make);
    expect(none).toMatchObject({ __typename: 'PlanInvalid', code: 'NO_EVENTS' });
    expect(none.message).toContain('prepared before they were kept');
    // What is drawn from it now keeps its events.
    const sealed = { ...make, split: 'SEALED' };
    const plan = await api.done<{ id: string }>(
      'createEvaluationPlan',
      'EvaluationPlan',
      'id warnings { code }',
      sealed,
    );
    expect(plan).toMatchObject({ warnings: [{ code: 'SENDS_ROWS_OUTSIDE' }] });
    await admin.query(`UPDATE sandbox.dataset_version SET source = 'IMPORTED' WHERE id = $1`, [older]);
    expect((await api.failed('createEvaluationPlan', make)).message).toContain('imports have none');
  }, 300_000);
});
