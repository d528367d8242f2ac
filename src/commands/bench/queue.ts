import { Command } from 'commander';
import type pg from 'pg';
import { wholeFrom } from '../arguments.js';
import { benchModel } from './forest.js';
import { type BenchTenant, Installation, quantile, until } from './installation.js';

interface Options {
  queued: number;
  picks: number;
  rows: number;
  slots: number;
  model?: string;
  json?: boolean;
}

/** Another tenant's runs, one after the other, each asked for when the one before is final. */
const OTHERS = 5;

export const command = new Command('queue')
  .description(
    'How soon a freed slot is taken with many runs queued, and how soon another tenant’s first run begins',
  )
  .option('--queued <count>', 'runs that one tenant has queued', wholeFrom(1), 100_000)
  .option('--picks <count>', 'slots that have to be freed and taken', wholeFrom(10), 200)
  .option('--rows <count>', 'rows of each run', wholeFrom(1), 1_000)
  .option('--slots <count>', 'jails at a time', wholeFrom(1, 64), 2)
  .option(
    '--model <file>',
    'ONNX model with one float input (default: the forest among the reference models)',
  )
  .option('--json', 'one JSON document to standard output')
  .addHelpText(
    'after',
    `
Starts a service of its own. The crowd's runs are written into the queue's tables, since asking for each would take
longer than the bench; the other tenant's are asked for through the API. "pickUp" is the time from the end of an
attempt, which frees its slot, to the beginning of the next one. "firstStart" is the time from the other tenant's
request to the beginning of its run, also in lengths of a job: the median time that an attempt holds its slot.`,
  )
  .action(async (options: Options) => {
    const model = await benchModel(options.model);
    const { queued, picks, rows, slots } = options;
    // One tenant may hold every slot: nothing but the order keeps the other's first run from waiting behind the crowd.
    const installation = await Installation.open({ slots, tenantSlots: slots });
    try {
      say('starting a service of its own');
      const preparing = await installation.start('worker');
      let crowd: BenchTenant;
      let other: BenchTenant;
      try {
        const operator = await installation.operator();
        const dataset = await installation.dataset(operator, model, rows);
        crowd = await installation.tenant(operator, model, dataset, 'Crowd', 1_000_000);
        other = await installation.tenant(operator, model, dataset, 'Other', 1_000);
      } finally {
        await preparing.stop();
      }
      const { database } = installation;
      await queueMany(database, crowd, queued);
      say(`${queued} runs are queued`);
      const worker = await installation.start('worker');
      try {
        await until(async () => (await ended(database)) >= picks / 2);
        const starts: number[] = [];
        for (let run = 0; run < OTHERS; run += 1) starts.push(await firstStart(database, other));
        await until(async () => (await ended(database)) >= picks);
        const result = await summary(database, options, starts);
        process.stdout.write(options.json === true ? `${JSON.stringify(result)}\n` : inWords(result));
      } finally {
        // What is left of the crowd is not waited for.
        await database.query('DELETE FROM sandbox.run_queue');
        await worker.stop();
      }
    } finally {
      await installation.close();
    }
  });

/** Writes runs and their places in the queue, as starting them one by one would have. */
async function queueMany(database: pg.Client, { id, planId }: BenchTenant, count: number): Promise<void> {
  await database.query('BEGIN');
  await database.query('ALTER TABLE sandbox.run DISABLE TRIGGER USER');
  await database.query('ALTER TABLE sandbox.run_queue DISABLE TRIGGER USER');
  await database.query(
    `WITH begun AS (
       INSERT INTO sandbox.run (id, tenant_id, plan_id, model_version_id, dataset_version_id, started_by, state)
       SELECT gen_random_uuid(), p.tenant_id, p.id, p.model_version_id, p.dataset_version_id,
              (SELECT id FROM sandbox.person WHERE tenant_id = $1 LIMIT 1), 'QUEUED'
         FROM sandbox.evaluation_plan p, generate_series(1, $3::int) WHERE p.id = $2
       RETURNING id, tenant_id)
     INSERT INTO sandbox.run_queue (run_id, tenant_id, lane) SELECT id, tenant_id, 'jail' FROM begun`,
    [id, planId, count],
  );
  await database.query('ALTER TABLE sandbox.run ENABLE TRIGGER USER');
  await database.query('ALTER TABLE sandbox.run_queue ENABLE TRIGGER USER');
  await database.query('COMMIT');
  await database.query('ANALYZE sandbox.run, sandbox.run_queue');
}

