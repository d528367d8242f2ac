import { Command } from 'commander';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { jailHost } from '../../engine/isolation/index.js';
import { type FeatureBatch, onnxRuntime, scoreOnnx } from '../../engine/scoring/index.js';
import { wholeFrom } from '../arguments.js';
import { benchFeatures, type BenchModel, benchModel } from './forest.js';
import { type BenchTenant, Installation, quantile, until } from './installation.js';

interface Options {
  runs: number;
  rows: number;
  slots: number;
  jails: number;
  model?: string;
  json?: boolean;
}

/** Starts of runs at a time: the API is not what is timed here. */
const STARTERS = 4;
const TENANTS = 2;

export const command = new Command('drain')
  .description(
    'Runs a second through the whole engine when the queue is full, beside jails back to back without it',
  )
  .option('--runs <count>', 'runs to queue', wholeFrom(2), 1_000)
  .option('--rows <count>', 'rows of each', wholeFrom(1), 1_000)
  .option('--slots <count>', 'jails at a time', wholeFrom(1, 64), availableParallelism())
  .option('--jails <count>', 'jails without the engine, before and again after', wholeFrom(2), 100)
  .option(
    '--model <file>',
    'ONNX model with one float input (default: the forest among the reference models)',
  )
  .option('--json', 'one JSON document to standard output')
  .addHelpText(
    'after',
    `
Starts a service of its own, with its database, and queues all runs before its worker starts. Compared are runs a second
through the engine with the queue full, and jails back to back without it: the same model on the same features and
machine, scored the same way, as many side by side as there are slots. Jails without the engine have their rows in memory;
they are timed before and after, and the mean counts. "scored" counts runs whose scores are kept, from the first that left
the queue to the last, while the evaluator measures and the signer seals beside on the same processors; "sealed" counts to
the last sealed report. Processor time is that of the drain alone, without the powers' start.`,
  )
  .action(async (options: Options) => {
    const model = await benchModel(options.model);
    const installation = await Installation.open({ slots: options.slots, databasePoolSize: 10 });
    try {
      const tenants = await prepare(installation, model, options);
      const before = await backToBack(model, options);
      say(`without the engine ${before.perSecond.toFixed(2)} a second; queueing ${options.runs} runs`);
      const queueing = performance.now();
      await queueAll(tenants, options.runs);
      say(`queued in ${((performance.now() - queueing) / 1e3).toFixed(1)} s; draining`);
      const worker = await installation.start('worker');
      let powers: Record<string, number>;
      try {
        await until(() => begun(installation), 50);
        const start = await processorSeconds(installation);
        await until(() => drained(installation), 250);
        const end = Object.entries(await processorSeconds(installation));
        powers = Object.fromEntries(end.map(([name, seconds]) => [name, seconds - (start[name] ?? 0)]));
      } finally {
        await worker.stop();
      }
      const after = await backToBack(model, options);
      const result = await summary(installation, options, { before, after, powers });
      process.stdout.write(options.json === true ? `${JSON.stringify(result)}\n` : inWords(result));
    } finally {
      await installation.close();
    }
  });

async function prepare(
  installation: Installation,
  model: BenchModel,
  { rows, runs }: Options,
): Promise<BenchTenant[]> {
  say('starting a service of its own');
  const worker = await installation.start('worker');
  try {
    const operator = await installation.operator();
    const dataset = await installation.dataset(operator, model, rows);
    const tenants: BenchTenant[] = [];
    for (let number = 1; number <= TENANTS; number += 1)
      tenants.push(await installation.tenant(operator, model, dataset, `Tenant ${number}`, runs));
    return tenants;
  } finally {
    await worker.stop();
  }
}

