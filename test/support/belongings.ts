import type { Client } from 'pg';
import { makeSelfSigned } from '../../src/platform/tls/index.js';
import {
  type Api,
  bind,
  draftPlan,
  readyVersion,
  registerModel,
  runToReport,
  type Tenant,
  type TestService,
} from './service.js';

/** What one party has, by kind: identifiers that another must not find. */
export interface Belongings {
  organisation: string;
  person: string;
  token: string;
  runner: string;
  model: string;
  modelVersion: string;
  inputBinding: string;
  draft: string;
  plan: string;
  run: string;
  report: string;
  review: string;
  decision: string;
}

/** One whole case of a tenant, up to a decision that is proposed. */
export async function belongings(
  service: TestService,
  admin: Client,
  { id, api }: Tenant,
  reviewer: Api,
): Promise<Belongings> {
  const dataset = await service.readyDataset();
  const modelVersion = await readyVersion(api);
  const inputBinding = await bind(api, modelVersion, dataset);
  const draft = await draftPlan(api, inputBinding);
  const plan = await draftPlan(api, inputBinding);
  await api.done('lockEvaluationPlan', 'EvaluationPlan', 'id', { planId: plan });
  const { runId, reportId } = await runToReport(api, plan);
  const review = (await reviewer.done<{ id: string }>('openReview', 'Review', 'id', { reportId })).id;
  const proposed = await reviewer.done<{ id: string }>('proposeDecision', 'Decision', 'id', {
    reviewId: review,
    outcome: 'DECLINED',
    scope: 'All',
    reason: 'Not shown.',
  });
  const { certificate } = await makeSelfSigned('a site', 30);
  const runner = await api.done<{ id: string }>('enrolRunner', 'Runner', 'id', { name: 'Site', certificate });
  const one = async (sql: string): Promise<string> =>
    (await admin.query<{ id: string }>(sql, [id])).rows[0]?.id ?? '';
  return {
    organisation: id,
    person: await one('SELECT id FROM sandbox.person WHERE tenant_id = $1'),
    token: await one('SELECT id FROM sandbox.api_token WHERE tenant_id = $1'),
    runner: runner.id,
    model: await registerModel(api),
    modelVersion,
    inputBinding,
    draft,
    plan,
    run: runId,
    report: reportId,
    review,
    decision: proposed.id,
  };
}
