import type { Client } from 'pg';
import { connect } from '../src/platform/database/roles.js';
import { exposuresOf, recordExposure } from '../src/modules/runs/index.js';
import { createDataSource, Database } from '../src/platform/database/index.js';
import { ENTITIES } from '../src/app.module.js';
import {
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
  }, 120_000);

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
