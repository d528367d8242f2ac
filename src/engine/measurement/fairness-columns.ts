import { Sum, laneOf, ranges } from './blocks.js';
import type { Calibration, RankPlan } from './calibration.js';
import type { Sample } from './bootstrap.js';
import { CriticalValues } from './critical-values.js';
import type { Curve } from './curve.js';
import type { Distinct } from './distinct.js';
import type { Coded, Fairness, MeasurementInput } from './document.js';
import { fairness } from './fairness.js';
import { aucCovariances, byEntity, clusterColumn, type EntityPairs } from './fairness-clusters.js';
import { entityPatterns, negativeControl, rowPatterns, type Pattern } from './fairness-control.js';
import { CELLS, type Clusters, type GroupTally } from './fairness-groups.js';
import type { FairnessLimits } from './fairness-judged.js';
import { rankCounts, tableSize } from './fairness-places-task.js';
import type { GroupRanking, RankedColumn } from './fairness-rank-task.js';
import type { ColumnTally } from './fairness-task.js';
import { unitsOf } from './tally.js';
import type { Team } from './team.js';

/** Work that the negative control may take of a column, in binomial variates; but so many draws of groups at least. */
const MOST_STEPS = 200_000;
const LEAST_DRAWS = 20;

/** What measuring the whole sample has found by the time that groups are counted. */
export interface Placed {
  input: MeasurementInput;
  threshold: number;
  /** The positives' distinct scores, ascending, and infinity after them. */
  values: Float64Array;
  /** The place of each row: see `PLACE_BITS`. */
  placed: Uint32Array;
  curve: Curve;
  plan: RankPlan;
  open: Distinct;
  /** Null where a score lies outside 0 and 1. */
  calibrated: Calibration | null;
  binCount: number;
}

/**
 * Fairness between the groups of every column: one pass over the rows counts them all, one walk over the rows in the
 * order of their scores ranks each, and where rows come from entities one walk entity by entity clusters each.
 *
 * @param samples the groups' counts in each bootstrap replicate, by column; null: analytic intervals
 */
export function judgeColumns(
  placed: Placed,
  columns: readonly Coded[],
  options: FairnessLimits & { controlDraws: number; seed: number },
  samples: readonly Sample[] | null,
  team: Team,
): Fairness[] {
  const criticals = new CriticalValues();
  return tallyColumns(placed, columns, criticals, team).map(({ tally, patterns }, place) => {
    const judged = fairness(tally, options, criticals, samples?.[place] ?? null);
    const steps = patterns.length * tally.names.length;
    const controlDraws = Math.min(
      options.controlDraws,
      Math.max(LEAST_DRAWS, Math.floor(MOST_STEPS / steps)),
    );
    if (controlDraws === 0) return judged;
    return { ...judged, control: negativeControl(tally, patterns, { ...options, controlDraws }, criticals) };
  });
}

interface Tallied {
  tally: GroupTally;
  patterns: readonly Pattern[];
}

function tallyColumns(
  placed: Placed,
  columns: readonly Coded[],
  criticals: CriticalValues,
  team: Team,
): Tallied[] {
  if (columns.length === 0) return [];
  const { input, threshold } = placed;
  const { scores, labels, entity } = input;
  const counted = countColumns(placed, columns, team);
  const units = entity === undefined ? null : unitsOf(entity.codes, entity.names.length);
  const entities = units === null ? null : byEntity(units, scores, labels, threshold);
  const prepared = columns.map((coded, place) => {
    const { counts } = counted[place] as Counted;
    const sum = (group: number, label: number): number =>
      (counts[CELLS * group + label] as number) + (counts[CELLS * group + 2 + label] as number);
    const clustered = entities === null ? null : clusterColumn(entities, coded, criticals);
    const groups = coded.names.length;
    return {
      clustered,
      ranked: {
        codes: coded.codes,
        groups,
        negatives: Float64Array.from({ length: groups }, (_, group) => sum(group, 0)),
        positives: Float64Array.from({ length: groups }, (_, group) => sum(group, 1)),
        pairs: clustered === null ? null : { ofRow: clustered.pairs.ofRow, count: clustered.pairs.count },
      },
    };
  });
  const rankings = rankColumns(
    placed,
    prepared.map((column) => column.ranked),
    team,
  );
  return columns.map((coded, place) => {
    const { counts, missing, misses, bins } = counted[place] as Counted;
    const ranking = rankings[place] as GroupRanking;
    const clustered = prepared[place]?.clustered ?? null;
    const tally = {
      names: coded.names,
      missing,
      counts,
      misses,
      bins,
      ranking: clustered === null ? independent(ranking) : overEntities(ranking, clustered),
      clusters: clustered?.clusters ?? null,
    };
    return { tally, patterns: entities === null ? rowPatterns(tally) : entityPatterns(entities, coded) };
  });
}

