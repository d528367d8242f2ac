import type { Client } from 'pg';
import { inspectOnnx } from '../src/engine/scoring/index.js';
import { connect } from '../src/platform/database/roles.js';
import {
  type Api,
  application,
  bind,
  draftPlan,
  follow,
  openVersion,
  baseline,
  planContent,
  readyVersion,
  registerModel,
  runToReport,
  startRun,
  type Tenant,
  TestService,
} from './support/service.js';

const SOURCE = { title: 'Criteria of the authority', status: 'IN_FORCE' };

const criterion = (changes: Record<string, unknown>): Record<string, unknown> => ({
  comparator: 'AT_LEAST',
  source: SOURCE,
  declaredBy: 'Authority',
  ...changes,
});

interface Forecast {
  current: boolean;
  rows: number;
  criteria: {
    id: string;
    value: number;
    pass: number;
    fail: number;
    inconclusive: number;
    reason: string | null;
  }[];
  run: { id: string; state: string };
}

describe('criteria packs, preflights and looks', () => {
  let service: TestService;
  let admin: Client;
  let tenant: Tenant;
  let api: Api;
  let dataset: string;
  let version: string;
  let binding: string;

  beforeAll(async () => {
    service = await TestService.start();
    admin = await connect(service.database.admin);
    tenant = await service.admitTenant();
    api = tenant.api;
    dataset = await service.readyDataset();
    version = await readyVersion(api, 'weak');
    binding = await bind(api, version, dataset);
  }, 300_000);

  afterAll(async () => {
    await admin?.end();
    await service?.close();
  });

  const publish = (
    reviewer: Api,
    input: Record<string, unknown>,
  ): Promise<{ id: string; version: number; digest: string }> =>
    reviewer.done('publishCriteriaPack', 'CriteriaPack', 'id version digest', {
      title: 'Fraud',
      useCase: 'FRAUD',
      ...input,
    });
  const lock = (
    planId: string,
  ): Promise<{
    __typename: string;
    problems?: string[];
    criteriaPacks?: { digest: string }[];
    digest?: string;
  }> =>
    api.value(
      `mutation ($input: LockEvaluationPlanInput!) { lockEvaluationPlan(input: $input) {
         __typename ... on CriteriaPackUnmet { code problems } ... on EvaluationPlan { digest criteriaPacks { digest title } } } }`,
      { input: { planId } },
    );

  test('a plan locks only when it meets what every authority requires, tightened or as it is', async () => {
    const authority = await service.authority();
    const other = await service.authority();
    const first = await publish(authority.first, {
      minimumGroupSizeAtMost: 60,
      criteria: [criterion({ id: 'ranking', metric: 'rocAuc', threshold: 0.6 })],
    });
    expect(first.version).toBe(1);
    const second = await publish(other.first, {
      criteria: [
        criterion({
          id: 'sex',
          metric: 'equalOpportunityDifference',
          fairnessColumn: 'sex',
          comparator: 'AT_MOST',
          threshold: 0.9,
        }),
      ],
    });
    // One that binds another use case binds nothing here.
    await publish(other.first, {
      useCase: 'CREDIT',
      criteria: [criterion({ id: 'gini', metric: 'gini', threshold: 0.9 })],
    });

    const loose = await draftPlan(api, binding, planContent({ minimumGroupSize: 61 }));
    const refused = await lock(loose);
    expect(refused.__typename).toBe('CriteriaPackUnmet');
    expect(refused.problems).toHaveLength(3);
    expect(refused.problems?.join()).toMatch(
      /ranking.*is loosened to 0.5.*minimumGroupSize is 61.*sex.*is missing/,
    );
    const { state } = await api.value<{ state: string }>(
      `query ($id: ID!) { evaluationPlan(id: $id) { state } }`,
      { id: loose },
    );
    expect(state).toBe('DRAFT');

    const criteria = [
      criterion({ id: 'mine', metric: 'rocAuc', threshold: 0.7, declaredBy: 'Tenant' }),
      criterion({
        id: 'gap',
        metric: 'equalOpportunityDifference',
        fairnessColumn: 'sex',
        comparator: 'AT_MOST',
        threshold: 0.9,
      }),
    ];
    const sound = await draftPlan(api, binding, planContent({ criteria }));
    const locked = await lock(sound);
    expect(new Set(locked.criteriaPacks?.map(({ digest }) => digest))).toEqual(
      new Set([first.digest, second.digest]),
    );

    // What was locked stays, whatever is published or withdrawn later; the report names what it was held against.
    const { reportId } = await runToReport(api, sound);
    const report = JSON.parse(
      (await authority.first.bytes(`/reports/${reportId}/report.json`)).toString(),
    ) as {
      evidence: { plan: { digest: string; document: { subject: { packs: { digest: string }[] } } } };
    };
    expect(report.evidence.plan.digest).toBe(locked.digest);
    expect(report.evidence.plan.document.subject.packs.map(({ digest }) => digest).sort()).toEqual(
      [first.digest, second.digest].sort(),
    );

    // A newer version takes the place of the one before; withdrawn, the one before binds again.
    const newer = await publish(authority.first, {
      criteria: [criterion({ id: 'ranking', metric: 'rocAuc', threshold: 0.99 })],
    });
    expect(newer.version).toBe(2);
    const again = await draftPlan(api, binding, planContent({ criteria }));
    expect((await lock(again)).problems?.join()).toContain('rocAuc >= 0.99');
    expect(
      await other.first.codes(
        `mutation ($input: WithdrawCriteriaPackInput!) { withdrawCriteriaPack(input: $input) { __typename } }`,
        { input: { criteriaPackId: newer.id, reason: 'Not mine' } },
      ),
    ).toEqual(['NOT_FOUND']);
    await authority.first.done('withdrawCriteriaPack', 'CriteriaPack', 'withdrawnAt', {
      criteriaPackId: newer.id,
      reason: 'Too strict for a first round',
    });
    expect(
      (await authority.first.failed('withdrawCriteriaPack', { criteriaPackId: newer.id, reason: 'Twice' }))
        .code,
    ).toBe('CRITERIA_PACK_WITHDRAWN');
    expect((await lock(again)).__typename).toBe('EvaluationPlan');

    const { edges } = await api.value<{ edges: { node: { id: string } }[] }>(
      `{ criteriaPacks(filter: { useCase: FRAUD, withdrawn: false }) { edges { node { id } } } }`,
    );
    expect(edges.map(({ node }) => node.id)).toEqual([second.id, first.id]);
    for (const pack of [first, second]) {
      const owner = pack === first ? authority.first : other.first;
      await owner.done('withdrawCriteriaPack', 'CriteriaPack', 'id', {
        criteriaPackId: pack.id,
        reason: 'End',
      });
    }
  });

  test('a pack of a cohort binds its tenants alone', async () => {
    const authority = await service.authority();
    const pack = await publish(authority.first, {
      cohort: 'Third cohort',
      criteria: [criterion({ id: 'ks', metric: 'ks', threshold: 0.1 })],
    });
    expect((await lock(await draftPlan(api, binding))).__typename).toBe('EvaluationPlan');
    const { applicationId } = await service
      .client(null)
      .done<{ applicationId: string }>(
        'applyForAdmission',
        'ApplicationReceipt',
        'applicationId',
        application('Third cohort’s'),
      );
    const { tenant: admitted, issued } = await service.operator.done<{
      tenant: { cohort: string };
      issued: { secret: string };
    }>('admitTenant', 'TenantAdmitted', 'tenant { cohort } issued { secret }', {
      applicationId,
      cohort: 'Third cohort',
    });
    expect(admitted.cohort).toBe('Third cohort');
    const theirs = service.client(issued.secret);
    const plan = await draftPlan(theirs, await bind(theirs, await readyVersion(theirs, 'weak'), dataset));
    expect(await theirs.failed('lockEvaluationPlan', { planId: plan })).toMatchObject({
      code: 'CRITERIA_PACK_UNMET',
    });
    await authority.first.done('withdrawCriteriaPack', 'CriteriaPack', 'id', {
      criteriaPackId: pack.id,
      reason: 'End',
    });
  });

  test('a pack that does not hold together is refused, and no tenant publishes one', async () => {
    const { first } = await service.authority();
    const bad = {
      title: 'Bad',
      useCase: 'FRAUD',
      criteria: [criterion({ id: 'x', metric: 'magic', threshold: 1 })],
    };
    expect((await first.failed('publishCriteriaPack', bad)).message).toContain('magic');
    expect(
      await api.codes(
        `mutation ($input: PublishCriteriaPackInput!) { publishCriteriaPack(input: $input) { __typename } }`,
        {
          input: bad,
        },
      ),
    ).toEqual(['FORBIDDEN']);
  });

  test('a preflight is free, uncounted, and tells how each criterion is likely to end', async () => {
    const poor = await service.admitTenant('Poor', 1);
    const ours = poor.api;
    const versionId = await readyVersion(ours, 'weak');
    const bound = await bind(ours, versionId, dataset);
    const planId = await draftPlan(ours, bound);
    const told = (): Promise<{ forecast: Forecast | null }> =>
      ours.value(
        `query ($id: ID!) { evaluationPlan(id: $id) { forecast { current rows run { id state }
           criteria { id value pass fail inconclusive reason } } } }`,
        { id: planId },
      );
    expect((await told()).forecast).toBeNull();
    for (let tries = 0; tries < 2; tries++) {
      const { id } = await ours.done<{ id: string }>('preflightEvaluationPlan', 'Run', 'id', { planId });
      expect((await follow(ours, id)).at(-1)?.state).toBe('SUCCEEDED');
    }
    const { forecast } = await told();
    expect(forecast?.current).toBe(true);
    expect(forecast?.criteria.map(({ id }) => id)).toEqual(['auc', 'parity']);
    const rows = await admin.query<{ rows: string }>(
      `SELECT rows FROM sandbox.dataset_object WHERE dataset_version_id = $1 AND split = 'evaluation' AND part = 'features'`,
      [dataset],
    );
    expect(forecast?.rows).toBe(Number(rows.rows[0]?.rows));
    const [auc] = forecast?.criteria ?? [];
    expect((auc?.pass ?? NaN) + (auc?.fail ?? NaN) + (auc?.inconclusive ?? NaN)).toBeCloseTo(1, 2);
    expect(auc?.pass).toBeGreaterThan(0.9);
    // What is measured against the truth is told to three decimals.
    for (const { value } of forecast?.criteria ?? []) expect(value).toBe(Math.round(value * 1_000) / 1_000);
    // A preflight's own plan is not among those that the tenant made.
    const { edges } = await ours.value<{ edges: object[] }>('{ evaluationPlans { edges { node { id } } } }');
    expect(edges).toHaveLength(1);

    await ours.done('reviseEvaluationPlan', 'EvaluationPlan', 'id', {
      planId,
      plan: planContent({ seed: 8 }),
    });
    expect((await told()).forecast?.current).toBe(false);

    // The quota of one is still there, and no look was counted.
    const looks = (): Promise<{ looks: { split: string; looks: number }[] }> =>
      ours.value(`query ($id: ID!) { datasetVersion(id: $id) { looks { split looks } } }`, { id: dataset });
    expect((await looks()).looks).toEqual([]);
    await ours.done('lockEvaluationPlan', 'EvaluationPlan', 'id', { planId });
    const { reportId } = await runToReport(ours, planId);
    expect((await looks()).looks).toEqual([{ split: 'EVALUATION', looks: 1 }]);
    expect(await ours.failed('startRun', { planId })).toMatchObject({ code: 'QUOTA_EXCEEDED' });
    await ours.done('preflightEvaluationPlan', 'Run', 'id', { planId });

    const outcome = await ours.value<{ verdicts: { en: string; hant: string; hans: string }[] }>(
      `query ($id: ID!) { report(id: $id) { verdicts {
         en: sentence hant: sentence(language: ZH_HANT) hans: sentence(language: ZH_HANS) } } }`,
      { id: reportId },
    );
    expect(outcome.verdicts[0]?.en).toContain('ROC AUC');
    expect(outcome.verdicts[0]?.hant).toContain('曲線下面積');
    expect(outcome.verdicts[0]?.hans).toContain('曲线下面积');
  });

  test('a change is a new plan, and the difference is told', async () => {
    const from = await draftPlan(api, binding);
    const to = await draftPlan(api, binding, planContent({ threshold: 0.4 }));
    const query = `query ($from: ID!, $to: ID!) { evaluationPlanChanges(from: $from, to: $to) { path kind before after effect } }`;
    expect(await api.value(query, { from, to })).toEqual([
      { path: 'threshold', kind: 'CHANGED', before: '0.5', after: '0.4', effect: 'OTHER' },
    ]);
    expect(await api.value(query, { from, to: from })).toEqual([]);
    const stranger = await service.admitTenant();
    expect(await stranger.api.codes(query, { from, to })).toEqual(['NOT_FOUND']);
  });

  test('every look of the organisation at what is blind is counted and listed, over all models and plans', async () => {
    const { api: ours } = await service.admitTenant();
    const { first } = await service.authority();
    const reports: string[] = [];
    for (const title of ['One', 'Two']) {
      const planId = await draftPlan(
        ours,
        await bind(ours, await readyVersion(ours, 'weak'), dataset),
        planContent({ title }),
      );
      await ours.done('lockEvaluationPlan', 'EvaluationPlan', 'id', { planId });
      reports.push((await runToReport(ours, planId)).reportId);
    }
    const looks = await Promise.all(
      reports.map(
        async (id) =>
          (
            JSON.parse((await first.bytes(`/reports/${id}/report.json`)).toString()) as {
              execution: {
                looks: { total: number; omitted: number; listed: { split: string; version: string }[] };
              };
            }
          ).execution.looks,
      ),
    );
    expect(looks.map(({ total }) => total)).toEqual([1, 2]);
    expect(looks[1]?.listed).toHaveLength(2);
    expect(looks[1]?.listed[0]).toMatchObject({ split: 'evaluation' });
    const page = (await first.bytes(`/reports/${reports[1]}/report.html`)).toString();
    expect(page).toMatch(/<b>2\s+looks<\/b>/);
    // On page one: before the verdicts.
    expect(page.indexOf('Looks at blind data')).toBeLessThan(page.indexOf('Verdict on each criterion'));
  });

  test('a model has one sealed run, over all of its versions; an authority may allow another, with a reason', async () => {
    const { first } = await service.authority();
    const modelId = await registerModel(api);
    const sealedRun = async (mark: number): Promise<string> => {
      const bytes = Buffer.from(baseline('weak').bytes);
      // Another version of the same model: its metadata names another producer.
      const { producer } = inspectOnnx(bytes);
      bytes.write(`look${mark}`.padEnd(producer.length, '-'), bytes.indexOf(producer), 'latin1');
      const { id, uploadUrl } = await openVersion(api, modelId, bytes, `v${mark}`);
      expect((await api.put(uploadUrl, bytes)).status).toBe(200);
      const inputBindingId = await bind(api, id, dataset);
      const plan = await api.done<{ id: string }>('createEvaluationPlan', 'EvaluationPlan', 'id', {
        inputBindingId,
        split: 'SEALED',
        plan: planContent(),
      });
      await api.done('lockEvaluationPlan', 'EvaluationPlan', 'id', { planId: plan.id });
      return plan.id;
    };
    const firstPlan = await sealedRun(1);
    const runId = await startRun(api, firstPlan);
    expect((await follow(api, runId)).at(-1)?.state).toBe('SUCCEEDED');
    const secondPlan = await sealedRun(2);
    expect(await api.failed('startRun', { planId: secondPlan })).toMatchObject({ code: 'SEALED_RUN_TAKEN' });
    expect(
      await api.codes(`mutation ($input: GrantSealedRunInput!) { grantSealedRun(input: $input) { id } }`, {
        input: { modelId, reason: 'Please' },
      }),
    ).toEqual(['FORBIDDEN']);
    await first.value(`mutation ($input: GrantSealedRunInput!) { grantSealedRun(input: $input) { id } }`, {
      input: { modelId, reason: 'The model was retrained after a recall' },
    });
    const { edges } = await api.value<{
      edges: { node: { id: string; sealedRunGrants: { reason: string }[] } }[];
    }>(`{ models(first: 1) { edges { node { id sealedRunGrants { reason } } } } }`);
    expect(edges[0]?.node.id).toBe(modelId);
    const sealedRunGrants = edges[0]?.node.sealedRunGrants ?? [];
    expect(sealedRunGrants.map(({ reason }) => reason)).toEqual(['The model was retrained after a recall']);
    const { reportId } = await runToReport(api, secondPlan);
    expect((await first.bytes(`/reports/${reportId}/report.html`)).toString()).toContain(
      'retrained after a recall',
    );
    expect(await api.failed('startRun', { planId: secondPlan })).toMatchObject({ code: 'SEALED_RUN_TAKEN' });
  });
});
