import type { Client } from 'pg';
import { connect } from '../src/platform/database/roles.js';
import { exposuresOf, recordExposure } from '../src/modules/runs/index.js';
import { createDataSource, Database, type DatabaseRole } from '../src/platform/database/index.js';
import { ENTITIES } from '../src/app.module.js';
import {
  type Api,
  bind,
  draftPlan,
  planContent,
  readyVersion,
  runToReport,
  type Tenant,
  TestService,
} from './support/service.js';

describe('what was sent outside', () => {
  let service: TestService;
  let admin: Client;
  let tenant: Tenant;
  let other: Tenant;
  let dataset: string;
  let launcher: { database: Database; close: () => Promise<void> };

  beforeAll(async () => {
    service = await TestService.start();
    admin = await connect(service.database.admin);
    tenant = await service.admitTenant();
    other = await service.admitTenant();
    dataset = await service.readyDataset();
    const source = await createDataSource(service.database.address('sandbox_launcher'), ENTITIES, {
      poolSize: 2,
    }).initialize();
    launcher = { database: new Database(source), close: () => source.destroy() };
  }, 300_000);

  afterAll(async () => {
    await launcher?.close();
    await admin?.end();
    await service?.close();
  });

  const evaluation = (tenantId: string) =>
    ({ tenantId, datasetVersionId: dataset, split: 'evaluation', planId: null }) as const;

  test('is recorded once, told in the audit trail, and never changed', async () => {
    const exposure = {
      ...evaluation(tenant.id),
      tier: 'C',
      runId: null,
      what: 'features',
      power: 'launcher',
    } as const;
    for (let time = 0; time < 2; time += 1)
      await launcher.database.asSystem((tx) => recordExposure(tx, exposure));
    const found = await launcher.database.asSystem((tx) => exposuresOf(tx, evaluation(tenant.id)));
    expect(found).toMatchObject([{ tenantId: tenant.id, split: 'evaluation', tier: 'C', what: 'features' }]);
    expect(await launcher.database.asSystem((tx) => exposuresOf(tx, evaluation(other.id)))).toEqual([]);
    // A development split is open: there is no blindness to lose.
    const open = { ...exposure, split: 'development' } as const;
    await launcher.database.asSystem((tx) => recordExposure(tx, open));
    expect((await admin.query('SELECT 1 FROM sandbox.blindness_exposure')).rowCount).toBe(1);
    const { rows } = await admin.query(
      `SELECT subject, details FROM sandbox.audit_event WHERE action = 'exposeSplit'`,
    );
    expect(rows).toMatchObject([
      { subject: `datasetVersion:${dataset}`, details: { tenant: tenant.id, tier: 'C' } },
    ]);
    for (const change of [
      `UPDATE sandbox.blindness_exposure SET tier = 'D'`,
      'DELETE FROM sandbox.blindness_exposure',
      'TRUNCATE sandbox.blindness_exposure',
    ])
      await expect(admin.query(change)).rejects.toThrow('exposures are append-only');
  });

  test('is written for nobody else, by no power that sends nothing, and says no digest of what was sent', async () => {
    const insert = `INSERT INTO sandbox.blindness_exposure (id, tenant_id, dataset_version_id, split, tier, what)
      VALUES (gen_random_uuid(), $1, $2, 'evaluation', 'D', 'features')`;
    const refusal = async (role: DatabaseRole, sql: string, values: string[] = []): Promise<string> => {
      const client = await connect(service.database.address(role));
      try {
        await client.query('BEGIN');
        await client.query(
          `SELECT set_config('app.scope', 'tenant', true), set_config('app.tenant_id', $1, true)`,
          [other.id],
        );
        await client.query(sql, values);
        return 'done';
      } catch (error) {
        return String((error as { code?: string }).code);
      } finally {
        await client.end();
      }
    };
    expect(await refusal('sandbox_api', insert, [tenant.id, dataset])).toBe('42501');
    expect(await refusal('sandbox_api', insert, [other.id, dataset])).toBe('done');
    expect(await refusal('sandbox_signer', insert, [tenant.id, dataset])).toBe('42501');
    expect(await refusal('sandbox_jobs', 'SELECT 1 FROM sandbox.blindness_exposure')).toBe('42501');
    for (const role of ['sandbox_api', 'sandbox_signer'] as const)
      expect(await refusal(role, 'SELECT events_sha256 FROM sandbox.sealed_draw')).toBe('42501');
  });

  test('tiers follow the runtime, in the API and in the report', async () => {
    const { api } = tenant;
    const plan = await draftPlan(api, await bind(api, await readyVersion(api), dataset));
    await api.done('lockEvaluationPlan', 'EvaluationPlan', 'id', { planId: plan });
    const { runId, reportId } = await runToReport(api, plan);
    expect(
      await api.value(
        `query ($id: ID!) { run(id: $id) { assuranceTier modelVersion { runtime assuranceTier } plan { feed windowRows } } }`,
        { id: runId },
      ),
    ).toEqual({
      assuranceTier: 'A',
      modelVersion: { runtime: 'ONNX', assuranceTier: 'A' },
      plan: { feed: 'BATCH', windowRows: null },
    });
    const report = JSON.parse((await api.bytes(`/reports/${reportId}/report.json`)).toString()) as {
      evidence: { model: { assuranceTier: string }; plan: { document: object } };
    };
    expect(report.evidence.model.assuranceTier).toBe('A');
    // Plans were locked before there was another feed: a plan that is fed in batches says what it said then.
    expect(report.evidence.plan.document).not.toHaveProperty('feed');
  });

  test('is told at plan and dataset, marks later runs in API and report, and is nobody else’s business', async () => {
    const { api } = other;
    const version = await readyVersion(api);
    const plan = async (): Promise<string> => draftPlan(api, await bind(api, version, dataset));
    const before = await plan();
    const WARNED = 'id warnings { code message }';
    expect(await api.done('lockEvaluationPlan', 'EvaluationPlan', WARNED, { planId: before })).toMatchObject({
      warnings: [],
    });
    const blind = await runToReport(api, before);
    const MARKS = `query ($id: ID!) { run(id: $id) { blind couldSeeLaterRows exposedBefore { tier what runId sentence } } }`;
    expect(await api.value(MARKS, { id: blind.runId })).toEqual({
      blind: true,
      couldSeeLaterRows: true,
      exposedBefore: null,
    });

    // As a runner at the tenant’s site would have it, twice.
    for (const runId of [blind.runId, null]) {
      await launcher.database.asSystem((tx) =>
        recordExposure(tx, {
          ...evaluation(other.id),
          tier: 'C',
          runId,
          what: 'events',
          power: 'launcher',
        }),
      );
    }
    const after = await plan();
    const locked = await api.done<{ warnings: { code: string; message: string }[] }>(
      'lockEvaluationPlan',
      'EvaluationPlan',
      WARNED,
      { planId: after },
    );
    expect(locked.warnings).toEqual([
      {
        code: 'NO_LONGER_BLIND',
        message: expect.stringContaining(`in run ${blind.runId}: no longer blind`) as unknown,
      },
    ]);
    const marked = await runToReport(api, after);
    expect(await api.value(MARKS, { id: marked.runId })).toEqual({
      blind: false,
      couldSeeLaterRows: true,
      exposedBefore: {
        tier: 'C',
        what: 'EVENTS',
        runId: blind.runId,
        sentence: expect.stringMatching(
          /^The evaluation split was sent to the tenant’s site on 20.*: no longer blind for this tenant\.$/,
        ) as unknown,
      },
    });
    // What a run sends out itself, and what was sent since, takes nothing from it.
    expect(await api.value(MARKS, { id: blind.runId })).toMatchObject({ blind: true, exposedBefore: null });

    const documents = await Promise.all(
      [blind, marked].map(async ({ reportId }) => ({
        json: JSON.parse((await api.bytes(`/reports/${reportId}/report.json`)).toString()) as {
          evidenceSha256: string;
          evidence: { feed: object; limits: string[]; model: { artefactSha256: string } };
          execution: { blindness: object };
        },
        html: (await api.bytes(`/reports/${reportId}/report.html`)).toString(),
      })),
    );
    expect(documents[0]?.json.execution.blindness).toEqual({ blind: true, exposures: 0, first: null });
    expect(documents[1]?.json.execution.blindness).toMatchObject({
      blind: false,
      exposures: 2,
      first: { tier: 'C', runId: blind.runId, what: 'events' },
    });
    expect(documents[0]?.html).not.toContain('No longer blind');
    expect(documents[1]?.html).toContain('No longer blind for this tenant.');
    for (const { json, html } of documents) {
      expect(json.evidence.feed).toEqual({ kind: 'BATCH', couldSeeLaterRows: true });
      expect(json.evidence.limits.join(' ')).toContain('could see later rows');
      expect(html).toContain('could see later rows');
    }
    // Whether the split was blind is no evidence: the same case gives the same evidence before and after.
    expect(documents[1]?.json.evidenceSha256).toBe(documents[0]?.json.evidenceSha256);

    const OF_VERSION = `query ($id: ID!) { datasetVersion(id: $id) { exposures { tenantId tier } } }`;
    const tenants = async (caller: Api): Promise<string[]> =>
      (await caller.value<{ exposures: { tenantId: string }[] }>(OF_VERSION, { id: dataset })).exposures.map(
        ({ tenantId }) => tenantId,
      );
    const { first: reviewer } = await service.authority();
    expect(await tenants(other.api)).toEqual([other.id, other.id]);
    expect(await tenants(tenant.api)).toEqual([tenant.id]);
    for (const caller of [service.operator, reviewer])
      expect(await tenants(caller)).toEqual([tenant.id, other.id, other.id]);
    const OF_PLAN = `query ($id: ID!) { evaluationPlan(id: $id) { exposures(first: 1) { tenantId runId } } }`;
    for (const caller of [api, reviewer])
      expect(await caller.value(OF_PLAN, { id: after })).toEqual({
        exposures: [{ tenantId: other.id, runId: blind.runId }],
      });
  }, 300_000);

  test('events are fed only to what can hold a state', async () => {
    const { api } = tenant;
    const inputBindingId = await bind(api, await readyVersion(api), dataset);
    const refused = await api.failed('createEvaluationPlan', {
      inputBindingId,
      plan: planContent({ feed: 'EVENTS' }),
    });
    expect(refused).toMatchObject({ __typename: 'PlanInvalid', code: 'FEED_UNFIT' });
    expect(refused.message).toContain('OCI_IMAGE and REMOTE_RUNNER');
  });
});
