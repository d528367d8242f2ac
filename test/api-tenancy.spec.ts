import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { connect } from '../src/platform/database/roles.js';
import { type Belongings, belongings } from './support/belongings.js';
import { type Api, planContent, type Tenant, TestService } from './support/service.js';

interface Door {
  /** whose identifier: another tenant's, or another authority's; null for what belongs to nobody */
  of: keyof Belongings | null;
  by: 'tenant' | 'reviewer' | 'operator';
  operation: 'query' | 'mutation' | 'subscription';
  /** the rest of the input, or the query's other arguments */
  rest?: (own: Belongings, dataset: string) => Record<string, unknown>;
}

const decision = { outcome: 'DECLINED', scope: 'All', reason: 'Not shown.' };
const version = { label: 'x', artefactSha256: 'a'.repeat(64), artefactBytes: 1 };
const person = { name: 'Eve', email: 'eve@evil.example', roles: ['TENANT_DEVELOPER'] };

/** Every place of the schema that takes an identifier. */
const DOORS: Readonly<Record<string, Door>> = {
  'Query.modelVersion.id': { of: 'modelVersion', by: 'tenant', operation: 'query' },
  'Query.datasetVersion.id': { of: null, by: 'tenant', operation: 'query' },
  'Query.splitKeyReveals.datasetVersionId': { of: null, by: 'reviewer', operation: 'query' },
  'Query.evaluationPlan.id': { of: 'plan', by: 'tenant', operation: 'query' },
  'Query.evaluationPlanChanges.from': {
    of: 'plan',
    by: 'tenant',
    operation: 'query',
    rest: ({ plan }) => ({ to: plan }),
  },
  'Query.evaluationPlanChanges.to': {
    of: 'plan',
    by: 'tenant',
    operation: 'query',
    rest: ({ plan }) => ({ from: plan }),
  },
  'Query.run.id': { of: 'run', by: 'tenant', operation: 'query' },
  'Query.report.id': { of: 'report', by: 'tenant', operation: 'query' },
  'Query.review.id': { of: 'review', by: 'tenant', operation: 'query' },
  'Query.featureReleases.datasetVersionId': { of: null, by: 'tenant', operation: 'query' },
  'Subscription.runChanged.id': { of: 'run', by: 'tenant', operation: 'subscription' },
  'Subscription.runLog.id': { of: 'run', by: 'tenant', operation: 'subscription' },
  'Mutation.createModelVersion.input.modelId': {
    of: 'model',
    by: 'tenant',
    operation: 'mutation',
    rest: () => version,
  },
  'Mutation.createInputBinding.input.modelVersionId': {
    of: 'modelVersion',
    by: 'tenant',
    operation: 'mutation',
    rest: (_own, datasetVersionId) => ({ datasetVersionId }),
  },
  'Mutation.createInputBinding.input.datasetVersionId': {
    of: null,
    by: 'tenant',
    operation: 'mutation',
    rest: ({ modelVersion }) => ({ modelVersionId: modelVersion }),
  },
  'Mutation.createEvaluationPlan.input.inputBindingId': {
    of: 'inputBinding',
    by: 'tenant',
    operation: 'mutation',
    rest: () => ({ plan: planContent() }),
  },
  'Mutation.reviseEvaluationPlan.input.planId': {
    of: 'draft',
    by: 'tenant',
    operation: 'mutation',
    rest: () => ({ plan: planContent({ title: 'Taken' }) }),
  },
  'Mutation.lockEvaluationPlan.input.planId': { of: 'draft', by: 'tenant', operation: 'mutation' },
  'Mutation.preflightEvaluationPlan.input.planId': { of: 'draft', by: 'tenant', operation: 'mutation' },
  'Mutation.grantSealedRun.input.modelId': {
    of: null,
    by: 'reviewer',
    operation: 'mutation',
    rest: () => ({ reason: 'To look again.' }),
  },
  'Mutation.withdrawCriteriaPack.input.criteriaPackId': {
    of: null,
    by: 'reviewer',
    operation: 'mutation',
    rest: () => ({ reason: 'To loosen.' }),
  },
  'Mutation.startRun.input.planId': { of: 'plan', by: 'tenant', operation: 'mutation' },
  'Mutation.cancelRun.input.runId': { of: 'run', by: 'tenant', operation: 'mutation' },
  'Mutation.invitePerson.input.organisationId': {
    of: 'organisation',
    by: 'tenant',
    operation: 'mutation',
    rest: () => person,
  },
  'Mutation.issueToken.input.personId': {
    of: 'person',
    by: 'tenant',
    operation: 'mutation',
    rest: () => ({ label: 'mine' }),
  },
  'Mutation.revokeToken.input.tokenId': { of: 'token', by: 'tenant', operation: 'mutation' },
  'Mutation.revokeRunner.input.runnerId': { of: 'runner', by: 'tenant', operation: 'mutation' },
  'Mutation.releaseBlindFeatures.input.datasetVersionId': {
    of: null,
    by: 'tenant',
    operation: 'mutation',
    rest: () => ({ reason: 'To predict.' }),
  },
  'Mutation.cancelDatasetGeneration.input.datasetVersionId': {
    of: null,
    by: 'operator',
    operation: 'mutation',
  },
  'Mutation.revealSplitKey.input.datasetVersionId': {
    of: null,
    by: 'reviewer',
    operation: 'mutation',
    rest: () => ({ split: 'EVALUATION', reason: 'To check.' }),
  },
  'Mutation.admitTenant.input.applicationId': { of: null, by: 'operator', operation: 'mutation' },
  'Mutation.openReview.input.reportId': { of: null, by: 'reviewer', operation: 'mutation' },
  'Mutation.proposeDecision.input.reviewId': {
    of: 'review',
    by: 'reviewer',
    operation: 'mutation',
    rest: () => decision,
  },
  'Mutation.confirmDecision.input.decisionId': { of: 'decision', by: 'reviewer', operation: 'mutation' },
};

