import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DataSource } from 'typeorm';
import type { Client } from 'pg';
import { connect } from '../src/platform/database/roles.js';
import { countStatements } from '../src/platform/database/statement-log.js';
import { type Api, lockedPlan, runToReport, TestService } from './support/service.js';

const COPIES = 59;

/** Copies of a run with everything that hangs on it, each with a model, plan, dataset and report of its own. */
async function copies(admin: Client, runId: string): Promise<void> {
  const { rows } = await admin.query<{ authority: string; person: string }>(
    `SELECT o.id AS authority, p.id AS person FROM sandbox.organisation o JOIN sandbox.person p ON p.tenant_id = o.id
     WHERE o.kind = 'AUTHORITY' LIMIT 1`,
  );
  await admin.query(
    `DO $do$
     DECLARE
       r sandbox.run; m uuid; v uuid; b uuid; p uuid; d uuid; n uuid; s uuid;
     BEGIN
       SELECT * INTO r FROM sandbox.run WHERE id = '${runId}';
       FOR i IN 1..${COPIES} LOOP
         m := gen_random_uuid(); v := gen_random_uuid(); b := gen_random_uuid(); p := gen_random_uuid();
         d := gen_random_uuid(); n := gen_random_uuid(); s := gen_random_uuid();
         INSERT INTO sandbox.model SELECT (jsonb_populate_record(t, jsonb_build_object('id', m, 'name', 'Copy ' || i))).*
           FROM sandbox.model t WHERE id = (SELECT model_id FROM sandbox.model_version WHERE id = r.model_version_id);
         INSERT INTO sandbox.model_version SELECT (jsonb_populate_record(t, jsonb_build_object('id', v, 'model_id', m))).*
           FROM sandbox.model_version t WHERE id = r.model_version_id;
         INSERT INTO sandbox.dataset_version SELECT (jsonb_populate_record(t, jsonb_build_object('id', d, 'name', 'Copy ' || i))).*
           FROM sandbox.dataset_version t WHERE id = r.dataset_version_id;
         INSERT INTO sandbox.dataset_object SELECT (jsonb_populate_record(t, jsonb_build_object('dataset_version_id', d))).*
           FROM sandbox.dataset_object t WHERE dataset_version_id = r.dataset_version_id;
         INSERT INTO sandbox.dataset_file SELECT (jsonb_populate_record(t, jsonb_build_object('dataset_version_id', d))).*
           FROM sandbox.dataset_file t WHERE dataset_version_id = r.dataset_version_id;
         INSERT INTO sandbox.input_binding SELECT (jsonb_populate_record(t, jsonb_build_object('id', b, 'model_version_id', v))).*
           FROM sandbox.input_binding t WHERE id = (SELECT input_binding_id FROM sandbox.evaluation_plan WHERE id = r.plan_id);
         INSERT INTO sandbox.evaluation_plan
           SELECT (jsonb_populate_record(t, jsonb_build_object('id', p, 'input_binding_id', b, 'model_version_id', v, 'title', 'Copy ' || i))).*
           FROM sandbox.evaluation_plan t WHERE id = r.plan_id;
         INSERT INTO sandbox.run
           SELECT (jsonb_populate_record(t, jsonb_build_object('id', n, 'plan_id', p, 'model_version_id', v, 'dataset_version_id', d))).*
           FROM sandbox.run t WHERE id = r.id;
         INSERT INTO sandbox.report
           SELECT (jsonb_populate_record(t, jsonb_build_object('id', s, 'run_id', n, 'digest', encode(sha256(n::text::bytea), 'hex')))).*
           FROM sandbox.report t WHERE run_id = r.id;
         INSERT INTO sandbox.review (id, tenant_id, report_id, authority_id, authority, opened_by, report_digest)
           VALUES (gen_random_uuid(), r.tenant_id, s, '${rows[0]?.authority}', 'Authority', '${rows[0]?.person}', repeat('a', 64));
       END LOOP;
     END $do$`,
  );
}

/** Lists with everything that hangs on their elements. */
const LISTS: Readonly<Record<string, string>> = {
  runs: `state plan { id title inputBinding { id } modelVersion { id } } modelVersion { id label model { id name } }
         datasetVersion { id name } sealedDraw { commitment } report { id digest verdicts { id } }`,
  models: 'id versions(first: 3) { edges { node { id label } } }',
  datasetVersions: 'id developmentFiles { name } files { path }',
  evaluationPlans: 'id modelVersion { id model { id } } datasetVersion { id } inputBinding { id }',
  reports: 'id run { id plan { id } }',
  reviews: 'id report { id run { id } } decision { id }',
};

