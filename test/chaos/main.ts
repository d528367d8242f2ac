import { Command, InvalidArgumentError, Option } from 'commander';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { prepareCase, type ReadyCase } from './case.ts';
import { judgeDatabase, judgeRuns, readRuns, type RunRecord, unsettled, verifyAll } from './checks.ts';
import { SmallDisk } from './disk.ts';
import { type Ledger, printed, tenantLedger } from './ledger.ts';
import { judgeMachine, judgeStores, survivors } from './machine.ts';
import { moveIntoOwnPlace, type OwnPlace, ownPlace } from './own-place.ts';
import { type Blow, type Mode, MODES, type Schedule, schedule } from './schedule.ts';
import { Site } from './site.ts';
import { TenantProgram } from './tenant.ts';

const PROJECT_ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** How long everything may take to be up again, and every run to be final, once nothing is struck any more. */
const RECOVERY_MS = 240_000;
const SETTLING_MS = 240_000;

interface Options {
  runs: number;
  kills: number;
  seed: number;
  gap: number;
  workers: number;
  disk?: boolean;
  postgres?: boolean;
  plan?: boolean;
  keep?: boolean;
  json?: boolean;
}

const whole =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least)
      throw new InvalidArgumentError(`Not a whole number from ${least}.`);
    return value;
  };

const command = new Command('chaos')
  .description(
    'Three tenants run models while the processes of the service are killed at random, and everything is counted after',
  )
  .option('--runs <count>', 'runs that the tenants start', whole(3), 200)
  .option('--kills <count>', 'how often something is struck', whole(1), 30)
  .option('--seed <number>', 'of all chance: models, times, targets', whole(0), 1)
  .option('--gap <seconds>', 'mean time from blow to blow', Number, 12)
  .option(
    '--workers <count>',
    'worker processes, each with a launcher, an evaluator and a signer',
    whole(1),
    2,
  )
  .addOption(
    new Option('--disk', 'the stores lie on a small disk that is full from time to time').conflicts(
      'postgres',
    ),
  )
  .option('--postgres', 'only PostgreSQL is struck: killed, restarted, paused')
  .option('--plan', 'print the schedule and end')
  .option('--keep', 'keep the data folder and the logs')
  .option('--json', 'the ledger as one JSON document')
  .addHelpText(
    'after',
    `
Needs bubblewrap, and unshare of util-linux: the test runs in PID and mount namespaces of its own, so that it can
kill nothing else and sees whatever is left. Build first (npm run chaos does). Exit 1 when something was lost,
doubled or left behind; the ledger names it.`,
  )
  .action(async (options: Options) => {
    const mode: Mode = options.disk === true ? 'disk' : options.postgres === true ? 'postgres' : MODES[0];
    const planned = schedule({ ...options, mode });
    if (options.plan === true) {
      process.stdout.write(`${JSON.stringify(planned, null, 2)}\n`);
      return;
    }
    const place = ownPlace();
    if (place === null) {
      process.exitCode = moveIntoOwnPlace(PROJECT_ROOT, options.keep === true);
      return;
    }
    const ledger = await new Chaos(planned, place, options.workers).play();
    process.stdout.write(options.json === true ? `${JSON.stringify(ledger)}\n` : `\n${printed(ledger)}`);
    process.exit(ledger.breaches.length === 0 ? 0 : 1);
  });

class Chaos {
  private readonly planned: Schedule;
  private readonly place: OwnPlace;
  private readonly workers: number;
  private readonly begun = performance.now();
  private readonly struck: Record<string, number> = {};
  private readonly breaches: string[] = [];

  constructor(planned: Schedule, place: OwnPlace, workers: number) {
    this.planned = planned;
    this.place = place;
    this.workers = workers;
  }

  async play(): Promise<Ledger> {
    const { seed, mode, tenants, blows, fillings, seconds } = this.planned;
    const runs = tenants.reduce((sum, { starts }) => sum + starts.length, 0);
    const dataFolder = join(this.place.folder, 'data');
    mkdirSync(dataFolder);
    const disk = mode === 'disk' ? SmallDisk.mount(dataFolder) : null;
    const site = await Site.start({
      projectRoot: PROJECT_ROOT,
      folder: this.place.folder,
      workers: this.workers,
      settings: {
        SANDBOX_SLOTS: '2',
        SANDBOX_JOB_WALL_SECONDS: '12',
        SANDBOX_JOB_MEMORY_MIB: '512',
        SANDBOX_APPLICATIONS_PER_HOUR: '100',
        SANDBOX_LOG_LEVEL: 'info',
      },
    });
    try {
      await site.whole(RECOVERY_MS);
      this.say('the service is up');
      const ready = await prepareCase(site.url, dataFolder, PROJECT_ROOT, tenants);
      disk?.shrink(runs);
      this.say(
        `${runs} starts and ${blows.length} blows in ${seconds.toFixed(0)} s, seed ${seed}, mode ${mode}`,
      );
      const programs = ready.tenants.map((tenant) => new TenantProgram(tenant));
      const began = performance.now();
      await Promise.all([
        ...programs.map((program) => this.run(program, began)),
        this.strikeAll(site, blows, began),
        disk?.play(began, fillings, (line) => this.say(line)),
      ]);
      this.say('nothing is struck any more');
      return await this.judge(site, ready, programs, disk);
    } finally {
      await site.stop();
    }
  }