/** A list that is filtered by an identifier that one does not see is empty. */
const FILTERS = ['Query.runs.filter.modelVersionId'];

/** A plan that has no sealed draw of the dataset is a failure of the result, whosever it is: authorities see them all. */
const BESIDE = ['Mutation.revealSplitKey.input.planId'];

/** Using a token is noted in its row, and who is at work says so again and again: no change of anybody's data. */
const NOTED: Readonly<Record<string, string>> = {
  api_token: 'last_used_at',
  launcher: 'seen_at',
  worker: 'heartbeat_at',
};

describe('tenancy', () => {
  let service: TestService;
  let dataset: string;
  let alice: Tenant;
  let bob: Tenant;
  let strangers: Api;
  let his: Belongings;
  let hers: Belongings;
  let admin: Client;

  beforeAll(async () => {
    service = await TestService.start();
    dataset = await service.readyDataset();
    admin = await connect(service.database.admin);
    alice = await service.admitTenant('Alice Analytics');
    bob = await service.admitTenant('Bob Banking');
    const authority = await service.authority();
    strangers = (await service.authority()).first;
    his = await belongings(service, admin, bob, authority.first);
    hers = await belongings(service, admin, alice, authority.first);
  }, 300_000);

  afterAll(async () => {
    await admin?.end();
    await service?.close();
  });

  async function contents(): Promise<unknown> {
    const { rows } = await admin.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'sandbox'::regnamespace AND relkind = 'r' ORDER BY 1`,
    );
    const found: Record<string, string> = {};
    for (const { name } of rows) {
      const ignored = name in NOTED ? `- '${NOTED[name]}'` : '';
      const { rows: digest } = await admin.query<{ digest: string }>(
        `SELECT md5(coalesce(string_agg((to_jsonb(t) ${ignored})::text, '|' ORDER BY (to_jsonb(t) ${ignored})::text), '')) AS digest FROM sandbox.${name} t`,
      );
      found[name] = digest[0]?.digest ?? '';
    }
    return found;
  }

  test('the list of doors is whole: every argument of type ID in the schema', async () => {
    interface TypeRef {
      kind: string;
      name: string | null;
      ofType: TypeRef | null;
    }
    interface Value {
      name: string;
      type: TypeRef;
    }
    const { types } = await alice.api.value<{
      types: {
        name: string;
        fields: { name: string; args: Value[] }[] | null;
        inputFields: Value[] | null;
      }[];
    }>(
      `{ __schema { types { name fields { name args { name type { ...t } } } inputFields { name type { ...t } } } } }
       fragment t on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }`,
    );
    const inputs = new Map(types.map(({ name, inputFields }) => [name, inputFields ?? []]));
    const base = (type: TypeRef): string =>
      type.ofType === null || type.ofType === undefined ? (type.name ?? '') : base(type.ofType);
    const ids = (place: string, type: TypeRef): string[] =>
      base(type) === 'ID'
        ? [place]
        : (inputs.get(base(type)) ?? []).flatMap((field) => ids(`${place}.${field.name}`, field.type));
    const places = types
      .filter(({ name }) => !name.startsWith('__'))
      .flatMap(({ name, fields }) =>
        (fields ?? []).flatMap((field) =>
          field.args.flatMap((arg) => ids(`${name}.${field.name}.${arg.name}`, arg.type)),
        ),
      );
    expect(places.sort()).toEqual([...Object.keys(DOORS), ...FILTERS, ...BESIDE].sort());
  });

  test.each(Object.entries(DOORS))("%s: another's is what never existed", async (place, door) => {
    const [, field, ...path] = place.split('.');
    const caller = { tenant: alice.api, reviewer: strangers, operator: service.operator }[door.by];
    const key = path.at(-1) ?? '';
    const ask = async (id: string): Promise<string> => {
      if (door.operation === 'subscription') {
        const { values, errors } = await caller.subscribe(
          `subscription ($id: ID!) { ${field}(id: $id) { __typename } }`,
          {
            id,
          },
        );
        return JSON.stringify({ values, errors });
      }
      if (door.operation === 'query') {
        const more = Object.entries(door.rest?.(hers, dataset) ?? {})
          .map(([name, value]) => `, ${name}: ${JSON.stringify(value)}`)
          .join('');
        return (await caller.ask(`query ($id: ID!) { ${field}(${key}: $id${more}) { __typename } }`, { id }))
          .text;
      }
      const type = `${field?.[0]?.toUpperCase()}${field?.slice(1)}Input`;
      const input = { ...door.rest?.(hers, dataset), [key]: id };
      return (
        await caller.ask(`mutation ($input: ${type}!) { ${field}(input: $input) { __typename } }`, { input })
      ).text;
    };
    const before = await contents();
    const never = await ask(randomUUID());
    expect(never).toContain('"code":"NOT_FOUND"');
    expect(never).not.toContain('"data":{');
    const others = [
      ...(door.of === null ? [] : [his[door.of]]),
      'no-uuid',
      '',
      "' OR true --",
      `${randomUUID()} `,
      'x'.repeat(100),
    ];
    for (const id of others) expect(await ask(id)).toBe(never);
    expect(await contents()).toEqual(before);
  });

  test("a list filtered by another's identifier is as empty as by one that never existed", async () => {
    const query = `query ($id: ID!) { runs(filter: { modelVersionId: $id }) { edges { node { id } } } }`;
    const own = await alice.api.value<{ edges: unknown[] }>(query, { id: hers.modelVersion });
    expect(own.edges).toHaveLength(1);
    const never = (await alice.api.ask(query, { id: randomUUID() })).text;
    expect(JSON.parse(never)).toEqual({ data: { runs: { edges: [] } } });
    for (const id of [his.modelVersion, 'no-uuid', ''])
      expect((await alice.api.ask(query, { id })).text).toBe(never);
  });

  test("lists hold one's own alone", async () => {
    for (const [list, id] of [
      ['models', his.model],
      ['evaluationPlans', his.plan],
      ['runs', his.run],
      ['reports', his.report],
      ['reviews', his.review],
      ['people', his.person],
      ['apiTokens', his.token],
    ] as const) {
      const query = `{ ${list}(first: 100) { edges { node { id } } } }`;
      interface Ids {
        edges: { node: { id: string } }[];
      }
      const mine = (await alice.api.value<Ids>(query)).edges.map(({ node }) => node.id);
      expect(mine.length).toBeGreaterThan(0);
      expect(mine).not.toContain(id);
      expect((await bob.api.value<Ids>(query)).edges.map(({ node }) => node.id)).toContain(id);
    }
  });

  test("files of another's report are not found", async () => {
    const theirs = await alice.api.get(`/reports/${his.report}/report.json`);
    const never = await alice.api.get(`/reports/${randomUUID()}/report.json`);
    const odd = await alice.api.get(`/reports/no-uuid/report.json`);
    expect([theirs.status, never.status, odd.status]).toEqual([404, 404, 404]);
    const text = await never.text();
    expect(await theirs.text()).toBe(text);
    expect(await odd.text()).toBe(text);
  });
});
