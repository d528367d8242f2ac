import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { compiled } from '../src/engine/compiled.js';
import type { Database, DatabaseActor } from '../src/platform/database/index.js';
import { connect } from '../src/platform/database/roles.js';
import { JobQueue, type QueuedJob, type QueueName } from '../src/platform/jobs/index.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';

/** Polling is out of the question in these tests: what is picked up was notified. */
const HOUR = 3_600;
const ALICE: DatabaseActor = {
  personId: '00000000-0000-4000-8000-000000000001',
  organisationId: '00000000-0000-4000-8000-000000000002',
  scope: 'tenant',
};

let test: TestDatabase;
let database: Database;
let queue: JobQueue;
const started: JobQueue[] = [];

async function start(pollingSeconds = HOUR): Promise<JobQueue> {
  const one = await JobQueue.start(test.address('sandbox_jobs'), { pollingSeconds });
  started.push(one);
  return one;
}

async function send(name: QueueName, data: object, options = {}): Promise<string> {
  return database.inTenant(ALICE, (tx) => queue.send(tx, name, data, options));
}

/** The jobs that a worker is given, as they come. */
function collector(): { jobs: QueuedJob[]; next(): Promise<QueuedJob>; take(job: QueuedJob): void } {
  const jobs: QueuedJob[] = [];
  const waiting: ((job: QueuedJob) => void)[] = [];
  return {
    jobs,
    take(job) {
      const first = waiting.shift();
      if (first === undefined) jobs.push(job);
      else first(job);
    },
    next: () => {
      const job = jobs.shift();
      return job === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(job);
    },
  };
}

beforeAll(async () => {
  test = await createTestDatabase([]);
  database = await test.database('sandbox_api');
  queue = await start();
});

afterAll(async () => {
  await Promise.all(started.map((one) => one.stop(1_000)));
  await test.close();
});

describe('JobQueue', () => {
  it('gives a worker what a committed transaction sent, by notification', async () => {
    const taken = collector();
    await queue.work('inspect', async (job) => taken.take(job));
    const id = await send('inspect', { modelVersion: 'v1' }, { group: 'one' });
    expect(await taken.next()).toMatchObject({
      id,
      queue: 'inspect',
      data: { modelVersion: 'v1' },
      group: 'one',
      attempt: 1,
    });
  });

  it('knows nothing of what a rolled-back transaction sent', async () => {
    let id = '';
    await expect(
      database.inTenant(ALICE, async (tx) => {
        id = await queue.send(tx, 'generate', {});
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(await queue.depth('generate')).toEqual({ waiting: 0, running: 0 });
    await send('generate', {});
    expect(await queue.depth('generate')).toEqual({ waiting: 1, running: 0 });
  });

  it('takes a job of one id once', async () => {
    const id = crypto.randomUUID();
    expect(await send('seal', {}, { id })).toBe(id);
    expect(await send('seal', {}, { id })).toBe(id);
    expect(await queue.depth('seal')).toEqual({ waiting: 1, running: 0 });
  });

  it('can be started by several processes at once, on an empty database too', async () => {
    const empty = await createTestDatabase([]);
    const all = await Promise.all(
      Array.from({ length: 5 }, () =>
        JobQueue.start(empty.address('sandbox_jobs'), { pollingSeconds: HOUR }),
      ),
    );
    const api = await empty.database('sandbox_api');
    const taken = collector();
    for (const one of all) await one.work('inspect', async (job) => taken.take(job));
    const id = await api.asSystem(
      (tx) => all[0]?.send(tx, 'inspect', {}) ?? Promise.reject(new Error('none')),
    );
    expect((await taken.next()).id).toBe(id);
    await Promise.all(all.map((one) => one.stop(1_000)));
    await empty.close();
    expect(taken.jobs).toEqual([]);
  });

  it('lets the application insert jobs, and neither read nor change those of others', async () => {
    for (const statement of [
      'SELECT data FROM pgboss.job',
      `UPDATE pgboss.job SET state = 'completed'`,
      'DELETE FROM pgboss.job',
      `UPDATE pgboss.queue SET retry_limit = 0`,
      'CREATE TABLE pgboss.mine (id int)',
    ]) {
      await expect(database.dataSource.query(statement)).rejects.toThrow(/permission denied/);
    }
  });

  it('cannot see a table of the sandbox as its own role', async () => {
    const jobs = await connect(test.address('sandbox_jobs'));
    await expect(jobs.query('SELECT * FROM sandbox.migration')).rejects.toThrow(/permission denied/);
    await jobs.end();
  });

  it('tells the handler that runs a job when the job is cancelled', async () => {
    const taken = collector();
    const ended = collector();
    const other = await start();
    await other.work('draw', async (job) => {
      taken.take(job);
      await once(job.signal, 'abort');
      ended.take(job);
    });
    const id = await send('draw', {});
    expect((await taken.next()).id).toBe(id);
    await queue.cancel('draw', id);
    expect((await ended.next()).id).toBe(id);
  });

  it('tries a failed job again, and hands it to the dead when its attempts are used up', async () => {
    const attempts: number[] = [];
    const dead = collector();
    // Retries wait out a back-off of seconds, which no notification ends.
    const polling = await start(0.5);
    const admin = await connect(test.admin);
    await admin.query(
      `UPDATE pgboss.queue SET retry_limit = 1, retry_delay = 0, retry_backoff = false WHERE name = 'measure'`,
    );
    await admin.end();
    await polling.work('measure', async (job) => {
      attempts.push(job.attempt);
      throw new Error('broken');
    });
    await polling.workDead('measure', async (job) => dead.take(job));
    await send('measure', { run: 'r1' });
    expect(await dead.next()).toMatchObject({ queue: 'measure', data: { run: 'r1' } });
    expect(attempts).toEqual([1, 2]);
  });

  it('gives the job of a worker that was killed to another', async () => {
    const module = compiled(new URL('../src/platform/jobs/x.ts', import.meta.url).href, './job-queue.js');
    const script = `
      import { JobQueue } from ${JSON.stringify(module.href)};
      const queue = await JobQueue.start(${JSON.stringify(test.address('sandbox_jobs'))});
      await queue.work('generate', async (job) => { console.log(job.id); await new Promise(() => {}); });`;
    const victim = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(victim.stdout, 'data')) as [Buffer];
    victim.kill('SIGKILL');
    const taken = collector();
    const rescuer = await start(0.5);
    await rescuer.work('generate', async (job) => taken.take(job));
    const rescued = await taken.next();
    expect(rescued.id).toBe(line.toString().trim());
    expect(rescued.attempt).toBe(2);
  });

  it('waits for what runs when it stops', async () => {
    const leaving = await start();
    const taken = collector();
    let finished = false;
    await leaving.work('inspect', async (job) => {
      taken.take(job);
      await pause(300);
      finished = true;
    });
    // Two processes listen to this queue: send until the one that leaves has a job.
    while (taken.jobs.length === 0) {
      await send('inspect', {});
      await pause(50);
    }
    await leaving.stop();
    expect(finished).toBe(true);
    started.splice(started.indexOf(leaving), 1);
  });
});