  private async run(program: TenantProgram, began: number): Promise<void> {
    await program.play(began).catch((error: unknown) => {
      this.breaches.push(`${program.tenant.planned.name}: its program ended: ${String(error)}`);
    });
  }

  private async strikeAll(site: Site, blows: readonly Blow[], began: number): Promise<void> {
    for (const blow of blows) {
      await pause(Math.max(0, began + blow.atSeconds * 1_000 - performance.now()));
      const done = await site.strike(blow);
      if (done === null) {
        this.breaches.push(
          `${blow.target} was not up when it was to be struck at ${blow.atSeconds.toFixed(1)} s`,
        );
        continue;
      }
      this.struck[blow.target] = (this.struck[blow.target] ?? 0) + 1;
      const late = (performance.now() - began) / 1e3;
      this.say(`struck ${done} at ${late.toFixed(1)} s (planned ${blow.atSeconds.toFixed(1)} s)`);
    }
  }

  /** Waits for the service to come to rest, counts, ends the service, and looks at what is left of it. */
  private async judge(
    site: Site,
    ready: ReadyCase,
    programs: readonly TenantProgram[],
    disk: SmallDisk | null,
  ): Promise<Ledger> {
    await site.whole(RECOVERY_MS).catch((error: unknown) => this.breaches.push(String(error)));
    this.say('everything is up again');
    const client = await connected(site);
    let runs: RunRecord[] = [];
    let stores: Awaited<ReturnType<typeof judgeStores>>;
    let machine: string[] = [];
    const { dataFolder } = site;
    try {
      await settle(client);
      this.say('everything is at rest, or will not come to it');
      runs = await readRuns(client);
      this.breaches.push(...judgeRuns(runs, programs), ...(await judgeDatabase(client, runs)));
      this.breaches.push(...(await judgeListed(programs, runs)));
      machine = judgeMachine(dataFolder, this.place.groups);
      stores = await judgeStores(client, dataFolder);
      this.breaches.push(...machine, ...stores.breaches);
      const place = { projectRoot: PROJECT_ROOT, dataFolder, folder: this.place.folder };
      this.breaches.push(...(await verifyAll(client, ready, place)));
    } finally {
      await client.end();
    }
    await site.stop();
    await pause(500);
    this.breaches.push(
      ...survivors(),
      ...judgeMachine(dataFolder, this.place.groups).filter((one) => !machine.includes(one)),
    );
    const { seed, mode } = this.planned;
    const seconds = runs.map((one) => one.seconds ?? 0);
    return {
      seed,
      mode,
      seconds: (performance.now() - this.begun) / 1e3,
      tenants: programs.map((program) => tenantLedger(program, runs)),
      blows: this.struck,
      blowsInAll: Object.values(this.struck).reduce((sum, count) => sum + count, 0),
      diskFull: disk === null ? null : disk.filled,
      restarts: site.restarts(),
      retried: runs.filter(({ attempt }) => attempt > 1).length,
      attemptsAtMost: Math.max(0, ...runs.map(({ attempt }) => attempt)),
      longestSecondsToFinal: Math.max(0, ...seconds),
      verified: runs.reduce((sum, { reports }) => sum + reports, 0),
      objects: stores.objects,
      unnamedObjects: stores.unnamed,
      breaches: this.breaches,
    };
  }

  private say(line: string): void {
    process.stderr.write(`${((performance.now() - this.begun) / 1e3).toFixed(1).padStart(7)} s  ${line}\n`);
  }
}

/** The database, which may still be on its way back. @throws Error with the last reason when it does not come */
async function connected(site: Site): Promise<pg.Client> {
  for (const until = performance.now() + RECOVERY_MS; ; await pause(500)) {
    try {
      return await site.database();
    } catch (error) {
      if (performance.now() > until) throw new Error('PostgreSQL did not come back', { cause: error });
    }
  }
}

/** Until nothing is unsettled, at most so long as recovery may take; what is left is named by the checks. */
async function settle(client: pg.Client): Promise<void> {
  const until = performance.now() + SETTLING_MS;
  while ((await unsettled(client)).length > 0 && performance.now() < until) await pause(500);
  // What a worker does after its job is done is done by now.
  await pause(2_000);
}

/** What tenants are told is what there is. */
async function judgeListed(
  programs: readonly TenantProgram[],
  runs: readonly RunRecord[],
): Promise<string[]> {
  const breaches: string[] = [];
  for (const program of programs) {
    const { name } = program.tenant.planned;
    const mine = new Map(
      runs.filter(({ tenant_id }) => tenant_id === program.tenant.id).map(({ id, state }) => [id, state]),
    );
    const listed = await program.list();
    if (listed.length !== mine.size) breaches.push(`${name} is shown ${listed.length} of ${mine.size} runs`);
    for (const { id, state } of listed)
      if (mine.get(id) !== state)
        breaches.push(`${name} is shown run ${id} as ${state}, it is ${mine.get(id)}`);
  }
  return breaches;
}

await command.parseAsync();
