import { DAY, drawTime, monthStart, period } from '../../calendar.js';
import { atMonth } from '../../parameters.js';
import { deriveKey, Stream } from '../../random.js';
import { agreed } from '../honest/amounts.js';
import { type Parties } from '../parties.js';
import { type NetworkParameters } from '../parameters.js';
import { Ring } from './ring.js';
import { Scene } from './scene.js';
import { FREE, PATTERNS, SCRIPTS, TYPOLOGIES } from './scripts.js';

/** Never reported. */
export const NEVER = 0x7fffffff;

export interface Case {
  /** index into SCRIPTS */
  readonly script: number;
  /** second of its first transfer */
  readonly onset: number;
  /** transfers, placement and integration included */
  readonly rows: number;
  /** second, or NEVER */
  readonly reportedAt: number;
}

/** All laundering of one split, in time order, drawn from the split's own key. */
export interface Crimes {
  readonly rows: number;
  readonly time: Int32Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly amount: Int32Array;
  readonly format: Uint8Array;
  readonly purpose: Uint8Array;
  readonly currency: Uint8Array;
  /** cents of the transfer that its receiver passes on later */
  readonly earmark: Float64Array;
  /** index into SCRIPTS */
  readonly pattern: Uint8Array;
  /** number of the case, from 0 in each split */
  readonly case: Int32Array;
  /** seconds at which the case is reported, or NEVER */
  readonly reportedAt: Int32Array;
  readonly cases: readonly Case[];
  /** mule accounts that dirty money went through, and those of them that are a person's */
  readonly mules: number;
  readonly individuals: number;
}

/** Mean dirty money of a case for each of its rows, in HKD, and its spread: conventions of this preset. */
const MEAN_HKD_A_ROW = 9_000;
const SIGMA = 1.2;
const MOST_HKD = 9_000_000;
/** How many rows more than the fewest a case has, on average. */
const MORE_ROWS = 2.2;
const FREE_ROWS = 5;
/** By how much care grows a month under full drift. */
const DRIFT_A_MONTH = 0.09;

interface Plan {
  readonly script: number;
  readonly rows: number;
  readonly spare: number;
}

/**
 * Plays cases until exactly `rows` transfers are written, every one within the months.
 *
 * @param firstMonth of the split; `age` months after the first of the version, from which series and drift count
 */
export function conspire(
  parties: Parties,
  key: Uint8Array,
  firstMonth: number,
  months: number,
  age: number,
  rows: number,
  parameters: NetworkParameters,
): Crimes {
  const start = monthStart(firstMonth) * DAY;
  const end = monthStart(firstMonth + months) * DAY;
  const weights = SCRIPTS.map(({ name }) =>
    Array.from(
      { length: months },
      (_, month) =>
        atMonth(parameters[`weight.${name}`] ?? 0, age + month) *
        (monthStart(firstMonth + month + 1) - monthStart(firstMonth + month)),
    ),
  );
  const plans = planCases(rows, weights, new Stream(deriveKey(key, 'plan')));
  const ring = new Ring(parties, key, start, end, rows * 0.9, parameters.groupPrevalenceRatio);
  const crimes = emptyCrimes(rows);
  const held = new Set<number>();
  const stream = new Stream(deriveKey(key, 'cases'));
  let row = 0;
  for (let number = 0; row < rows; number += 1) {
    stream.rekey(number);
    // What the planned cases leave, and what their integration did not need, is free-form.
    const plan = plans[number] ?? {
      script: FREE,
      rows: Math.min(rows - row, SCRIPTS[FREE]?.most ?? 1, 1 + Math.floor(stream.exponential(FREE_ROWS))),
      spare: 0,
    };
    const month = pickMonth(stream, weights, plan.script);
    // Begun somewhat before the moment that is drawn, so that the split's first days are not without any.
    const onset = Math.max(
      start,
      Math.min(
        end - 2 * DAY,
        drawTime(stream, period(firstMonth + month, 1), stream.below(3)) - stream.below(3 * DAY),
      ),
    );
    const care =
      parameters.care + parameters.drift * DRIFT_A_MONTH * (age + month) + stream.between(-0.3, 0.3);
    const hkd = Math.min(MOST_HKD, stream.lognormal(MEAN_HKD_A_ROW * (1 + plan.rows), SIGMA));
    const scene = new Scene(
      parties,
      stream,
      ring,
      onset,
      end - 300,
      Math.min(1, Math.max(0, care)),
      parameters.groupSeparability,
      agreed(stream, hkd, 0.2),
      plan.spare,
    );
    SCRIPTS[plan.script]?.play(scene, plan.rows);
    const last = scene.steps.reduce((latest, { time }) => Math.max(latest, time), onset);
    const reported = !stream.chance(parameters.labelNever);
    const at = last + Math.floor(stream.exponential(parameters.labelDelayDays * DAY));
    crimes.cases.push({
      script: plan.script,
      onset: scene.steps.reduce((first, { time }) => Math.min(first, time), NEVER),
      rows: scene.steps.length,
      reportedAt: reported ? at : NEVER,
    });
    row = record(crimes, parties, scene, number, plan.script, row, held);
  }
  if (row !== rows) throw new Error(`the cases of a split have ${row} transfers, not ${rows}`);
  for (let i = 0; i < rows; i += 1)
    crimes.reportedAt[i] = crimes.cases[crimes.case[i] ?? 0]?.reportedAt ?? NEVER;
  return inTimeOrder(crimes, held, parties);
}