/**
 * Ranks the groups of each column: from counts, one column after the other, where rows are independent and positives few
 * enough for the table to take no more room than the rows' order would; else row by row in that order.
 */
function rankColumns(placed: Placed, columns: readonly RankedColumn[], team: Team): GroupRanking[] {
  const rows = placed.input.scores.length;
  const distinct = placed.values.length - 1;
  const countable = ({ pairs, groups }: RankedColumn): boolean =>
    pairs === null && tableSize(distinct, groups) <= rows;
  if (columns.every(countable)) {
    return columns.map((column) => {
      const { codes, groups } = column;
      const shares = ranges(rows, team.size).map((range) => ({
        placed: placed.placed,
        ...range,
        distinct,
        column: { codes, groups },
      }));
      return rankCounts(team.run('countPlaces', shares), distinct, column);
    });
  }
  const { order, below } = orderOf(placed, team);
  const results = team.run(
    'rankGroups',
    Array.from({ length: team.size }, (_, member) => ({
      order,
      below,
      columns: columns.filter((_column, place) => place % team.size === member),
    })),
  );
  return columns.map(
    (_, place) => results[place % team.size]?.[Math.floor(place / team.size)] as GroupRanking,
  );
}

type Counted = Pick<GroupTally, 'missing' | 'misses' | 'bins'> & { counts: Float64Array };

function independent({ auc, variance }: GroupRanking): GroupTally['ranking'] {
  return { auc, variance, between: null };
}

function overEntities(
  { auc, parts }: GroupRanking,
  { clusters, pairs }: { clusters: Clusters; pairs: EntityPairs },
): GroupTally['ranking'] {
  if (parts === null) throw new Error('pairs of entity and group were not ranked');
  const { within, between } = aucCovariances(auc, parts, pairs, clusters);
  return { auc, variance: within, between };
}

/** Counts of all columns in one pass, summed lane by lane so that they do not depend on the team's size. */
function countColumns(placed: Placed, columns: readonly Coded[], team: Team): Counted[] {
  const { input, threshold, calibrated, plan, open, binCount } = placed;
  const { scores, labels } = input;
  const rows = scores.length;
  const bins =
    calibrated === null
      ? null
      : {
          count: binCount,
          plan,
          openValues: open.values,
          ofLot: calibrated.binOfLot,
          ofOpen: calibrated.binOfOpen,
        };
  const codings = columns.map(({ codes, names }) => ({ codes, groups: names.length }));
  const lanes = team
    .run(
      'tallyGroups',
      ranges(rows, team.size).map((range) => ({
        scores,
        labels,
        ...range,
        lane: laneOf(rows),
        threshold,
        columns: codings,
        bins,
      })),
    )
    .flat();
  return columns.map(({ names }, place) => {
    const ofLanes = lanes.map((lane) => lane[place] as ColumnTally);
    return condense(ofLanes, names.length, bins?.count ?? 0, rows);
  });
}

