import { binomial } from './binomial.js';
import type { CriticalValues } from './critical-values.js';
import type { Coded, FairnessMeasure, NegativeControl } from './document.js';
import type { EntityRows } from './fairness-clusters.js';
import { compareGroups } from './fairness.js';
import { CELLS, GROUP_RATES, PARTS, sumOf, type Clusters, type GroupTally } from './fairness-groups.js';
import { judge, type FairnessLimits } from './fairness-judged.js';
import { Xoshiro128 } from './random.js';

/** Streams of the control's draws, beyond those of the bootstrap and its jackknife. */
const CONTROL_STREAM = 2 ** 31 + 1;

/** Measures that follow from the counts of groups. */
const CONTROLLED = [
  'demographicParityDifference',
  'disparateImpactRatio',
  'equalOpportunityDifference',
  'predictiveEqualityDifference',
  'equalizedOddsDifference',
  'predictiveParityDifference',
  'treatmentEqualityDifference',
] as const satisfies readonly FairnessMeasure[];

/** Units of which each counts the same in every cell, and how many there are: dealing them out is one draw. */
export interface Pattern {
  cells: readonly number[];
  units: number;
}

/** Rows are patterns of one row each. */
export function rowPatterns({ counts, names }: GroupTally): Pattern[] {
  return Array.from({ length: CELLS }, (_, cell) => ({
    cells: Array.from({ length: CELLS }, (__, own) => (own === cell ? 1 : 0)),
    units: names.reduce((sum, _name, group) => sum + (counts[CELLS * group + cell] as number), 0),
  }));
}

/** Entities by what they count in each cell, over the rows that have a group. */
export function entityPatterns({ order, starts, cells }: EntityRows, { codes }: Coded): Pattern[] {
  const found = new Map<string, Pattern>();
  for (let entity = 0; entity + 1 < starts.length; entity++) {
    const own = [0, 0, 0, 0];
    for (let at = starts[entity] as number; at < (starts[entity + 1] as number); at++) {
      if ((codes[order[at] as number] as number) < 0) continue;
      const cell = cells[at] as number;
      own[cell] = (own[cell] as number) + 1;
    }
    if (own.every((count) => count === 0)) continue;
    const key = own.join();
    const known = found.get(key);
    if (known === undefined) found.set(key, { cells: own, units: 1 });
    else known.units++;
  }
  return [...found.values()];
}

/**
 * Deals rows, or whole entities, to random groups of the column's own sizes and measures them by the same code: a
 * negative control of a column that means nothing. A measure is flagged where its interval leaves equality out; with
 * intervals at 95% that is to happen in 5% of draws.
 *
 * @param patterns of the rows, or of the entities where rows come from them
 */
export function negativeControl(
  tally: GroupTally,
  patterns: readonly Pattern[],
  options: FairnessLimits & { controlDraws: number; seed: number },
  criticals: CriticalValues,
): NegativeControl {
  const { names, counts, clusters } = tally;
  const groups = names.length;
  const sizes = names.map((_, group) => sumOf(counts, group, GROUP_RATES.selectionRate.among));
  const flagged = CONTROLLED.map(() => 0);
  const existing = CONTROLLED.map(() => 0);
  for (let draw = 0; draw < options.controlDraws; draw++) {
    const random = new Xoshiro128(options.seed, CONTROL_STREAM + draw);
    const dealt = deal(patterns, sizes, random, clusters === null ? null : criticals);
    const control = { ...tally, ...dealt, misses: null, bins: null, ranking: null };
    const { judged } = judge(control.counts, groups, options);
    const { measures } = compareGroups(control, judged, options, criticals);
    CONTROLLED.forEach((name, place) => {
      const { value, low, high } = measures[name];
      if (value === null || low === null || high === null) return;
      existing[place] = (existing[place] as number) + 1;
      const apart = name === 'disparateImpactRatio' ? high < 1 : low > 0;
      if (apart) flagged[place] = (flagged[place] as number) + 1;
    });
  }
  const share = (place: number): number | null =>
    existing[place] === 0 ? null : (flagged[place] as number) / (existing[place] as number);
  return {
    draws: options.controlDraws,
    seed: options.seed,
    shuffled: clusters === null ? 'rows' : 'entities',
    flagged: Object.fromEntries(CONTROLLED.map((name, place) => [name, share(place)])),
  };
}

function deal(
  patterns: readonly Pattern[],
  sizes: readonly number[],
  random: Xoshiro128,
  criticals: CriticalValues | null,
): Pick<GroupTally, 'counts' | 'clusters'> {
  const groups = sizes.length;
  const counts = new Float64Array(CELLS * groups);
  const within = new Float64Array(PARTS * PARTS * groups);
  const entities = new Float64Array(groups);
  for (const { cells, units } of patterns) {
    let rest = units;
    let room = sizes.reduce((sum, size) => sum + size, 0);
    for (let group = 0; group < groups && rest > 0; group++) {
      const size = sizes[group] as number;
      const own = binomial(random, rest, room > 0 ? size / room : 1);
      rest -= own;
      room -= size;
      entities[group] = (entities[group] as number) + own;
      addPattern(counts, within, cells, own, group);
    }
  }
  if (criticals === null) return { counts, clusters: null };
  const clusters: Clusters = {
    entities,
    wider: entities.map((held) => criticals.wider(held)),
    count: entities.reduce((sum, held) => sum + held, 0),
    within,
    between: null,
    bounded: false,
  };
  return { counts, clusters };
}

function addPattern(
  counts: Float64Array,
  within: Float64Array,
  cells: readonly number[],
  units: number,
  group: number,
): void {
  for (let i = 0; i < CELLS; i++) {
    const x = units * (cells[i] as number);
    counts[CELLS * group + i] = (counts[CELLS * group + i] as number) + x;
    for (let j = 0; j < CELLS && x > 0; j++) {
      const at = PARTS * (PARTS * group + i) + j;
      within[at] = (within[at] as number) + x * (cells[j] as number);
    }
  }
}
