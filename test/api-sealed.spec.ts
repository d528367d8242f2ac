import * as fs from 'node:fs';
import * as path from 'node:path';
import { createHash, createHmac } from 'node:crypto';
import type { Client } from 'pg';
import { inspectOnnx } from '../src/engine/scoring/index.js';
import { TableFile } from '../src/engine/tables/index.js';
import { connect } from '../src/platform/database/roles.js';
import {
  type Api,
  baseline,
  bind,
  follow,
  openVersion,
  planContent,
  readyVersion,
  registerModel,
  runToReport,
  startRun,
  type Tenant,
  TestService,
} from './support/service.js';

interface Compared {
  name: string;
  artefactSha256: string;
  measurement: { rows: number; positives?: number; metrics: Record<string, { value: number | null }> };
}

interface ReportDocument {
  evidence: {
    dataset: { split: string; rows: number; keyCommitment: string | null; versionDigest: string };
    measurement: Compared['measurement'];
    comparison?: { note: string; models: Compared[] };
    limits: string[];
  };
  execution: { runsOnSplit: number; attempt: number };
}

describe('the sealed split', () => {
  let service: TestService;
  let admin: Client;
  let tenant: Tenant;
  let api: Api;
  let reviewer: Api;
  let dataset: string;

  beforeAll(async () => {
    service = await TestService.start();
    admin = await connect(service.database.admin);
    tenant = await service.admitTenant();
    api = tenant.api;
    reviewer = (await service.authority()).first;
    dataset = await service.readyDataset();
  }, 300_000);

  afterAll(async () => {
    await admin?.end();
    await service?.close();
  });

  let made = 0;

  /** The weak model under bytes that no other test has scored: its metadata names another producer. */
  async function freshVersion(): Promise<string> {
    const bytes = Buffer.from(baseline('weak').bytes);
    const producer = inspectOnnx(bytes).producer;
    made += 1;
    bytes.write(String(made).padEnd(producer.length, '-'), bytes.indexOf(producer), 'latin1');
    const { id, uploadUrl } = await openVersion(api, await registerModel(api), bytes);
    expect((await api.put(uploadUrl, bytes)).status).toBe(200);
    return id;
  }

  async function sealedPlan(modelVersionId: string, title = 'Sealed'): Promise<string> {
    const columns = baseline('weak').features;
    const inputBindingId = await bind(api, modelVersionId, dataset, columns);
    const { id } = await api.done<{ id: string }>('createEvaluationPlan', 'EvaluationPlan', 'id split', {
      inputBindingId,
      split: 'SEALED',
      plan: planContent({ title }),
    });
    await api.done('lockEvaluationPlan', 'EvaluationPlan', 'id', { planId: id });
    return id;
  }

  const one = async <T extends object>(sql: string, values: unknown[]): Promise<T> => {
    const { rows } = await admin.query<T>(sql, values);
    if (rows[0] === undefined) throw new Error(`no row: ${sql}`);
    return rows[0];
  };

  test('is drawn for the plan once it is locked, committed to before scoring, scored once, and compared', async () => {
    const modelVersionId = await readyVersion(api, 'weak');
    const planId = await sealedPlan(modelVersionId);
    expect((await admin.query('SELECT 1 FROM sandbox.sealed_draw')).rows).toEqual([]);
    const runId = await startRun(api, planId);
    const states = (await follow(api, runId)).map(({ state }) => state);
    expect(states.at(-1)).toBe('SUCCEEDED');
    expect([...new Set(states)].filter((state) => state !== 'QUEUED')).toEqual([
      'STAGING',
      'SCORING',
      'MEASURING',
      'SEALING',
      'SUCCEEDED',
    ]);
    const run = await api.value<{
      attempt: number;
      sealedDraw: { commitment: string; rows: number; drawnAt: string };
      report: { id: string };
    }>(`query ($id: ID!) { run(id: $id) { attempt sealedDraw { commitment rows drawnAt } report { id } } }`, {
      id: runId,
    });
    expect(run.attempt).toBe(1);

    // The key is bound to version, model and plan, and the commitment stands in the trail before any scoring.
    const { digest: planDigest } = await one<{ digest: string }>(
      'SELECT digest FROM sandbox.evaluation_plan WHERE id = $1',
      [planId],
    );
    const secret = fs.readFileSync(path.join(service.data, 'secrets', 'blind', 'secret'));
    const key = createHmac('sha256', secret)
      .update(`sandbox split key/1 ${dataset} sealed ${digestOf(baseline('weak').bytes)} ${planDigest}`)
      .digest();
    const commitment = createHash('sha256').update('sandbox commitment/1 ').update(key).digest('hex');
    expect(run.sealedDraw.commitment).toBe(commitment);
    const { rows: trail } = await admin.query<{
      action: string;
      subject: string;
      details: Record<string, unknown>;
    }>('SELECT action, subject, details FROM sandbox.audit_event ORDER BY sequence');
    const drawn = trail.findIndex(
      ({ action, details }) => action === 'drawSealedSplit' && details['commitment'] === commitment,
    );
    const scored = trail.findIndex(
      ({ subject, details }) => subject === `run:${runId}` && details['to'] === 'SCORING',
    );
    const locked = trail.findIndex(
      ({ action, subject }) => action === 'lockEvaluationPlan' && subject === `evaluationPlan:${planId}`,
    );
    expect(locked).toBeGreaterThan(0);
    expect(drawn).toBeGreaterThan(locked);
    expect(scored).toBeGreaterThan(drawn);

    // The report: the draw's own commitment, and reference models on the very same rows.
    const full = JSON.parse(
      (await reviewer.bytes(`/reports/${run.report.id}/report.json`)).toString(),
    ) as ReportDocument;
    expect(full.evidence.dataset).toMatchObject({
      split: 'sealed',
      rows: run.sealedDraw.rows,
      keyCommitment: commitment,
    });
    expect(full.execution).toMatchObject({ runsOnSplit: 1, attempt: 1 });
    const compared = full.evidence.comparison?.models ?? [];
    expect(compared.map(({ name }) => name)).toEqual(await comparable());
    for (const { name, artefactSha256, measurement } of compared) {
      expect(artefactSha256).toBe(digestOf(baseline(name as 'strong').bytes));
      expect(measurement).toMatchObject({
        rows: full.evidence.measurement.rows,
        positives: full.evidence.measurement.positives,
      });
      // The tenant's model is the weak one itself: on the same draw it measures the same, to the last bit.
      if (name === 'weak') expect(measurement).toEqual(full.evidence.measurement);
      else expect(measurement.metrics).not.toEqual(full.evidence.measurement.metrics);
    }
    expect(full.evidence.comparison?.note).toMatch(
      compared.length > 0 ? /same draw/ : /nothing was compared/,
    );
    expect((await reviewer.bytes(`/reports/${run.report.id}/report.html`)).toString()).toContain(
      'Beside reference models',
    );

    // The tenant's: rounded, of the reference models too.
    const theirs = JSON.parse(
      (await api.bytes(`/reports/${run.report.id}/report.json`)).toString(),
    ) as ReportDocument;
    expect(theirs.evidence.comparison?.models).toHaveLength(compared.length);
    for (const { measurement } of [theirs.evidence, ...(theirs.evidence.comparison?.models ?? [])]) {
      expect(measurement).not.toHaveProperty('positives');
      for (const { value } of Object.values(measurement.metrics))
        if (value !== null) expect(value).toBe(Math.round(value * 1_000) / 1_000);
    }

    // Nothing of the draw is to be had.
    const objects = await admin.query<{ sha256: string }>(
      `SELECT features_sha256 AS sha256 FROM sandbox.sealed_draw WHERE plan_id = $1
       UNION SELECT sha256 FROM sandbox.sealed_blind_object WHERE plan_id = $1`,
      [planId],
    );
    expect(objects.rows.length).toBeGreaterThanOrEqual(3);
    const evaluation = await admin.query<{ sha256: string }>(
      `SELECT sha256 FROM sandbox.dataset_object WHERE dataset_version_id = $1`,
      [dataset],
    );
    for (const caller of [api, reviewer, service.operator]) {
      const { text } = await caller.ask(
        `query ($run: ID!, $id: ID!) { run(id: $run) { id sealedDraw { commitment rows drawnAt revealedAt } plan { id document digest } }
           datasetVersion(id: $id) { digest files { path sha256 } datasheet parameters } }`,
        { run: runId, id: dataset },
      );
      for (const { sha256 } of objects.rows) {
        expect(text).not.toContain(sha256);
        expect(evaluation.rows).not.toContainEqual({ sha256 });
        for (const place of [`sealed/features.parquet`, `sealed/${sha256}`, `development/${sha256}`, sha256])
          expect((await caller.get(`/datasets/${dataset}/${place}`)).status).toBe(404);
      }
    }

    // Once, whatever plan, and under whatever name the same artefact comes again.
    const taken = { __typename: 'SealedRunTaken', code: 'SEALED_RUN_TAKEN' };
    expect(await api.failed('startRun', { planId })).toMatchObject(taken);
    expect(
      await api.failed('startRun', { planId: await sealedPlan(modelVersionId, 'Another') }),
    ).toMatchObject(taken);
    const sameArtefact = await readyVersion(api, 'weak');
    expect(await api.failed('startRun', { planId: await sealedPlan(sameArtefact, 'Renamed') })).toMatchObject(
      taken,
    );
  }, 300_000);

  const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

  /** The reference models whose columns the dataset has. */
  async function comparable(): Promise<string[]> {
    const { columns } = await api.value<{ columns: { name: string }[] }>(
      `query ($id: ID!) { datasetVersion(id: $id) { columns { name } } }`,
      { id: dataset },
    );
    const names = new Set(columns.map(({ name }) => name));
    return (['strong', 'weak'] as const).filter((name) =>
      baseline(name).features.every((feature) => names.has(feature)),
    );
  }

  test('a run that we spoilt burns nothing: the next one scores the same draw', async () => {
    const planId = await sealedPlan(await freshVersion());
    // Two starts at once are one run.
    const [left, other] = await Promise.all(
      [0, 1].map(() => api.tried<{ __typename: string; id?: string }>('startRun', 'Run', 'id', { planId })),
    );
    expect([left?.__typename, other?.__typename].sort()).toEqual(['Run', 'SealedRunTaken']);
    const first = left?.id ?? other?.id ?? '';
    expect((await follow(api, first)).at(-1)?.state).toBe('SUCCEEDED');
    const { commitment } = await one<{ commitment: string }>(
      'SELECT commitment FROM sandbox.sealed_draw WHERE plan_id = $1',
      [planId],
    );
    expect(await api.failed('startRun', { planId })).toMatchObject({ code: 'SEALED_RUN_TAKEN' });
    await admin.query(`UPDATE sandbox.run SET state = 'ERRORED' WHERE id = $1`, [first]);
    const second = await startRun(api, planId);
    expect((await follow(api, second)).at(-1)?.state).toBe('SUCCEEDED');
    const draws = await admin.query<{ commitment: string }>(
      'SELECT commitment FROM sandbox.sealed_draw WHERE plan_id = $1',
      [planId],
    );
    expect(draws.rows).toEqual([{ commitment }]);
    const evidence = async (runId: string): Promise<string> =>
      (
        await one<{ evidence_digest: string }>(
          'SELECT evidence_digest FROM sandbox.report WHERE run_id = $1',
          [runId],
        )
      ).evidence_digest;
    expect(await evidence(second)).toBe(await evidence(first));

    // Its key is revealed on its own; the version, whose splits have other keys, stays in use.
    const reveal = async (): Promise<{ state: string; key: string | null }> => {
      const [found] = await reviewer.value<{ state: string; key: string | null }[]>(
        `query ($id: ID!) { splitKeyReveals(datasetVersionId: $id) { state key } }`,
        { id: dataset },
      );
      return found ?? { state: '', key: null };
    };
    await reviewer.done('revealSplitKey', 'SplitKeyReveal', 'id', {
      datasetVersionId: dataset,
      split: 'SEALED',
      planId,
      reason: 'To check the draw.',
    });
    while ((await reveal()).state === 'REQUESTED') await new Promise((resolve) => setTimeout(resolve, 50));
    const { state, key } = await reveal();
    expect(state).toBe('REVEALED');
    expect(
      createHash('sha256')
        .update('sandbox commitment/1 ')
        .update(Buffer.from(key ?? '', 'hex'))
        .digest('hex'),
    ).toBe(commitment);
    expect(
      await api.value(`query ($id: ID!) { datasetVersion(id: $id) { revealedAt } }`, { id: dataset }),
    ).toEqual({ revealedAt: null });
    await admin.query(`UPDATE sandbox.run SET state = 'ERRORED' WHERE id = $1`, [second]);
    expect(await api.failed('startRun', { planId })).toMatchObject({ code: 'DATASET_REVEALED' });
  }, 300_000);

  test('a run cancelled while its split is drawn leaves no object; the tenant is told when it is not there', async () => {
    const big = await service.generate(250_000);
    const inputBindingId = await bind(api, await freshVersion(), big);
    const { id: planId } = await api.done<{ id: string }>('createEvaluationPlan', 'EvaluationPlan', 'id', {
      inputBindingId,
      split: 'SEALED',
      plan: planContent(),
    });
    await api.done('lockEvaluationPlan', 'EvaluationPlan', 'id', { planId });
    const objects = (): string[] =>
      fs
        .readdirSync(path.join(service.data, 'objects'), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name))
        .sort();
    const scratch = (): string[] => fs.readdirSync(path.join(service.data, 'scratch'));
    const before = objects();
    const runId = await startRun(api, planId);
    while (scratch().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await api.done('cancelRun', 'Run', 'state', { runId });
    for (let waited = 0; scratch().length > 0 && waited < 5_000; waited += 50)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(scratch()).toEqual([]);
    expect(objects()).toEqual(before);
    expect(
      await api.value(`query ($id: ID!) { run(id: $id) { state sealedDraw { commitment } report { id } } }`, {
        id: runId,
      }),
    ).toEqual({ state: 'CANCELLED', sealedDraw: null, report: null });
  }, 300_000);

  test('the development split is measured against the truth, not against the labels known by its cut-off', async () => {
    const large = await service.generate(20_000);
    const inputBindingId = await bind(api, await readyVersion(api, 'weak'), large);
    const { id: planId } = await api.done<{ id: string }>('createEvaluationPlan', 'EvaluationPlan', 'id', {
      inputBindingId,
      split: 'DEVELOPMENT',
      plan: planContent(),
    });
    await api.done('lockEvaluationPlan', 'EvaluationPlan', 'id', { planId });
    const { reportId } = await runToReport(api, planId);
    const report = JSON.parse(
      (await reviewer.bytes(`/reports/${reportId}/report.json`)).toString(),
    ) as ReportDocument;
    const positives = async (part: string): Promise<number> => {
      const { sha256 } = await one<{ sha256: string }>(
        `SELECT sha256 FROM sandbox.blind_object WHERE dataset_version_id = $1 AND split = 'development' AND part = $2`,
        [large, part],
      );
      const file = await TableFile.open(
        path.join(service.data, 'objects', 'labels', sha256.slice(0, 2), sha256.slice(2)),
      );
      try {
        return (await file.labels('fraud')).reduce((sum, label) => sum + label, 0);
      } finally {
        file.close();
      }
    };
    const truth = await positives('truth');
    expect(truth).not.toBe(await positives('labels'));
    expect(report.evidence.measurement.positives).toBe(truth);
    expect(report.evidence.dataset.keyCommitment).toBeNull();
    expect(report.evidence).not.toHaveProperty('comparison');
    expect(report.evidence.limits.join(' ')).toContain('known by its cut-off');
  }, 300_000);

  test('imports have no sealed split, and a plan names a split that is there', async () => {
    const csv = Buffer.from(`x,y\n${Array.from({ length: 40 }, (_, i) => `${i % 7},${i % 2}`).join('\n')}\n`);
    const { datasetVersion, upload } = await service.operator.done<{
      datasetVersion: { id: string };
      upload: { url: string };
    }>('importDataset', 'DatasetImportOpened', 'datasetVersion { id } upload { url }', {
      name: 'Import',
      sha256: digestOf(csv),
      sizeBytes: csv.length,
      columns: [
        { name: 'x', role: 'FEATURE', definition: 'A feature.' },
        { name: 'y', role: 'LABEL', definition: 'The label.' },
      ],
    });
    expect((await service.operator.put(upload.url, csv)).status).toBe(200);
    const modelVersionId = await readyVersion(api, 'weak');
    const columns = baseline('weak').features.map(() => 'x');
    const inputBindingId = await bind(api, modelVersionId, datasetVersion.id, columns);
    for (const split of ['SEALED', 'DEVELOPMENT']) {
      expect(
        await api.failed('createEvaluationPlan', {
          inputBindingId,
          split,
          plan: planContent({ criteria: [planContentAuc()] }),
        }),
      ).toMatchObject({ __typename: 'PlanInvalid', code: 'NO_SUCH_SPLIT' });
    }
  }, 300_000);

  const planContentAuc = (): Record<string, unknown> =>
    (planContent()['criteria'] as Record<string, unknown>[])[0] ?? {};
});
