import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import type { DatabaseRole } from '../src/platform/database/index.js';
import { connect } from '../src/platform/database/roles.js';
import { type Belongings, belongings } from './support/belongings.js';
import { type Tenant, TestService } from './support/service.js';

describe('row-level security, straight in SQL', () => {
  let service: TestService;
  let admin: Client;
  let alice: Tenant;
  let bob: Tenant;
  let hers: Belongings;

  beforeAll(async () => {
    service = await TestService.start();
    admin = await connect(service.database.admin);
    alice = await service.admitTenant('Alice Analytics');
    bob = await service.admitTenant('Bob Banking');
    const { first } = await service.authority();
    await belongings(service, admin, bob, first);
    hers = await belongings(service, admin, alice, first);
  }, 300_000);

  afterAll(async () => {
    await admin?.end();
    await service?.close();
  });

  const TENANT_TABLES = [
    'organisation',
    'person',
    'api_token',
    'model',
    'model_version',
    'upload',
    'input_binding',
    'evaluation_plan',
    'run',
    'report',
    'review',
    'decision',
  ];

  async function as<T>(
    role: DatabaseRole,
    work: (client: Client) => Promise<T>,
    tenant?: string,
  ): Promise<T> {
    const client = await connect(service.database.address(role));
    try {
      await client.query('BEGIN');
      if (tenant !== undefined) {
        await client.query(
          `SELECT set_config('app.scope', 'tenant', true), set_config('app.tenant_id', $1, true)`,
          [tenant],
        );
      }
      return await work(client);
    } finally {
      await client.end();
    }
  }

  const refusal = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'done',
      (error: unknown) => String((error as { code?: string }).code),
    );

  async function count(client: Client, table: string, where = 'true'): Promise<number> {
    const { rows } = await client.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM sandbox.${table} WHERE ${where}`,
    );
    return rows[0]?.n ?? -1;
  }

  test('without settings the API role sees no row of any table', async () => {
    const { rows } = await admin.query<{ name: string; readable: boolean }>(
      `SELECT relname AS name, has_table_privilege('sandbox_api', oid, 'SELECT') AS readable
       FROM pg_class WHERE relnamespace = 'sandbox'::regnamespace AND relkind IN ('r', 'p')`,
    );
    const readable = rows.filter((table) => table.readable).map(({ name }) => name);
    expect(readable).toEqual(
      expect.arrayContaining([...TENANT_TABLES, 'application', 'dataset_version', 'audit_event']),
    );
    for (const name of readable) {
      expect([name, await as('sandbox_api', (client) => count(client, name))]).toEqual([name, 0]);
    }
  });

  test.each(TENANT_TABLES)("%s: a tenant's transaction sees its own rows alone", async (table) => {
    expect(await count(admin, table, `tenant_id = '${bob.id}'`)).toBeGreaterThan(0);
    const [own, other] = await as(
      'sandbox_api',
      async (client) => [
        await count(client, table, `tenant_id = '${alice.id}'`),
        await count(client, table, `tenant_id <> '${alice.id}'`),
      ],
      alice.id,
    );
    expect(own).toBeGreaterThan(0);
    expect(other).toBe(0);
  });

  test.each(TENANT_TABLES)(
    "%s: a tenant's transaction changes nothing of another, and gives nothing away",
    async (table) => {
      const update = `UPDATE sandbox.${table} SET created_at = now() WHERE tenant_id = '${bob.id}'`;
      const changed = await as(
        'sandbox_api',
        (client) => refusal(client.query(update).then(({ rowCount }) => expect(rowCount).toBe(0))),
        alice.id,
      );
      expect(['done', '42501']).toContain(changed);
      const insert = `INSERT INTO sandbox.${table}
      SELECT (jsonb_populate_record(NULL::sandbox.${table}, $1::jsonb)).*`;
      const { rows } = await admin.query<{ row: Record<string, unknown> }>(
        `SELECT to_jsonb(t) AS row FROM sandbox.${table} t WHERE tenant_id = $1 LIMIT 1`,
        [bob.id],
      );
      const forged = JSON.stringify({ ...rows[0]?.row, id: randomUUID() });
      expect(await as('sandbox_api', (client) => refusal(client.query(insert, [forged])), alice.id)).toBe(
        '42501',
      );
      const away = `UPDATE sandbox.${table} SET tenant_id = '${bob.id}' WHERE tenant_id = '${alice.id}'`;
      // Refused, or as with reviews, which are for authorities to write, there is no row to change.
      const given = await as(
        'sandbox_api',
        (client) => refusal(client.query(away).then(({ rowCount }) => expect(rowCount).toBe(0))),
        alice.id,
      );
      expect(['42501', '23000', ...(['review', 'decision'].includes(table) ? ['done'] : [])]).toContain(
        given,
      );
    },
  );

  test('each power reads what its work needs and not the rest', async () => {
    const forbidden: Partial<Record<DatabaseRole, string[]>> = {
      sandbox_api: ['blind_object', 'sealed_blind_object', 'run_score', 'run_comparison', 'run_measurement'],
      sandbox_launcher: [
        'blind_object',
        'sealed_blind_object',
        'split_key_reveal',
        'dataset_file',
        'person',
        'api_token',
        'organisation',
        'run_measurement',
        'report',
        'application',
      ],
      sandbox_evaluator: ['person', 'api_token', 'organisation', 'model', 'application', 'report'],
      sandbox_signer: [
        'blind_object',
        'sealed_blind_object',
        'split_key_reveal',
        'run_comparison',
        'api_token',
        'application',
        'upload',
      ],
      sandbox_jobs: ['blind_object', 'api_token', 'run', 'evaluation_plan', 'organisation'],
    };
    for (const [role, tables] of Object.entries(forbidden)) {
      for (const table of tables) {
        expect([
          role,
          table,
          await as(role as DatabaseRole, (client) => refusal(count(client, table))),
        ]).toEqual([role, table, '42501']);
      }
    }
    expect(await as('sandbox_evaluator', (client) => count(client, 'blind_object'))).toBeGreaterThan(0);
    const draw = 'SELECT features_sha256 FROM sandbox.sealed_draw';
    for (const role of ['sandbox_api', 'sandbox_signer'] as const)
      expect([role, await as(role, (client) => refusal(client.query(draw)))]).toEqual([role, '42501']);
    const commitment = 'SELECT commitment FROM sandbox.sealed_draw';
    expect(await as('sandbox_launcher', (client) => refusal(client.query(commitment)))).toBe('42501');
    const key = `UPDATE sandbox.split_key_reveal SET key = decode(repeat('00', 32), 'hex')`;
    expect(await as('sandbox_api', (client) => refusal(client.query(key)))).toBe('42501');
    const labels = 'SELECT refusal_message, card FROM sandbox.model_version';
    expect(await as('sandbox_launcher', (client) => refusal(client.query(labels)))).toBe('42501');
  });

  test('a locked plan stays as it is, whoever asks', async () => {
    const update = `UPDATE sandbox.evaluation_plan SET title = 'x' WHERE id = '${hers.plan}'`;
    expect(await as('sandbox_api', (client) => refusal(client.query(update)), alice.id)).toBe('23000');
    const unlock = `UPDATE sandbox.evaluation_plan SET state = 'DRAFT', digest = NULL, locked_at = NULL WHERE id = '${hers.plan}'`;
    expect(await as('sandbox_api', (client) => refusal(client.query(unlock)), alice.id)).toBe('23000');
    const remove = `DELETE FROM sandbox.evaluation_plan WHERE id = '${hers.plan}'`;
    expect(await as('sandbox_api', (client) => refusal(client.query(remove)), alice.id)).toBe('42501');
    expect(await refusal(admin.query(update))).toBe('23000');
    const draft = `UPDATE sandbox.evaluation_plan SET title = 'x' WHERE id = '${hers.draft}'`;
    expect(await as('sandbox_api', (client) => refusal(client.query(draft)), alice.id)).toBe('done');
  });

  test('audit events cannot be changed, deleted or truncated', async () => {
    for (const sql of [
      `UPDATE sandbox.audit_event SET action = 'x' WHERE sequence = 1`,
      `DELETE FROM sandbox.audit_event WHERE sequence = 1`,
      `TRUNCATE sandbox.audit_event`,
    ]) {
      for (const role of [
        'sandbox_api',
        'sandbox_launcher',
        'sandbox_evaluator',
        'sandbox_signer',
      ] as const) {
        expect([role, await as(role, (client) => refusal(client.query(sql)))]).toEqual([role, '42501']);
      }
      expect(await refusal(admin.query(sql))).toBe('23000');
    }
  });

  test('no application role owns anything here or stands above row-level security', async () => {
    const { rows: roles } = await admin.query<{ rolname: string; above: boolean; owns: number }>(
      `SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication AS above,
         (SELECT count(*)::int FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE c.relowner = r.oid AND n.nspname NOT IN ('pgboss', 'pg_toast') AND n.nspname NOT LIKE 'pg\\_temp%')
         + (SELECT count(*)::int FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
             WHERE p.proowner = r.oid AND n.nspname <> 'pgboss')
         + (SELECT count(*)::int FROM pg_namespace n WHERE n.nspowner = r.oid AND n.nspname <> 'pgboss') AS owns
       FROM pg_roles r WHERE rolname LIKE 'sandbox\\_%' AND rolname <> 'sandbox_owner' ORDER BY 1`,
    );
    expect(roles.map(({ rolname }) => rolname)).toEqual(
      expect.arrayContaining([
        'sandbox_api',
        'sandbox_evaluator',
        'sandbox_jobs',
        'sandbox_launcher',
        'sandbox_signer',
      ]),
    );
    for (const { rolname, above, owns } of roles)
      expect({ rolname, above, owns }).toEqual({ rolname, above: false, owns: 0 });
  });

  test('row-level security is on and forced on every table', async () => {
    const { rows } = await admin.query<{ name: string; enabled: boolean; forced: boolean }>(
      `SELECT relname AS name, relrowsecurity AS enabled, relforcerowsecurity AS forced
       FROM pg_class WHERE relnamespace = 'sandbox'::regnamespace AND relkind IN ('r', 'p')`,
    );
    expect(rows.length).toBeGreaterThan(15);
    const open = rows.filter(({ enabled, forced }) => !enabled || !forced).map(({ name }) => name);
    // The list of migrations is the owner's alone.
    expect(open).toEqual(['migration']);
    const { rows: grants } = await admin.query<{ role: string }>(
      `SELECT rolname AS role FROM pg_roles WHERE rolname LIKE 'sandbox\\_%' AND rolname <> 'sandbox_owner'
         AND has_table_privilege(rolname, 'sandbox.migration', 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')`,
    );
    expect(grants).toEqual([]);
  });
});