describe('statements of a list', () => {
  let service: TestService;
  let second: { app: NestFastifyApplication; dataSource: DataSource; close: () => Promise<void> };
  let tenant: Api;

  beforeAll(async () => {
    service = await TestService.start();
    tenant = (await service.admitTenant()).api;
    await service.authority();
    const { runId } = await runToReport(tenant, await lockedPlan(service, tenant));
    const admin = await connect(service.database.admin);
    await copies(admin, runId);
    await admin.end();
    second = await service.application();
  }, 300_000);

  afterAll(async () => {
    await second?.close();
    await service?.close();
  });

  interface Page {
    edges: { node: Record<string, unknown> }[];
  }

  async function list(
    name: string,
    first: number,
  ): Promise<{ nodes: Record<string, unknown>[]; statements: string[] }> {
    const query = `{ ${name}(first: ${first}) { edges { node { ${LISTS[name]} } } } }`;
    const { result, statements } = await countStatements(second.dataSource, async () =>
      second.app
        .inject({ method: 'POST', url: '/graphql', headers: tenant.headers, payload: { query } })
        .then((answer) => answer),
    );
    const body = result.json<{ data?: Record<string, Page>; errors?: unknown }>();
    expect(body.errors).toBeUndefined();
    return { nodes: (body.data?.[name]?.edges ?? []).map(({ node }) => node), statements };
  }

  test.each(Object.keys(LISTS))('%s: 50 cost as many as 5', async (name) => {
    const few = await list(name, 5);
    const many = await list(name, 50);
    expect(few.nodes).toHaveLength(5);
    expect(many.nodes).toHaveLength(50);
    expect(few.statements.length).toBeGreaterThan(3);
    expect(many.statements).toHaveLength(few.statements.length);
  });

  test('every element got what is its own', async () => {
    const { nodes } = await list('runs', 50);
    const distinct = (values: unknown[]): number => new Set(values).size;
    type Run = {
      plan: { id: string };
      modelVersion: { model: { id: string } };
      report: { digest: string };
      datasetVersion: { id: string };
    };
    const runs = nodes as unknown as Run[];
    expect(distinct(runs.map(({ plan }) => plan.id))).toBe(50);
    expect(distinct(runs.map(({ modelVersion }) => modelVersion.model.id))).toBe(50);
    expect(distinct(runs.map(({ report }) => report.digest))).toBe(50);
    expect(distinct(runs.map(({ datasetVersion }) => datasetVersion.id))).toBe(50);
  });

  test('a page within a page: two versions of one model, and the one after a cursor', async () => {
    const { edges } = await tenant.value<{ edges: { node: { id: string } }[] }>(
      '{ models(first: 2) { edges { node { id } } } }',
    );
    const admin = await connect(service.database.admin);
    for (const { node } of edges) {
      await admin.query(
        `INSERT INTO sandbox.model_version
         SELECT (jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(), 'label', 'more ' || i))).*
         FROM generate_series(1, 4) i, sandbox.model_version t WHERE t.model_id = $1`,
        [node.id],
      );
    }
    await admin.end();
    interface Versions {
      edges: {
        node: {
          id: string;
          versions: { edges: { cursor: string; node: { id: string } }[]; pageInfo: { hasNextPage: boolean } };
        };
      }[];
    }
    const inner = 'edges { cursor node { id } } pageInfo { hasNextPage }';
    const all = await tenant.value<Versions>(
      `{ models(first: 2) { edges { node { id versions(first: 10) { ${inner} } } } } }`,
    );
    for (const { node } of all.edges) {
      expect(node.versions.edges).toHaveLength(5);
      expect(node.versions.pageInfo.hasNextPage).toBe(false);
      const ids = node.versions.edges.map((edge) => edge.node.id);
      const cursor = node.versions.edges[1]?.cursor;
      const next = await tenant.value<Versions>(
        `query ($after: String) { models(first: 2) { edges { node { id versions(first: 2, after: $after) { ${inner} } } } } }`,
        { after: cursor },
      );
      const page = next.edges.find((edge) => edge.node.id === node.id)?.node.versions;
      expect(page?.edges.map((edge) => edge.node.id)).toEqual(ids.slice(2, 4));
      expect(page?.pageInfo.hasNextPage).toBe(true);
    }
  });

  test('pages follow each other without gap or repetition', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    for (let pages = 0; ; pages += 1) {
      const page: {
        edges: { node: { id: string } }[];
        pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string };
      } = await tenant.value(
        `query ($after: String) { runs(first: 7, after: $after) { edges { node { id } } pageInfo { hasNextPage hasPreviousPage endCursor } } }`,
        { after },
      );
      seen.push(...page.edges.map(({ node }) => node.id));
      expect(page.pageInfo.hasPreviousPage).toBe(pages > 0);
      if (!page.pageInfo.hasNextPage) break;
      expect(page.edges).toHaveLength(7);
      after = page.pageInfo.endCursor;
    }
    expect(seen).toHaveLength(COPIES + 1);
    expect(new Set(seen).size).toBe(COPIES + 1);
    expect(seen).toEqual([...seen].sort().reverse());
  });
});