/** The cases that are not free-form, with how many rows each: by the shares of the weights. */
function planCases(rows: number, weights: readonly (readonly number[])[], stream: Stream): Plan[] {
  const totals = weights.map((months) => months.reduce((sum, weight) => sum + weight, 0));
  const whole = totals.reduce((sum, weight) => sum + weight, 0);
  const plans: Plan[] = [];
  let used = 0;
  const freeQuota = (rows * (totals[FREE] ?? 0)) / whole;
  let free = 0;
  for (const group of [PATTERNS.length, FREE]) {
    // Turns in an order of the key's; what one script leaves goes to the next, so that the group gets its share.
    const turns = SCRIPTS.map((_, script) => ({ script, turn: stream.next() }))
      .filter(
        ({ script }) => script < group && script >= group - (group === FREE ? TYPOLOGIES : PATTERNS).length,
      )
      .sort((left, right) => left.turn - right.turn || left.script - right.script);
    let open = 0;
    for (const { script: place } of turns) {
      const script = SCRIPTS[place];
      if (script === undefined || (totals[place] ?? 0) === 0) continue;
      open += (rows * (totals[place] ?? 0)) / whole;
      while (open >= script.fewest / 2) {
        const wanted = Math.min(
          script.most,
          script.fewest + Math.floor(stream.exponential(MORE_ROWS)),
          Math.max(script.fewest, Math.floor(open)),
        );
        const sources = script.sources(wanted);
        const spare = free + sources < freeQuota ? stream.below(4) : 0;
        if (used + sources + wanted + spare > rows) break;
        plans.push({ script: place, rows: wanted, spare });
        used += sources + wanted + spare;
        free += sources + spare;
        open -= wanted;
      }
    }
  }
  return plans;
}

function pickMonth(stream: Stream, weights: readonly (readonly number[])[], script: number): number {
  const own = weights[script] ?? [];
  const total = own.reduce((sum, weight) => sum + weight, 0);
  // A script without a weight is played only where the rest of the rows must go: any month.
  if (total === 0) return stream.below(own.length);
  let u = stream.uniform() * total;
  for (let month = 0; month < own.length; month += 1) {
    u -= own[month] ?? 0;
    if (u < 0) return month;
  }
  return own.length - 1;
}

function emptyCrimes(rows: number) {
  return {
    rows,
    time: new Int32Array(rows),
    from: new Int32Array(rows),
    to: new Int32Array(rows),
    amount: new Int32Array(rows),
    format: new Uint8Array(rows),
    purpose: new Uint8Array(rows),
    currency: new Uint8Array(rows),
    earmark: new Float64Array(rows),
    pattern: new Uint8Array(rows),
    case: new Int32Array(rows),
    reportedAt: new Int32Array(rows),
    cases: [] as Case[],
    mules: 0,
    individuals: 0,
  };
}

/** Writes a case's transfers, and what of each its receiver passes on: counted from the last transfer back. */
function record(
  crimes: ReturnType<typeof emptyCrimes>,
  parties: Parties,
  scene: Scene,
  number: number,
  script: number,
  from: number,
  held: Set<number>,
): number {
  const steps = scene.steps.sort((left, right) => left.time - right.time);
  const owed = new Map<number, number>();
  for (let i = steps.length - 1; i >= 0; i -= 1) {
    const step = steps[i];
    if (step === undefined) continue;
    const row = from + i;
    crimes.time[row] = step.time;
    crimes.from[row] = step.from;
    crimes.to[row] = step.to;
    crimes.amount[row] = step.cents;
    crimes.format[row] = step.format;
    crimes.purpose[row] = step.purpose;
    crimes.currency[row] = step.currency;
    crimes.pattern[row] = step.core ? script : FREE;
    crimes.case[row] = number;
    if (step.from >= parties.institutions) owed.set(step.from, (owed.get(step.from) ?? 0) + step.cents);
    const passed = Math.min(step.cents, owed.get(step.to) ?? 0);
    crimes.earmark[row] = passed;
    if (passed > 0) {
      if (scene.mules.has(step.to)) held.add(step.to);
      owed.set(step.to, (owed.get(step.to) ?? 0) - passed);
    }
  }
  for (const [account, cents] of owed)
    if (cents > 0)
      throw new Error(
        `case ${number} (${SCRIPTS[script]?.name}): account ${account} pays ${cents} more than came in`,
      );
  return from + steps.length;
}

/** All rows of the split by time, ties by the place that the scripts gave them. */
function inTimeOrder(
  crimes: ReturnType<typeof emptyCrimes>,
  held: ReadonlySet<number>,
  parties: Parties,
): Crimes {
  const order = Int32Array.from({ length: crimes.rows }, (_, row) => row).sort(
    (left, right) => (crimes.time[left] ?? 0) - (crimes.time[right] ?? 0) || left - right,
  );
  let individuals = 0;
  for (const account of held) if ((parties.holder[account] ?? 0) < parties.persons) individuals += 1;
  const ints = (column: Int32Array) => Int32Array.from(order, (row) => column[row] ?? 0);
  const codes = (column: Uint8Array) => Uint8Array.from(order, (row) => column[row] ?? 0);
  return {
    ...crimes,
    time: ints(crimes.time),
    from: ints(crimes.from),
    to: ints(crimes.to),
    amount: ints(crimes.amount),
    format: codes(crimes.format),
    purpose: codes(crimes.purpose),
    currency: codes(crimes.currency),
    earmark: Float64Array.from(order, (row) => crimes.earmark[row] ?? 0),
    pattern: codes(crimes.pattern),
    case: ints(crimes.case),
    reportedAt: ints(crimes.reportedAt),
    mules: held.size,
    individuals,
  };
}
