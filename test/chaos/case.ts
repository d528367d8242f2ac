import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Caller } from './caller.ts';
import { chaosModel } from './models.ts';
import { type Kind, KINDS, type PlannedTenant } from './schedule.ts';

export interface ReadyTenant {
  id: string;
  planned: PlannedTenant;
  caller: Caller;
  /** The locked plan of each kind of model. */
  plans: Record<Kind, string>;
}

export interface ReadyCase {
  tenants: ReadyTenant[];
  operator: Caller;
  reviewer: Caller;
}

const ROWS = 3_000;

/** What has to be there before runs can be started: while this is made, nothing is struck. */
export async function prepareCase(
  url: string,
  dataFolder: string,
  projectRoot: string,
  planned: readonly PlannedTenant[],
): Promise<ReadyCase> {
  const operator = await enterOperator(url, dataFolder);
  const { issued } = await operator.done<{ issued: { secret: string } }>(
    'registerAuthority',
    'AuthorityRegistered',
    'issued { secret }',
    { name: 'Authority', reviewerName: 'Lee', reviewerEmail: 'lee@authority.example' },
  );
  const dataset = await operator.done<{ id: string }>('generateDataset', 'DatasetVersion', 'id', {
    name: 'Chaos',
    preset: 'hk-retail-payments',
    rows: ROWS,
    parameters: { prevalence: 0.05 },
  });
  const tenants = await Promise.all(planned.map((tenant) => admit(operator, tenant)));
  const versions = await Promise.all(
    tenants.map(async ({ caller }) => {
      const made = {} as Record<Kind, string>;
      for (const kind of Object.keys(KINDS) as Kind[])
        made[kind] = await registerVersion(caller, kind, projectRoot);
      return made;
    }),
  );
  await until(operator, `query ($id: ID!) { datasetVersion(id: $id) { state } }`, dataset.id);
  const ready = await Promise.all(
    tenants.map(async ({ id, caller, planned: tenant }, index): Promise<ReadyTenant> => {
      const plans = {} as Record<Kind, string>;
      for (const kind of Object.keys(KINDS) as Kind[]) {
        const version = versions[index]?.[kind] ?? '';
        await until(caller, `query ($id: ID!) { modelVersion(id: $id) { state } }`, version);
        plans[kind] = await lockPlan(caller, kind, version, dataset.id, projectRoot);
      }
      return { id, caller, planned: tenant, plans };
    }),
  );
  return { tenants: ready, operator, reviewer: new Caller(url, issued.secret) };
}

async function enterOperator(url: string, dataFolder: string): Promise<Caller> {
  const file = join(dataFolder, 'operator-token');
  while (!existsSync(file)) await pause(50);
  const first = new Caller(url, readFileSync(file, 'utf8').trim());
  const { secret } = await first.done<{ secret: string }>('issueToken', 'TokenIssued', 'secret', {
    label: 'chaos',
  });
  return new Caller(url, secret);
}

async function admit(
  operator: Caller,
  planned: PlannedTenant,
): Promise<{ id: string; caller: Caller; planned: PlannedTenant }> {
  const anybody = new Caller(operator.url, null);
  const { applicationId } = await anybody.done<{ applicationId: string }>(
    'applyForAdmission',
    'ApplicationReceipt',
    'applicationId',
    {
      organisationName: planned.name,
      contactName: 'Ada',
      contactEmail: 'ada@startup.example',
      useCase: 'Fraud',
      summary: 'Scores payments.',
    },
  );
  const { tenant, issued } = await operator.done<{ tenant: { id: string }; issued: { secret: string } }>(
    'admitTenant',
    'TenantAdmitted',
    'tenant { id } issued { secret }',
    { applicationId, runQuota: planned.quota },
  );
  return { id: tenant.id, caller: new Caller(operator.url, issued.secret), planned };
}

async function registerVersion(caller: Caller, kind: Kind, projectRoot: string): Promise<string> {
  const { bytes } = chaosModel(kind, projectRoot);
  const model = await caller.done<{ id: string }>('registerModel', 'Model', 'id', {
    name: kind,
    purpose: 'Chaos',
    owner: 'Ada',
  });
  const { modelVersion, upload } = await caller.done<{
    modelVersion: { id: string };
    upload: { url: string };
  }>('createModelVersion', 'ModelVersionCreated', 'modelVersion { id } upload { url }', {
    modelId: model.id,
    label: '1',
    artefactSha256: createHash('sha256').update(bytes).digest('hex'),
    artefactBytes: bytes.length,
  });
  await caller.put(upload.url, bytes);
  return modelVersion.id;
}

async function lockPlan(
  caller: Caller,
  kind: Kind,
  modelVersionId: string,
  datasetVersionId: string,
  projectRoot: string,
): Promise<string> {
  const { input, columns } = chaosModel(kind, projectRoot);
  const binding = await caller.done<{ id: string }>('createInputBinding', 'ModelInputBinding', 'id', {
    modelVersionId,
    datasetVersionId,
    inputs: [{ name: input, columns }],
  });
  const plan = await caller.done<{ id: string }>('createEvaluationPlan', 'EvaluationPlan', 'id', {
    inputBindingId: binding.id,
    plan: {
      title: `Chaos, ${kind}`,
      threshold: 0.5,
      replicates: 100,
      criteria: [
        {
          id: 'auc',
          metric: 'rocAuc',
          comparator: 'AT_LEAST',
          threshold: 0.5,
          source: { title: 'Convention of this test', status: 'CONVENTION' },
          declaredBy: 'tenant',
        },
      ],
    },
  });
  await caller.done('lockEvaluationPlan', 'EvaluationPlan', 'id', { planId: plan.id });
  return plan.id;
}

async function until(caller: Caller, query: string, id: string): Promise<void> {
  for (;;) {
    const { state } = await caller.ask<{ state: string }>(query, { id });
    if (state === 'READY') return;
    if (state === 'FAILED' || state === 'REFUSED') throw new Error(`${id} is ${state}`);
    await pause(200);
  }
}
