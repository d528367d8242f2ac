import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { DataSource } from 'typeorm';
import {
  bootstrapRoles,
  type ConnectionAddress,
  createDataSource,
  Database,
  DATABASE_ROLES,
  type DatabaseRole,
  EmbeddedPostgres,
  type Entities,
  listMigrations,
  type MigrationFile,
  OWNER_ROLE,
  projectRoot,
  runMigrations,
} from '../../src/platform/database/index.js';
import { connect, roleAddress } from '../../src/platform/database/roles.js';

/**
 * A real PostgreSQL for tests: one server for all test files, kept between runs; each file works on a clone of
 * its own of a migrated template. The server ends by itself when the last test process has ended, and a clone
 * that a killed run left behind is dropped by the next.
 */
export interface TestDatabase {
  /** The superuser, on this clone: for what a test has to set up or look at behind row-level security's back. */
  readonly admin: ConnectionAddress;
  /** `DATABASE_URL` of this clone, for a whole service under test; its data folder needs `lendSecrets` first. */
  readonly url: string;
  address(role: DatabaseRole): ConnectionAddress;
  /** An initialised data source, destroyed by `close`. */
  dataSource(role: DatabaseRole, entities?: Entities): Promise<DataSource>;
  database(role: DatabaseRole, entities?: Entities): Promise<Database>;
  /** Puts the roles' passwords where a service with this data folder looks for them. */
  lendSecrets(dataFolder: string): void;
  /** Closes what was opened here and drops the clone. */
  close(): Promise<void>;
}

const CACHE = path.join(projectRoot(), 'node_modules', '.cache', 'sandbox-test-database');
const SECRETS = path.join(CACHE, 'secrets', 'database');
/** Nothing here outlives a power cut, and nothing has to. */
const SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' };

let clones = 0;

/** @param migrations those of the project unless a test brings its own */
export async function createTestDatabase(
  migrations: readonly MigrationFile[] = listMigrations(),
): Promise<TestDatabase> {
  const server = await EmbeddedPostgres.start({
    folder: path.join(CACHE, 'postgres'),
    passwordFile: path.join(SECRETS, 'postgres'),
    settings: SETTINGS,
  });
  clones += 1;
  const name = `test_${process.pid}_${Date.now()}_${clones}`;
  const client = await connect(server.address);
  try {
    await client.query('SELECT pg_advisory_lock(1)');
    await dropLeftovers(client);
    const template = await ensureTemplate(client, server.address, migrations);
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  } finally {
    await client.end();
  }

  const admin = { ...server.address, database: name };
  const open: DataSource[] = [];
  const address = (role: DatabaseRole): ConnectionAddress => roleAddress(admin, role, SECRETS);
  const dataSource = async (role: DatabaseRole, entities: Entities = []): Promise<DataSource> => {
    const source = await createDataSource(address(role), entities).initialize();
    open.push(source);
    return source;
  };
  return {
    admin,
    url: `postgres://${admin.user}:${admin.password}@/${name}?host=${encodeURIComponent(admin.host)}&port=${admin.port}`,
    address,
    dataSource,
    database: async (role, entities) => new Database(await dataSource(role, entities)),
    lendSecrets(dataFolder) {
      const folder = path.join(dataFolder, 'secrets', 'database');
      fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
      for (const role of DATABASE_ROLES) fs.copyFileSync(path.join(SECRETS, role), path.join(folder, role));
    },
    async close() {
      await Promise.all(open.splice(0).map((source) => source.destroy()));
      const last = await connect(server.address);
      try {
        await last.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      } finally {
        await last.end();
        await server.stop();
      }
    },
  };
}

type Client = Awaited<ReturnType<typeof connect>>;

async function dropLeftovers(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    String.raw`SELECT datname AS name FROM pg_database WHERE datname ~ '^(test_\d+|building)_'`,
  );
  for (const { name } of rows) {
    const pid = /^test_(\d+)_/.exec(name)?.[1];
    if (pid === undefined || !fs.existsSync(`/proc/${pid}`)) {
      await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    }
  }
}

/** One template a set of migrations; the newest few are kept, so that two branches can take turns. */
async function ensureTemplate(
  client: Client,
  server: ConnectionAddress,
  migrations: readonly MigrationFile[],
): Promise<string> {
  const hash = createHash('sha256');
  for (const migration of migrations) hash.update(`${migration.name} ${migration.digest}\n`);
  hash.update(fs.readFileSync(path.join(projectRoot(), 'src/platform/database/roles.ts')));
  const name = `template_${hash.digest('hex').slice(0, 16)}`;
  const templates = await client.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database WHERE datname LIKE 'template\\_%' ORDER BY oid DESC`,
  );
  if (templates.rows.some((row) => row.name === name)) return name;
  for (const old of templates.rows.slice(4)) await client.query(`DROP DATABASE IF EXISTS ${old.name}`);

  const building = `building_${process.pid}`;
  await client.query(`CREATE DATABASE ${building}`);
  const admin = { ...server, database: building };
  await bootstrapRoles({ admin, secretsFolder: SECRETS, renewLostPasswords: true });
  await runMigrations(roleAddress(admin, OWNER_ROLE, SECRETS), migrations);
  // A server ends a session a moment after its client has left; a database in use is not renamed.
  await client.query(`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1`, [
    building,
  ]);
  await client.query(`ALTER DATABASE ${building} RENAME TO ${name}`);
  return name;
}
