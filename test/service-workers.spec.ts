import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import type { Client } from 'pg';
import { JailHost } from '../src/engine/isolation/index.js';
import { Database } from '../src/platform/database/index.js';
import { connect } from '../src/platform/database/roles.js';
import { JobQueue } from '../src/platform/jobs/index.js';
import { launcherIn } from '../src/service/launcher.js';
import { startPower } from '../src/service/power.js';
import { TestService } from './support/service.js';

interface Readiness {
  status: number;
  launchers: string;
}

/** A jail whose filter lets every system call pass. */
function weakJail(folder: string): JailHost {
  const host = new JailHost({});
  const path = join(folder, 'allow.bpf');
  writeFileSync(path, Buffer.from([0x06, 0, 0, 0, 0, 0, 0xff, 0x7f]));
  Object.defineProperty(host, 'filterPath', { value: path });
  return host;
}

describe('workers', () => {
  let service: TestService;
  let admin: Client;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'workers-'));
    service = await TestService.start({ powers: ['api'] });
    admin = await connect(service.database.admin);
  }, 300_000);
  afterAll(async () => {
    await admin?.end();
    await service?.close();
    rmSync(folder, { recursive: true });
  });

  const readiness = async (): Promise<Readiness> => {
    const answer = await fetch(`${service.url}/health/ready`);
    const { checks } = (await answer.json()) as { checks: { launchers: string } };
    return { status: answer.status, launchers: checks.launchers };
  };
  const launcher = (how: Parameters<typeof launcherIn>[0]) =>
    startPower(
      'launcher',
      service.powerSettings('sandbox_launcher'),
      pino({ level: 'silent' }),
      launcherIn(how),
    );
  const rows = async () =>
    (
      await admin.query<{ power: string; state: string; detail: string | null }>(
        `SELECT power, state, detail FROM sandbox.worker ORDER BY started_at`,
      )
    ).rows;

  it('are missed where there are none', async () => {
    expect(await readiness()).toEqual({ status: 503, launchers: 'no launcher was heard for 30 seconds' });
  });

  it('refuse jobs where a jail lets an attempt out, and every API says which, until one holds', async () => {
    const weak = await launcher(() => weakJail(folder));
    const other = await service.application();
    try {
      expect(await rows()).toEqual([
        {
          power: 'launcher',
          state: 'REFUSED',
          detail: expect.stringContaining('keyrings of the kernel') as unknown,
        },
      ]);
      const red = await readiness();
      expect(red.status).toBe(503);
      expect(red.launchers).toMatch(
        new RegExp(
          `^the launcher on ${hostname()} \\(process ${process.pid}\\) takes no job: the jail does not hold against: .*sockets of the internet`,
        ),
      );
      // Another process, as on another host: it knows from the database alone.
      const elsewhere = await other.app.getHttpAdapter().getInstance().inject('/health/ready');
      expect([elsewhere.statusCode, elsewhere.json()]).toMatchObject([
        503,
        { checks: { launchers: red.launchers } },
      ]);
      // The API itself stays up to be read, and what it is asked for waits.
      expect(await service.operator.value(`query { __typename }`)).toBeDefined();
      const job = async () =>
        (await admin.query<{ state: string }>(`SELECT state FROM pgboss.job WHERE name = 'inspect'`)).rows;
      await other.app
        .get(Database)
        .asSystem((tx) => other.app.get(JobQueue).send(tx, 'inspect', { modelVersionId: randomUUID() }));
      await pause(1_500);
      expect(await job()).toEqual([{ state: 'created' }]);

      const good = await launcher(() => new JailHost({}));
      expect(await readiness()).toEqual({ status: 200, launchers: 'ok' });
      expect((await rows()).map(({ state }) => state)).toEqual(['REFUSED', 'READY']);
      for (let waited = 0; (await job())[0]?.state === 'created' && waited < 10_000; waited += 50)
        await pause(50);
      expect((await job())[0]?.state).not.toBe('created');
      await good.stop();
      expect((await readiness()).status).toBe(503);
    } finally {
      await other.close();
      await weak.stop();
    }
    expect(await rows()).toEqual([]);
  }, 300_000);

  it('refuse jobs where no jail can be made', async () => {
    const none = await launcher(() => new JailHost({ stateDirectory: '/proc' }));
    expect((await readiness()).launchers).toMatch(/takes no job: no jail can be made: .*\/proc/);
    await none.stop();
  });

  it('are no longer heard half a minute after their last word', async () => {
    const insert = (seconds: number) =>
      admin.query(
        `INSERT INTO sandbox.worker (id, power, host, pid, state, heartbeat_at)
         VALUES (gen_random_uuid(), 'launcher', 'gone', 1, 'READY', now() - make_interval(secs => $1))`,
        [seconds],
      );
    await insert(31);
    expect((await readiness()).launchers).toBe('no launcher was heard for 30 seconds');
    await insert(20);
    expect((await readiness()).status).toBe(200);
    await admin.query(`UPDATE sandbox.worker SET state = 'DRAINING'`);
    expect((await readiness()).launchers).toBe('every launcher is about to stop');
    await admin.query(`DELETE FROM sandbox.worker`);
  });

  it('speak for themselves alone', async () => {
    const evaluator = await connect(service.database.address('sandbox_evaluator'));
    const say = (power: string) =>
      evaluator.query(
        `INSERT INTO sandbox.worker (id, power, host, pid, state) VALUES (gen_random_uuid(), $1, 'here', 1, 'READY')`,
        [power],
      );
    await expect(say('launcher')).rejects.toThrow(/row-level security/);
    await say('evaluator');
    const api = await connect(service.database.address('sandbox_api'));
    // Whose transaction does not say who asks sees none of them.
    expect((await api.query(`SELECT * FROM sandbox.worker`)).rows).toEqual([]);
    await expect(api.query(`DELETE FROM sandbox.worker`)).rejects.toThrow(/permission denied/);
    await evaluator.query(`DELETE FROM sandbox.worker`);
    await Promise.all([evaluator.end(), api.end()]);
  });
});
