import { Chance } from './chance.ts';

/** How the models of a chaos test behave, and in which state a run of each has to end when nobody cancels it. */
export const KINDS = {
  good: 'SUCCEEDED',
  slow: 'SUCCEEDED',
  failing: 'FAILED',
  endless: 'LIMIT_EXCEEDED',
  greedy: 'LIMIT_EXCEEDED',
} as const;
export type Kind = keyof typeof KINDS;

const SHARES: Readonly<Record<Kind, number>> = { good: 62, slow: 16, failing: 10, endless: 5, greedy: 7 };

/** What is struck. A worker's powers are those of one of the workers, chosen with the blow. */
const TARGETS = {
  all: {
    api: 3,
    launcher: 5,
    evaluator: 4,
    signer: 4,
    apiSupervisor: 2,
    workerSupervisor: 3,
    postmaster: 3,
    backend: 4,
  },
  postgres: { postmaster: 4, backend: 3, restart: 3, pause: 3 },
  none: {},
} as const;
export type Target = keyof typeof TARGETS.all | keyof typeof TARGETS.postgres;

export const MODES = ['default', 'disk', 'postgres'] as const;
export type Mode = (typeof MODES)[number];

export interface PlannedStart {
  atSeconds: number;
  kind: Kind;
  /** How long after its start its tenant cancels it; null: never. */
  cancelAfterSeconds: number | null;
}

export interface PlannedTenant {
  name: string;
  quota: number;
  starts: PlannedStart[];
  /** When all of its runs that are not final are cancelled at once. */
  storms: number[];
}

/** SIGKILL, but for `restart` (PostgreSQL's own fast shutdown) and `pause` (SIGSTOP, and on again after `seconds`). */
export interface Blow {
  atSeconds: number;
  target: Target;
  /** Which of several, as a share of them. */
  which: number;
  seconds: number;
}

/** When the disk is filled to its last byte, and for how long. */
export interface Filling {
  atSeconds: number;
  seconds: number;
}

export interface Schedule {
  seed: number;
  mode: Mode;
  /** How long runs are started and blows fall. */
  seconds: number;
  tenants: PlannedTenant[];
  blows: Blow[];
  fillings: Filling[];
}

export interface ScheduleOptions {
  seed: number;
  mode: Mode;
  runs: number;
  kills: number;
  /** Mean seconds from blow to blow. */
  gap: number;
}

const TENANTS = [
  // The first never uses its quota up; the others ask for more than theirs.
  { name: 'Wide Harbour', share: 0.5, asksBeyond: 0, spare: 50 },
  { name: 'Narrow Strait', share: 0.3, asksBeyond: 4, spare: 0 },
  { name: 'Small Cove', share: 0.2, asksBeyond: 3, spare: 0 },
] as const;

const CANCELLED_SHARE = 0.08;
/** Sooner than a run is through: a storm after everything had ended would be none. */
const STORMS_PER_RUNS = 50;

/** Everything that chance decides, before anything is started: the same seed and options give the same schedule. */
export function schedule(options: ScheduleOptions): Schedule {
  const { seed, mode, runs, kills, gap } = options;
  const chance = new Chance(seed);
  const seconds = Math.max(10, kills * gap);
  const tenants = TENANTS.map((tenant) => plannedTenant(tenant, runs, seconds, chance));
  const targets =
    mode === 'postgres'
      ? chance.dealt(kills, TARGETS.postgres)
      : chance.dealt<keyof typeof TARGETS.all>(kills, TARGETS.all);
  // The first falls while something runs, the last while there is something left to lose.
  const blows = targets.map((target, index): Blow => ({
    atSeconds: ((index + chance.between(0.15, 0.95)) / kills) * seconds,
    target,
    which: chance.next(),
    seconds: chance.between(2, 13),
  }));
  const fillings: Filling[] = [];
  for (let at = chance.between(2, 8); mode === 'disk' && at < seconds;) {
    const filling = { atSeconds: at, seconds: chance.between(1, 9) };
    fillings.push(filling);
    at += filling.seconds + chance.between(3, 15);
  }
  return { seed, mode, seconds, tenants, blows, fillings };
}

function plannedTenant(
  { name, share, asksBeyond, spare }: (typeof TENANTS)[number],
  runs: number,
  seconds: number,
  chance: Chance,
): PlannedTenant {
  const wanted = Math.max(1, Math.round(runs * share));
  const starts = chance
    .dealt(wanted + asksBeyond, SHARES)
    .map((kind) => ({
      atSeconds: chance.between(0, seconds * 0.97),
      kind,
      cancelAfterSeconds: chance.next() < CANCELLED_SHARE ? chance.between(0, 4) : null,
    }))
    .sort((one, other) => one.atSeconds - other.atSeconds);
  const storms = Array.from({ length: Math.floor(wanted / STORMS_PER_RUNS) }, () =>
    chance.between(seconds * 0.2, seconds * 0.8),
  );
  return { name, quota: wanted + spare, starts, storms: storms.sort((one, other) => one - other) };
}
