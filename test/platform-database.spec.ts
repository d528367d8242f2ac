import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import {
  bootstrapRoles,
  countStatements,
  Database,
  type DatabaseActor,
  DatabaseServer,
  listMigrations,
  type MigrationFile,
  OWNER_ROLE,
  parseDatabaseUrl,
  runMigrations,
  schemaDrift,
  sqlState,
} from '../src/platform/database/index.js';
import { connect } from '../src/platform/database/roles.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';

const FIRST = `
import type { MigrationInterface, QueryRunner } from 'typeorm';
export class First implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('CREATE TABLE sandbox.note (id integer PRIMARY KEY, tenant_id text NOT NULL, body_text text NOT NULL)');
    await queryRunner.query('ALTER TABLE sandbox.note ENABLE ROW LEVEL SECURITY');
    await queryRunner.query('ALTER TABLE sandbox.note FORCE ROW LEVEL SECURITY');
    await queryRunner.query(\`CREATE POLICY note_tenant ON sandbox.note
      USING (current_setting('app.scope', true) = 'tenant' AND tenant_id = current_setting('app.tenant_id', true))\`);
    await queryRunner.query('GRANT SELECT, INSERT, UPDATE ON sandbox.note TO sandbox_api');
  }
  async down(): Promise<void> {}
}
`;

@Entity('note')
class Note {
  @PrimaryColumn('integer')
  id: number;

  @Column('text')
  tenantId: string;

  @Column('text')
  bodyText: string;
}

@Entity('note')
class GrownNote extends Note {
  @Column('boolean', { default: false })
  isPinned: boolean;
}

const ALICE: DatabaseActor = { personId: 'alice', organisationId: 'one', scope: 'tenant' };
const BOB: DatabaseActor = { personId: 'bob', organisationId: 'two', scope: 'tenant' };

let folder: string;
let test: TestDatabase;
let database: Database;

function migrations(files: Record<string, string>): MigrationFile[] {
  const target = fs.mkdtempSync(path.join(folder, 'migrations-'));
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(target, name), text);
  return listMigrations(target);
}

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sandbox-database-'));
  test = await createTestDatabase(migrations({ '1700000000000-First.ts': FIRST }));
  database = await test.database('sandbox_api', [Note]);
});

afterAll(async () => {
  await test.close();
  fs.rmSync(folder, { recursive: true });
});