async function queueAll(tenants: readonly BenchTenant[], runs: number): Promise<void> {
  let next = 0;
  const start = async (): Promise<void> => {
    while (next < runs) {
      const tenant = tenants[next % tenants.length];
      next += 1;
      await tenant?.api.run(
        `mutation ($id: ID!) { startRun(input: { planId: $id }) { ... on Run { id } ... on Failure { code message } } }`,
        { id: tenant.planId },
      );
    }
  };
  await Promise.all(Array.from({ length: STARTERS }, start));
}

async function begun({ database }: Installation): Promise<boolean> {
  const { rows } = await database.query('SELECT 1 FROM sandbox.run_attempt LIMIT 1');
  return rows.length > 0;
}

async function drained({ database }: Installation): Promise<boolean> {
  const { rows } = await database.query<{ left: number; bad: string | null }>(
    `SELECT count(*) FILTER (WHERE finished_at IS NULL)::int AS left,
            min(state || ' ' || coalesce(reason_code, '')) FILTER (WHERE finished_at IS NOT NULL AND state <> 'SUCCEEDED') AS bad
       FROM sandbox.run`,
  );
  const [row] = rows;
  if (row?.bad != null) throw new Error(`a run of the bench ended as ${row.bad}`);
  return row?.left === 0;
}

interface Process {
  parent: number;
  command: string[];
  /** processor seconds so far, of itself and of its children that have ended */
  own: number;
  ended: number;
}

/** Processor seconds so far of what works on runs: each power that this process supervises, and PostgreSQL. */
async function processorSeconds({ database }: Installation): Promise<Record<string, number>> {
  const { rows } = await database.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const all = processes();
  const server = all.get(rows[0]?.pid ?? 0)?.parent ?? 0;
  const found: Record<string, number> = { postgres: all.get(server)?.ended ?? 0 };
  for (const { parent, command, own } of all.values()) {
    const entry = command.findIndex((word) => word.endsWith('service/power.entry.js'));
    const power = parent === process.pid && entry >= 0 ? command[entry + 1] : undefined;
    if (power !== undefined) found[power] = own;
    if (parent === server) found['postgres'] = (found['postgres'] ?? 0) + own;
  }
  return found;
}

function processes(): Map<number, Process> {
  const found = new Map<number, Process>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      // From the state on; processor time is in ticks of a hundredth of a second.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const seconds = (at: number): number => (Number(fields[at]) + Number(fields[at + 1])) / 100;
      found.set(Number(pid), { parent: Number(fields[1]), command, own: seconds(11), ended: seconds(13) });
    } catch {
      // It has ended since it was listed.
    }
  }
  return found;
}

/** Jails without the engine: how many a second, and what one costs the processor, in the jail and outside. */
interface BackToBack {
  perSecond: number;
  cpuSeconds: { jail: number; own: number };
}

/** Each jail from its start to its end, as many side by side as there are slots. */
async function backToBack(model: BenchModel, { rows, slots, jails }: Options): Promise<BackToBack> {
  const host = jailHost();
  await onnxRuntime(host);
  const features = benchFeatures(rows, model.width);
  const columns = Array.from({ length: model.width }, (_, place) =>
    Float32Array.from({ length: rows }, (_, row) => features[row * model.width + place] ?? NaN),
  );
  let left = jails;
  let jailed = 0;
  const began = performance.now();
  const cpuBefore = process.cpuUsage();
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const { usage } = await scoreOnnx({
        model: model.bytes,
        inspection: model.inspection,
        binding: model.binding,
        batches: once({ rows, columns }),
        rows,
        jail: host,
      });
      jailed += usage.cpuSeconds ?? NaN;
    }
  };
  await Promise.all(Array.from({ length: slots }, lane));
  const seconds = (performance.now() - began) / 1e3;
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    perSecond: jails / seconds,
    cpuSeconds: { jail: jailed / jails, own: (user + system) / 1e6 / jails },
  };
}

async function* once(batch: FeatureBatch): AsyncGenerator<FeatureBatch> {
  yield batch;
}

