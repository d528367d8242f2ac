import type { MeasurementInput } from './document.js';
import { binOfRows, lowerBound, type Calibration, type RankPlan } from './calibration.js';
import { REPLICATED, type ReplicateShare, type Tally } from './bootstrap-task.js';
import type { Judged } from './fairness.js';
import { rowLoss } from './locate-task.js';
import { sortAscending } from './collect-task.js';
import { runLengths, type Distinct } from './distinct.js';
import type { Team } from './team.js';

export interface Replicates {
  /** Per metric of REPLICATED one value a replicate. */
  metrics: Record<(typeof REPLICATED)[number], Float64Array>;
  /** Per fairness column five arrays, in the order of FAIRNESS_MEASURES. */
  fairness: Float64Array[][];
  used: number;
  units: number;
}

export interface BootstrapSetup {
  input: MeasurementInput;
  /** The positives' distinct scores, ascending, and infinity after them. */
  values: Float64Array;
  bounded: boolean;
  plan: RankPlan;
  open: Distinct;
  calibration: Calibration | null;
  binCount: number;
  seed: number;
  /** For each fairness column the cell of each row, −1 for none. */
  fairness: readonly { cells: Int32Array; groups: number; judged: Judged }[];
}

/** Draws the replicates, shared among the team; the result does not depend on its size. */
export function bootstrap(setup: BootstrapSetup, replicates: number, team: Team): Replicates {
  const { input, values, bounded, plan, open, calibration, binCount, seed } = setup;
  const { scores, labels } = input;
  const rows = scores.length;
  const units = input.entity === undefined ? rows : input.entity.names.length;
  const codes = input.entity === undefined ? null : input.entity.codes;
  const { sorted, places } = sortByPlace(scores, labels, values, codes);
  const shared = (length: number): Float64Array => new Float64Array(new SharedArrayBuffer(8 * length));
  const logLoss = bounded ? shared(units) : null;
  const brier = bounded ? shared(units) : null;
  for (let row = 0; row < rows; row++) {
    const unit = codes === null ? row : (codes[row] as number);
    if (logLoss === null || brier === null) continue;
    const loss = rowLoss(scores[row] as number, labels[row] as number);
    logLoss[unit] = (logLoss[unit] as number) + loss.logLoss;
    brier[unit] = (brier[unit] as number) + loss.brier;
  }
  const share: Omit<ReplicateShare, 'replicates'> = {
    seed,
    units,
    sorted,
    places,
    distinct: values.length - 1,
    gaps:
      calibration === null
        ? null
        : tally(
            codes,
            binOfRows(scores, plan, open, calibration),
            binCount,
            (row) => (labels[row] as number) - (scores[row] as number),
          ),
    binCount,
    logLoss,
    brier,
    fairness: setup.fairness.map(({ cells, groups, judged }) => ({
      tally: tally(codes, cells, 4 * groups, () => 1),
      groups,
      judged,
    })),
  };
  const members = Array.from({ length: team.size }, (_, member) => ({
    ...share,
    replicates: Array.from({ length: replicates }, (_, number) => number).filter(
      (number) => number % team.size === member,
    ),
  }));
  const drawn = team.run('replicate', members);
  const column = (place: number): Float64Array =>
    Float64Array.from(
      { length: replicates },
      (_, number) => drawn[number % team.size]?.[Math.floor(number / team.size)]?.[place] ?? NaN,
    );
  const metrics = Object.fromEntries(REPLICATED.map((name, place) => [name, column(place)]));
  return {
    metrics: metrics as Replicates['metrics'],
    fairness: setup.fairness.map((_, index) =>
      [0, 1, 2, 3, 4].map((measure) => column(REPLICATED.length + 5 * index + measure)),
    ),
    used: column(0).filter((value) => !Number.isNaN(value)).length,
    units,
  };
}

/** Sorts rows by their place on the curve (a counting sort), keeping of each row its unit only. */
function sortByPlace(
  scores: Float64Array,
  labels: Uint8Array,
  values: Float64Array,
  codes: Int32Array | null,
): { sorted: Int32Array; places: Uint32Array } {
  const rows = scores.length;
  const distinct = values.length - 1;
  const placeOf = new Uint32Array(rows);
  const places = new Uint32Array(new SharedArrayBuffer(4 * (3 * distinct + 2)));
  for (let row = 0; row < rows; row++) {
    const score = scores[row] as number;
    const at = lowerBound(values, score);
    const place = 3 * at + (labels[row] === 1 ? 2 : values[at] === score ? 1 : 0);
    placeOf[row] = place;
    places[place + 1] = (places[place + 1] as number) + 1;
  }
  for (let place = 1; place < places.length; place++) {
    places[place] = (places[place] as number) + (places[place - 1] as number);
  }
  const next = places.slice();
  const sorted = new Int32Array(new SharedArrayBuffer(4 * rows));
  for (let row = 0; row < rows; row++) {
    const place = placeOf[row] as number;
    const at = next[place] as number;
    sorted[at] = codes === null ? row : (codes[row] as number);
    next[place] = at + 1;
  }
  return { sorted, places };
}

/**
 * Sums a value of each row by unit and cell. Entities have few cells, so that replicates walk far fewer pairs than
 * rows.
 */
function tally(
  codes: Int32Array | null,
  cells: Int32Array | Uint8Array,
  cellCount: number,
  valueOf: (row: number) => number,
): Tally {
  const keys = new Float64Array(cells.length);
  let kept = 0;
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row] as number;
    if (cell >= 0) keys[kept++] = (codes === null ? row : (codes[row] as number)) * cellCount + cell;
  }
  // Where rows are their own units, their keys ascend as they come.
  const sorted = codes === null ? keys.subarray(0, kept) : sortAscending(keys.slice(0, kept));
  const { values } = runLengths(sorted);
  const n = values.length;
  const units = new Int32Array(new SharedArrayBuffer(4 * n));
  const own = new Int32Array(new SharedArrayBuffer(4 * n));
  const sums = new Float64Array(new SharedArrayBuffer(8 * n));
  for (let i = 0; i < n; i++) {
    units[i] = Math.floor((values[i] as number) / cellCount);
    own[i] = (values[i] as number) % cellCount;
  }
  for (let row = 0, next = 0; row < cells.length; row++) {
    const cell = cells[row] as number;
    if (cell < 0) continue;
    const at = codes === null ? next++ : lowerBound(values, (codes[row] as number) * cellCount + cell);
    sums[at] = (sums[at] as number) + valueOf(row);
  }
  return { units, cells: own, sums };
}
