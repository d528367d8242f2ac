import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import {
  createDataSource,
  Database,
  DatabaseServer,
  EmbeddedPostgres,
} from '../src/platform/database/index.js';
import { connect } from '../src/platform/database/roles.js';
import { JobQueue } from '../src/platform/jobs/index.js';

/** Not shared with other test files: this server is killed, and its cluster begins without our roles. */
let folder: string;

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sandbox-recovery-'));
});

afterAll(() => {
  fs.rmSync(folder, { recursive: true });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await condition().catch(() => false)); waited += 20) {
    if (waited > 30_000) throw new Error('the service did not recover');
    await pause(20);
  }
}

describe('the service on its own server', () => {
  it('goes on after the server was killed or shut down: pools, and workers that wait for notifications', async () => {
    const data = path.join(folder, 'own');
    const server = await DatabaseServer.open({ dataFolder: data });
    const source: DataSource = await createDataSource(server.address('sandbox_api'), []).initialize();
    const database = new Database(source);
    const queue = await JobQueue.start(server.address('sandbox_jobs'), { pollingSeconds: 3_600 });
    const taken: string[] = [];
    const lock = path.join(data, 'postgres', 'cluster', 'postmaster.pid');
    try {
      await queue.work('inspect', async (job) => {
        taken.push(job.id);
      });
      const send = (): Promise<string> => database.asSystem((tx) => queue.send(tx, 'inspect', {}));
      const before = await send();
      await until(async () => taken.includes(before));

      // Killed; and shut down by somebody who did not ask who uses it.
      for (const signal of ['SIGKILL', 'SIGINT', 'SIGINT'] as const) {
        const server = Number(fs.readFileSync(lock, 'utf8').split('\n')[0]);
        process.kill(server, signal);
        // What may wait does: it is done once the server is back.
        const waited = database.asSystem((tx) => tx.query('SELECT 1'), { awaitSeconds: 30 });
        await until(async () => Number(fs.readFileSync(lock, 'utf8').split('\n')[0]) !== server);
        // Statements fail until the server is back, and no longer.
        let after = '';
        await until(async () => {
          after = await send();
          return true;
        });
        await until(async () => taken.includes(after));
        await waited;
      }
      // A fault of the work's own is thrown at once.
      const began = performance.now();
      await expect(database.asSystem((tx) => tx.query('SELECT 1 / 0'), { awaitSeconds: 30 })).rejects.toThrow(
        'division by zero',
      );
      expect(performance.now() - began).toBeLessThan(5_000);
    } finally {
      await queue.stop(1_000);
      await source.destroy();
      await server.stop();
    }
    expect(fs.existsSync(lock)).toBe(false);
  });

  it('sets an empty server of others up with a role that may create roles and schemas, once', async () => {
    const cluster = await EmbeddedPostgres.start({
      folder: path.join(folder, 'foreign', 'postgres'),
      passwordFile: path.join(folder, 'foreign', 'password'),
    });
    const root = await connect(cluster.address);
    await root.query(`CREATE ROLE landlord LOGIN PASSWORD 'p%40ss'`);
    await root.query('CREATE DATABASE rented');
    const databaseUrl = `postgres://landlord:p%2540ss@/rented?host=${encodeURIComponent(cluster.address.host)}&port=${cluster.address.port}`;
    const tenant = path.join(folder, 'tenant');
    await expect(DatabaseServer.open({ dataFolder: tenant, databaseUrl })).rejects.toMatchObject({
      code: 'DATABASE_PRIVILEGE_MISSING',
      message:
        'the role landlord of DATABASE_URL may not set the database up; run first, as a superuser: ' +
        'ALTER ROLE "landlord" CREATEROLE; GRANT CREATE ON DATABASE "rented" TO "landlord";',
    });
    // The message's own words are what is run.
    await root.query('ALTER ROLE "landlord" CREATEROLE; GRANT CREATE ON DATABASE "rented" TO "landlord";');
    const server = await DatabaseServer.open({ dataFolder: tenant, databaseUrl });
    expect(await server.migrate([])).toEqual([]);
    const owners = await root.query<{ role: string }>(
      `SELECT rolname AS role FROM pg_roles WHERE rolname LIKE 'sandbox\\_%' ORDER BY 1`,
    );
    expect(owners.rows.map(({ role }) => role)).toEqual([
      'sandbox_api',
      'sandbox_evaluator',
      'sandbox_jobs',
      'sandbox_launcher',
      'sandbox_owner',
      'sandbox_signer',
    ]);
    // Set up, it needs the right no more; a second installation would take the roles over and is refused.
    await root.query('ALTER ROLE landlord NOCREATEROLE; REVOKE CREATE ON DATABASE rented FROM landlord');
    await (await DatabaseServer.open({ dataFolder: tenant, databaseUrl })).stop();
    await expect(
      DatabaseServer.open({ dataFolder: path.join(folder, 'second'), databaseUrl }),
    ).rejects.toMatchObject({ code: 'DATABASE_PASSWORD_LOST' });
    const queue = await JobQueue.start(server.address('sandbox_jobs'));
    await queue.stop();
    // A role that somebody has since made strong enough to read every tenant is refused.
    await root.query('ALTER ROLE sandbox_api BYPASSRLS');
    await expect(DatabaseServer.open({ dataFolder: tenant, databaseUrl })).rejects.toMatchObject({
      code: 'DATABASE_ROLE_TOO_STRONG',
    });
    await root.end();
    await cluster.stop();
  });
});