/** @param binCount 0 where scores are no probabilities */
function condense(lanes: readonly ColumnTally[], groups: number, binCount: number, rows: number): Counted {
  const added = (of: (lane: ColumnTally) => Float64Array, length: number): Float64Array => {
    const sums = Array.from({ length }, () => new Sum());
    for (const lane of lanes) of(lane).forEach((value, place) => sums[place]?.add(value));
    return Float64Array.from(sums, ({ value }) => value);
  };
  const width = Math.max(1, binCount);
  const cells = added(({ counts }) => counts, CELLS * width * groups);
  const scoreSums = added(({ scoreSums: sums }) => sums, width * groups);
  const counts = new Float64Array(CELLS * groups);
  const binRows = new Float64Array(width * groups);
  const binPositives = new Float64Array(width * groups);
  let found = 0;
  cells.forEach((count, at) => {
    const [bin, cell] = [Math.floor(at / CELLS), at % CELLS];
    const to = CELLS * Math.floor(bin / width) + cell;
    counts[to] = (counts[to] as number) + count;
    binRows[bin] = (binRows[bin] as number) + count;
    if (cell % 2 === 1) binPositives[bin] = (binPositives[bin] as number) + count;
    found += count;
  });
  const known = { counts, missing: rows - found };
  if (binCount === 0) return { ...known, misses: null, bins: null };
  const sums = new Float64Array(groups);
  scoreSums.forEach((sum, bin) => {
    const group = Math.floor(bin / width);
    sums[group] = (sums[group] as number) + sum - (binPositives[bin] as number);
  });
  return {
    ...known,
    misses: { sums, squares: added(({ squares }) => squares, groups) },
    bins: { count: binCount, rows: binRows, positives: binPositives, scores: scoreSums },
  };
}

/** All rows by their place on the curve. */
function orderOf(placed: Placed, team: Team): { order: Int32Array; below: Uint32Array } {
  const { values, curve } = placed;
  const { scores } = placed.input;
  const distinct = values.length - 1;
  const below = new Uint32Array(new SharedArrayBuffer(4 * (3 * distinct + 2)));
  for (let j = 0; j <= distinct; j++) {
    below[3 * j + 1] = (below[3 * j] as number) + (curve.gaps[j] as number);
    if (j === distinct) break;
    below[3 * j + 2] = (below[3 * j + 1] as number) + (curve.ties[j] as number);
    below[3 * j + 3] = (below[3 * j + 2] as number) + (curve.positives[j] as number);
  }
  const places = 3 * distinct + 1;
  const cuts = Array.from({ length: team.size + 1 }, (_, member) => {
    const wanted = (scores.length * member) / team.size;
    return member === team.size ? places : member === 0 ? 0 : placeOfRank(below, wanted);
  });
  const pieces = team.run(
    'orderRows',
    Array.from({ length: team.size }, (_, member) => ({
      placed: placed.placed,
      below,
      from: cuts[member] as number,
      to: cuts[member + 1] as number,
    })),
  );
  if (pieces.length === 1) return { order: pieces[0] as Int32Array, below };
  const order = new Int32Array(new SharedArrayBuffer(4 * scores.length));
  pieces.forEach((piece, member) => order.set(piece, below[cuts[member] as number]));
  return { order, below };
}

function placeOfRank(below: Uint32Array, rank: number): number {
  let [low, high] = [0, below.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((below[middle] as number) < rank) low = middle + 1;
    else high = middle;
  }
  return Math.min(low, below.length - 1);
}

/** For every row 4·group + 2·predicted + label, or −1 where its group is missing. */
export function cellOfRow(
  scores: Float64Array,
  labels: Uint8Array,
  { codes }: Coded,
  threshold: number,
): Int32Array {
  const cells = new Int32Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    const code = codes[i] as number;
    const predicted = (scores[i] as number) >= threshold ? 2 : 0;
    cells[i] = code < 0 ? -1 : CELLS * code + predicted + (labels[i] as number);
  }
  return cells;
}