interface Summary {
  runs: number;
  rows: number;
  slots: number;
  /** from the first run that left the queue to the last sealed report */
  seconds: number;
  withoutEngine: { perSecond: number; before: number; after: number };
  scoring: { perSecond: number; ratio: number };
  sealed: { perSecond: number; ratio: number };
  /** of one run, by power and in the jail, and of one jail without the engine */
  cpuSeconds: { run: Record<string, number>; withoutEngine: { jail: number; own: number } };
  /** medians of one run, seconds */
  medians: Record<'staging' | 'scoring' | 'firstScore' | 'joining' | 'measuring', number>;
}

async function summary(
  { database }: Installation,
  { runs, rows, slots }: Options,
  { before, after, powers }: { before: BackToBack; after: BackToBack; powers: Record<string, number> },
): Promise<Summary> {
  const { rows: found } = await database.query<{
    scoring: number;
    sealing: number;
    jailed: number;
    durations: Record<string, number>[];
    measured: Record<string, number>[];
  }>(
    `SELECT extract(epoch FROM max(s.created_at) - min(r.started_at))::float8 AS scoring,
            extract(epoch FROM max(r.finished_at) - min(r.started_at))::float8 AS sealing,
            avg((s.execution->'jail'->>'cpuSeconds')::float8) AS jailed,
            json_agg(s.execution->'durations') AS durations,
            json_agg(m.execution) AS measured
       FROM sandbox.run r JOIN sandbox.run_score s ON s.run_id = r.id JOIN sandbox.run_measurement m ON m.run_id = r.id`,
  );
  const [row] = found;
  if (row === undefined) throw new Error('no run was scored');
  const without = (before.perSecond + after.perSecond) / 2;
  const rate = (seconds: number): { perSecond: number; ratio: number } => ({
    perSecond: runs / seconds,
    ratio: runs / seconds / without,
  });
  const median = (of: readonly Record<string, number>[], name: string): number =>
    quantile(
      of.map((one) => one[name] ?? NaN),
      0.5,
    );
  return {
    runs,
    rows,
    slots,
    seconds: row.sealing,
    withoutEngine: { perSecond: without, before: before.perSecond, after: after.perSecond },
    scoring: rate(row.scoring),
    sealed: rate(row.sealing),
    cpuSeconds: {
      run: {
        jail: row.jailed,
        ...Object.fromEntries(Object.entries(powers).map(([power, seconds]) => [power, seconds / runs])),
      },
      withoutEngine: {
        jail: (before.cpuSeconds.jail + after.cpuSeconds.jail) / 2,
        own: (before.cpuSeconds.own + after.cpuSeconds.own) / 2,
      },
    },
    medians: {
      staging: median(row.durations, 'staging'),
      scoring: median(row.durations, 'scoring'),
      firstScore: median(row.durations, 'firstScore'),
      joining: median(row.measured, 'joiningSeconds'),
      measuring: median(row.measured, 'measuringSeconds'),
    },
  };
}

function inWords(result: Summary): string {
  const { runs, rows, slots, seconds, withoutEngine, scoring, sealed, medians, cpuSeconds } = result;
  const inMs = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .map(([name, value]) => `${name} ${(value * 1e3).toFixed(0)} ms`)
      .join(', ');
  return [
    `${runs} runs of ${rows} rows drained in ${seconds.toFixed(1)} s on ${slots} slots`,
    `without the engine ${withoutEngine.perSecond.toFixed(2)} a second (before ${withoutEngine.before.toFixed(2)}, after ${withoutEngine.after.toFixed(2)})`,
    `scored ${scoring.perSecond.toFixed(2)} a second, ratio ${scoring.ratio.toFixed(3)}`,
    `sealed ${sealed.perSecond.toFixed(2)} a second, ratio ${sealed.ratio.toFixed(3)}`,
    `one run, medians: ${inMs(medians)}`,
    `one run, processor: ${inMs(cpuSeconds.run)}; without the engine: ${inMs(cpuSeconds.withoutEngine)}`,
    '',
  ].join('\n');
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