describe('Database', () => {
  it('shows and takes a tenant its own rows only', async () => {
    await database.inTenant(ALICE, (tx) => tx.insert(Note, { id: 1, tenantId: 'one', bodyText: 'hers' }));
    await expect(
      database.inTenant(BOB, (tx) => tx.insert(Note, { id: 2, tenantId: 'one', bodyText: 'forged' })),
    ).rejects.toThrow(/row-level security/);
    expect(await database.inTenant(ALICE, (tx) => tx.find(Note))).toEqual([
      { id: 1, tenantId: 'one', bodyText: 'hers' },
    ]);
    expect(await database.inTenant(BOB, (tx) => tx.find(Note))).toEqual([]);
  });

  it('shows nothing outside a scoped transaction, also on a connection that served one', async () => {
    await database.inTenant(ALICE, (tx) => tx.find(Note));
    expect(await database.dataSource.query('SELECT * FROM sandbox.note')).toEqual([]);
  });

  it('keeps the plan of a statement that is sent often, for whoever acts, and follows a change of its table', async () => {
    const source = await test.dataSource('sandbox_api', [Note]);
    const shared = new Database(source);
    const bodies = (actor: DatabaseActor): Promise<{ body: string }[]> =>
      shared.inTenant(actor, (tx) =>
        tx.query('SELECT body_text AS body FROM note WHERE id BETWEEN $1 AND $2', [70, 79]),
      );
    await shared.inTenant(ALICE, (tx) => tx.insert(Note, { id: 70, tenantId: 'one', bodyText: 'hers' }));
    await shared.inTenant(BOB, (tx) => tx.insert(Note, { id: 71, tenantId: 'two', bodyText: 'his' }));
    for (let turn = 0; turn < 12; turn += 1) {
      expect(await bodies(ALICE)).toEqual([{ body: 'hers' }]);
      expect(await bodies(BOB)).toEqual([{ body: 'his' }]);
    }
    const plans = `SELECT generic_plans::int AS generic FROM pg_prepared_statements WHERE statement LIKE '%BETWEEN%'`;
    const [kept] = await source.query<{ generic: number }[]>(plans);
    expect(kept?.generic).toBeGreaterThan(0);
    const owner = await connect(test.admin);
    await owner.query('DROP POLICY note_tenant ON sandbox.note');
    expect(await bodies(ALICE)).toEqual([]);
    await owner.query(`CREATE POLICY note_tenant ON sandbox.note
      USING (current_setting('app.scope', true) = 'tenant' AND tenant_id = current_setting('app.tenant_id', true))`);
    await owner.end();
    expect(await bodies(BOB)).toEqual([{ body: 'his' }]);
  });

  it('shows nothing of tenants to other scopes unless a policy says so', async () => {
    expect(await database.asSystem((tx) => tx.find(Note))).toEqual([]);
    const operator = { ...ALICE, scope: 'operator' } as const;
    expect(await database.within(operator, (tx) => tx.find(Note))).toEqual([]);
  });

  it('refuses a scope that the actor does not have', async () => {
    await expect(database.asAuthority(ALICE, async () => 1)).rejects.toMatchObject({ code: 'WRONG_SCOPE' });
    await expect(database.asOperator(ALICE, async () => 1)).rejects.toMatchObject({ code: 'WRONG_SCOPE' });
    await expect(database.inTenant({ ...ALICE, organisationId: '' }, async () => 1)).rejects.toMatchObject({
      code: 'WRONG_SCOPE',
    });
  });

  it('takes back everything when the work fails', async () => {
    await expect(
      database.inTenant(ALICE, async (tx) => {
        await tx.insert(Note, { id: 10, tenantId: 'one', bodyText: 'never' });
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    expect(await database.inTenant(ALICE, (tx) => tx.countBy(Note, { id: 10 }))).toBe(0);
  });

  it('runs idempotent work again after a serialization failure, and other work not', async () => {
    await database.inTenant(ALICE, (tx) => tx.insert(Note, { id: 20, tenantId: 'one', bodyText: '0' }));
    const increment = async (idempotent: boolean): Promise<number> => {
      let attempts = 0;
      await database.inTenant(
        ALICE,
        async (tx) => {
          attempts += 1;
          const note = await tx.findOneByOrFail(Note, { id: 20 });
          if (attempts === 1) {
            // Another transaction changes the row in between.
            await database.inTenant(ALICE, (other) =>
              other.query(`UPDATE note SET body_text = (body_text::int + 1)::text WHERE id = 20`),
            );
          }
          await tx.update(Note, { id: 20 }, { bodyText: String(Number(note.bodyText) + 1) });
        },
        { isolation: 'REPEATABLE READ', idempotent },
      );
      return attempts;
    };
    expect(await increment(true)).toBe(2);
    const note = await database.inTenant(ALICE, (tx) => tx.findOneByOrFail(Note, { id: 20 }));
    expect(note.bodyText).toBe('2');
    expect(await increment(false).then(String, sqlState)).toBe('40001');
  });
});

describe('the roles', () => {
  it('own nothing but their schema, and cannot escape row-level security', async () => {
    const admin = await connect(test.admin);
    try {
      const roles = await admin.query(
        `SELECT rolname FROM pg_roles
          WHERE rolname LIKE 'sandbox\\_%' AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)`,
      );
      expect(roles.rows).toEqual([]);
      const owned = await admin.query<{ owner: string; kind: string }>(
        `SELECT DISTINCT pg_get_userbyid(relowner) AS owner, nspname AS kind FROM pg_class
           JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname <> 'pg_toast' AND pg_get_userbyid(relowner) LIKE 'sandbox\\_%'
         UNION SELECT pg_get_userbyid(nspowner), nspname FROM pg_namespace WHERE pg_get_userbyid(nspowner) LIKE 'sandbox\\_%'`,
      );
      for (const { owner, kind } of owned.rows) {
        expect({ owner, kind }).toEqual(
          kind === 'pgboss' ? { owner: 'sandbox_jobs', kind } : { owner: OWNER_ROLE, kind: 'sandbox' },
        );
      }
    } finally {
      await admin.end();
    }
  });

  it.each(['sandbox_api', 'sandbox_launcher', 'sandbox_evaluator', 'sandbox_signer'] as const)(
    '%s cannot change the schema, switch the policies off or become another',
    async (role) => {
      const source = await test.dataSource(role);
      for (const statement of [
        'CREATE TABLE sandbox.mine (id int)',
        'CREATE TABLE public.mine (id int)',
        'ALTER TABLE sandbox.note DISABLE ROW LEVEL SECURITY',
        'SET ROLE sandbox_owner',
        'DROP TABLE sandbox.note',
        'TRUNCATE sandbox.note',
      ]) {
        await expect(source.query(statement)).rejects.toThrow(/permission denied|must be owner/);
      }
    },
  );

  it('binds the owner itself to the policies', async () => {
    const owner = await test.dataSource(OWNER_ROLE);
    expect(await owner.query('SELECT * FROM sandbox.note')).toEqual([]);
  });

  it('are set up once, however many start at once, by a role that may only create roles and schemas', async () => {
    const admin = await connect(test.admin);
    const name = `${test.admin.database}_external`;
    const maker = { ...test.admin, database: name, user: `maker_${process.pid}`, password: 'external' };
    const secretsFolder = path.join(folder, 'external', 'secrets', 'database');
    const open = (): Promise<void> =>
      bootstrapRoles({ admin: maker, secretsFolder, renewLostPasswords: false });
    try {
      await admin.query(`CREATE ROLE ${maker.user} LOGIN PASSWORD 'external'`);
      await admin.query(`CREATE DATABASE ${name}`);
      // The roles of a cluster exist already here, their passwords are known: only the schemas are missing.
      test.lendSecrets(path.join(folder, 'external'));
      await expect(open()).rejects.toMatchObject({
        code: 'DATABASE_PRIVILEGE_MISSING',
        message: expect.stringContaining(`GRANT CREATE ON DATABASE "${name}" TO "${maker.user}";`) as string,
      });
      await admin.query(`GRANT CREATE ON DATABASE ${name} TO ${maker.user}`);
      await admin.query(`GRANT sandbox_owner, sandbox_jobs TO ${maker.user} WITH ADMIN TRUE, SET TRUE`);
      await Promise.all([open(), open(), open()]);
      fs.rmSync(path.join(secretsFolder, 'sandbox_api'));
      await expect(open()).rejects.toMatchObject({ code: 'DATABASE_PASSWORD_LOST' });
    } finally {
      await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await admin.query(`DROP OWNED BY ${maker.user}`);
      await admin.query(`DROP ROLE ${maker.user}`);
      await admin.end();
    }
  });
});

describe('migrations', () => {
  const second = FIRST.replaceAll('First', 'Second').replaceAll('note', 'memo');

  it('run once, in order, whoever asks at the same moment', async () => {
    const files = migrations({ '1700000000000-First.ts': FIRST, '1700000000001-Second.ts': second });
    const owner = test.address(OWNER_ROLE);
    const ran = await Promise.all([1, 2, 3].map(() => runMigrations(owner, files)));
    expect(ran.flat()).toEqual(['1700000000001-Second']);
  });

  it('are refused when changed after they ran, unknown, late or misnamed', async () => {
    const owner = test.address(OWNER_ROLE);
    const run = (files: Record<string, string>): Promise<string[]> =>
      Promise.resolve().then(() => runMigrations(owner, migrations(files)));
    await expect(
      run({ '1700000000000-First.ts': `${FIRST}\n`, '1700000000001-Second.ts': second }),
    ).rejects.toMatchObject({ code: 'MIGRATION_CHANGED' });
    await expect(run({ '1700000000000-First.ts': FIRST })).rejects.toMatchObject({
      code: 'MIGRATION_UNKNOWN',
    });
    await expect(
      run({
        '1600000000000-Late.ts': second,
        '1700000000000-First.ts': FIRST,
        '1700000000001-Second.ts': second,
      }),
    ).rejects.toMatchObject({ code: 'MIGRATION_OUT_OF_ORDER' });
    await expect(run({ 'first.ts': FIRST })).rejects.toMatchObject({ code: 'MIGRATION_MISNAMED' });
  });

  it('leave nothing of one that fails', async () => {
    const owner = test.address(OWNER_ROLE);
    const broken = second
      .replaceAll('memo', 'half')
      .replaceAll('Second', 'Third')
      .replace("'GRANT SELECT", "'GRUNT SELECT");
    const files = migrations({
      '1700000000000-First.ts': FIRST,
      '1700000000001-Second.ts': second,
      '1700000000002-Third.ts': broken,
    });
    await expect(runMigrations(owner, files)).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      message: expect.stringContaining('1700000000002-Third.ts failed: syntax error') as string,
    });
    const source = await test.dataSource(OWNER_ROLE);
    expect(await source.query(`SELECT to_regclass('sandbox.half') AS half`)).toEqual([{ half: null }]);
  });

  it('are compared with the entities', async () => {
    const owner = test.address(OWNER_ROLE);
    expect(await schemaDrift(owner, [Note])).toEqual([]);
    expect(await schemaDrift(owner, [GrownNote])).toEqual([
      'ALTER TABLE "note" ADD "is_pinned" boolean NOT NULL DEFAULT false',
    ]);
  });
});

describe('countStatements', () => {
  it('lists what the work sent, and not what others sent meanwhile', async () => {
    const other = database.inTenant(BOB, (tx) => tx.query('SELECT pg_sleep(0.05)'));
    const { result, statements } = await countStatements(database.dataSource, () =>
      database.inTenant(ALICE, (tx) => tx.countBy(Note, { id: 1 })),
    );
    await other;
    expect(result).toBe(1);
    expect(statements).toHaveLength(4);
    expect(statements[0]).toBe('START TRANSACTION');
    expect(statements[3]).toBe('COMMIT');
  });
});

describe('DatabaseServer', () => {
  it('works on an external server by its address', async () => {
    const data = path.join(folder, 'service');
    test.lendSecrets(data);
    const server = await DatabaseServer.open({ dataFolder: data, databaseUrl: test.url });
    expect(server.address('sandbox_api')).toEqual(test.address('sandbox_api'));
    await server.stop();
  });

  it.each([
    ['mysql://u:p@h/d', 'does not begin with postgres://'],
    ['postgres://h/d', 'names no user'],
    ['postgres://u:secret@h', 'names no database'],
  ])('refuses %s', (url, reason) => {
    expect(() => parseDatabaseUrl(url)).toThrow(reason);
    expect(() => parseDatabaseUrl(url)).not.toThrow('secret');
  });

  it('says in one line which server cannot be reached', async () => {
    await expect(
      DatabaseServer.open({ dataFolder: folder, databaseUrl: 'postgres://me:secret@127.0.0.1:1/db' }),
    ).rejects.toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      message: 'cannot connect to PostgreSQL as me at 127.0.0.1:1/db: connect ECONNREFUSED 127.0.0.1:1',
    });
  });
});