async function ended(database: pg.Client): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM sandbox.run_attempt WHERE outcome = 'SCORED'`,
  );
  return rows[0]?.count ?? 0;
}

/** @returns seconds from the request to the beginning of the run */
async function firstStart(database: pg.Client, { api, planId }: BenchTenant): Promise<number> {
  const { id } = await api.run<{ id: string }>(
    `mutation ($id: ID!) { startRun(input: { planId: $id }) { ... on Run { id } ... on Failure { code message } } }`,
    { id: planId },
  );
  let seconds: number | null = null;
  await until(async () => {
    const { rows } = await database.query<{ seconds: number; ended: boolean }>(
      `SELECT extract(epoch FROM a.started_at - r.created_at)::float8 AS seconds, a.ended_at IS NOT NULL AS ended
         FROM sandbox.run r JOIN sandbox.run_attempt a ON a.run_id = r.id AND a.attempt = 1 WHERE r.id = $1`,
      [id],
    );
    seconds = rows[0]?.seconds ?? null;
    return rows[0]?.ended === true;
  }, 50);
  return seconds ?? NaN;
}

interface Summary {
  queued: number;
  picks: number;
  slots: number;
  /** seconds from a slot's end to its next beginning */
  pickUp: { p50: number; p99: number; most: number };
  /** seconds that an attempt holds its slot, the median */
  jobSeconds: number;
  /** another tenant's first run, with everything else queued before it */
  firstStart: { seconds: number[]; mostJobLengths: number };
}

async function summary(
  database: pg.Client,
  { queued, slots }: Options,
  starts: readonly number[],
): Promise<Summary> {
  const { rows: attempts } = await database.query<{ began: number; ended: number | null }>(
    `SELECT extract(epoch FROM started_at)::float8 AS began, extract(epoch FROM ended_at)::float8 AS ended
       FROM sandbox.run_attempt ORDER BY started_at`,
  );
  const gaps = pickUps(attempts, slots);
  const lengths = attempts.flatMap(({ began, ended: end }) => (end === null ? [] : [end - began]));
  const jobSeconds = quantile(lengths, 0.5);
  return {
    queued,
    picks: gaps.length,
    slots,
    pickUp: { p50: quantile(gaps, 0.5), p99: quantile(gaps, 0.99), most: Math.max(...gaps) },
    jobSeconds,
    firstStart: { seconds: [...starts], mostJobLengths: Math.max(...starts) / jobSeconds },
  };
}

/** Each beginning but the first of every slot takes the slot that has been free for longest. */
function pickUps(attempts: readonly { began: number; ended: number | null }[], slots: number): number[] {
  const freed = attempts.flatMap(({ ended: end }) => end ?? []).sort((one, other) => one - other);
  return attempts.slice(slots).flatMap(({ began }, index) => {
    const free = freed[index];
    return free === undefined ? [] : [began - free];
  });
}

function inWords({ queued, picks, slots, pickUp, jobSeconds, firstStart: first }: Summary): string {
  const ms = (seconds: number): string => `${(seconds * 1e3).toFixed(1)} ms`;
  return [
    `${queued} runs queued, ${slots} slots: of ${picks} freed slots half were taken within ${ms(pickUp.p50)}, 99% within ${ms(pickUp.p99)} (at most ${ms(pickUp.most)})`,
    `another tenant's run began after ${first.seconds.map(ms).join(', ')}: at most ${first.mostJobLengths.toFixed(2)} job lengths of ${ms(jobSeconds)}`,
    '',
  ].join('\n');
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
