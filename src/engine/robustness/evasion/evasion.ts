import { type Coded } from '../../measurement/document.js';
import { type FeatureTable, type ScoreRows } from '../../tables/index.js';
import { generatorFor } from '../changes.js';
import { clusteredWilson } from '../paired.js';
import { columnsSpace } from './columns-space.js';
import { paymentsSpace } from './payments-space.js';
import { type EvasionProfile } from './profile.js';
import { type Attacked, searchEvasions } from './search.js';
import { type EvasionSpace } from './space.js';

/** A share of attacked rows with its 95% interval by entity. */
export interface Rate {
  value: number;
  low: number;
  high: number;
}

export interface EvasionDocument {
  space: string;
  threshold: number;
  seed: number;
  budgetHkd: number;
  queriesPerRow: number;
  confidence: 0.95;
  /** Positives that the model catches as they are, and those of them that were attacked. */
  caught: number;
  attacked: number;
  units: number;
  /** Share of attacked rows that a change within the budget brought below the threshold; null where none was attacked. */
  success: (Rate & { rows: number }) | null;
  /** The same for smaller budgets, by the cheapest change that was found. */
  byBudget: { budgetHkd: number; success: Rate }[];
  /** The same after fewer queries, at the whole budget. */
  byQueries: { queries: number; success: Rate }[];
  /** Of the cheapest changes that passed. */
  cost: { medianHkd: number; meanHkd: number } | null;
  /** What the attacked frauds would take as they are, and what those that passed still leave their makers after costs. */
  money: { attackedHkd: number; netOfEvadedHkd: number; share: number } | null;
  /** In how many of the cheapest changes each variable was turned. */
  moves: Record<string, number>;
  queries: number;
  /** Rows asked about for which the model gave no finite score; they count as caught. */
  refused: number;
  limits: string[];
  reason?: string;
}

export const EVASION_LIMITS = [
  'A search that finds no way past the model does not show that there is none; another search, or more queries, may find one.',
  'A query is a score: who attacks from outside sees less, mostly whether a payment passed.',
  'Only rows of this split that were caught were attacked; frauds that are not in it were not tried.',
] as const;

const BUDGET_STEPS = 10;
const QUERY_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000];

export interface EvasionInput {
  /** In time order, of every column that may be needed to see what follows from a change. */
  features: FeatureTable;
  labels: Uint8Array;
  scores: Float64Array;
  entity?: Coded;
}

/** The changes that a profile allows. @throws InputError `BAD_EVASION` when the data does not go with it */
export function evasionSpace(profile: EvasionProfile, input: EvasionInput): EvasionSpace {
  return profile.preset === undefined
    ? columnsSpace(profile, input.features)
    : paymentsSpace(input.features, input.labels, input.entity, profile.seed);
}

/**
 * Attacks frauds that are caught, with changes that a fraudster could make and pay for, and tells how many get past at
 * which cost and after how many queries. The same input, profile and model give the same document.
 *
 * @throws InputError `BAD_EVASION`; what `score` throws
 */
export async function measureEvasion(
  input: EvasionInput,
  score: ScoreRows,
  profile: EvasionProfile,
  threshold: number,
  onProgress?: (queries: number, most: number) => void,
): Promise<EvasionDocument> {
  const { seed, budgetHkd, queries, rows: most } = profile;
  const space = evasionSpace(profile, input);
  const caught: number[] = [];
  input.scores.forEach((value, row) => {
    if (input.labels[row] === 1 && value >= threshold) caught.push(row);
  });
  const rows = drawn(caught, most, seed);
  const options = { seed, threshold, budgetHkd, queries };
  const attacks = await searchEvasions(space, input.features, rows, input.scores, score, options, onProgress);
  const units = Int32Array.from(rows, (row, at) => {
    const code = input.entity?.codes[row] ?? -1;
    return code < 0 ? -1 - at : code;
  });
  const rate = (evaded: (attack: Attacked) => boolean) => rateByUnit(attacks.map(evaded), units);
  const passed = attacks.flatMap((attack) =>
    attack.cheapest === null ? [] : [{ ...attack.cheapest, row: attack.row }],
  );
  const none = attacks.length === 0;
  return {
    space: space.name,
    threshold,
    seed,
    budgetHkd,
    queriesPerRow: queries,
    confidence: 0.95,
    caught: caught.length,
    attacked: rows.length,
    units: new Set(units).size,
    success: none ? null : { ...rate(({ cheapest }) => cheapest !== null), rows: passed.length },
    byBudget: none
      ? []
      : Array.from({ length: BUDGET_STEPS + 1 }, (_, step) => (step * budgetHkd) / BUDGET_STEPS).map(
          (budget) => ({
            budgetHkd: budget,
            success: rate(({ cheapest }) => cheapest !== null && cheapest.costHkd <= budget),
          }),
        ),
    byQueries: none
      ? []
      : [...new Set([...QUERY_STEPS.filter((step) => step < queries), queries])].map((step) => ({
          queries: step,
          success: rate(({ queriesToSuccess }) => queriesToSuccess !== null && queriesToSuccess <= step),
        })),
    cost: costs(passed.map(({ costHkd }) => costHkd)),
    money: money(space, rows, passed),
    moves: moves(space, passed),
    queries: attacks.reduce((sum, attack) => sum + attack.queries, 0),
    refused: attacks.reduce((sum, attack) => sum + attack.refused, 0),
    limits: [...EVASION_LIMITS, ...space.limits],
    ...(none && { reason: 'no positive is caught at the threshold' }),
  };
}

function drawn(rows: number[], most: number, seed: number): number[] {
  const random = generatorFor(seed, 'evasion rows');
  for (let at = 0; at < Math.min(most, rows.length); at++) {
    const other = at + random.below(rows.length - at);
    [rows[at], rows[other]] = [rows[other] as number, rows[at] as number];
  }
  return rows.slice(0, most).sort((a, b) => a - b);
}

function rateByUnit(hits: readonly boolean[], units: Int32Array): Rate {
  const value = hits.filter(Boolean).length / hits.length;
  const sums = new Map<number, number>();
  hits.forEach((hit, at) => {
    const unit = units[at] as number;
    sums.set(unit, (sums.get(unit) ?? 0) + ((hit ? 1 : 0) - value) / hits.length);
  });
  const count = sums.size;
  let squares = 0;
  for (const sum of sums.values()) squares += sum * sum;
  const error = count < 2 ? 0 : Math.sqrt((squares * count) / (count - 1));
  return { value, ...clusteredWilson(value, error, count) };
}

function costs(found: number[]): EvasionDocument['cost'] {
  if (found.length === 0) return null;
  const sorted = found.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)] as number) + (sorted[Math.ceil(middle)] as number)) / 2;
  return { medianHkd: median, meanHkd: sorted.reduce((sum, cost) => sum + cost / sorted.length, 0) };
}

function money(
  space: EvasionSpace,
  rows: readonly number[],
  passed: readonly { netHkd: number | null }[],
): EvasionDocument['money'] {
  let attackedHkd = 0;
  for (const row of rows) {
    const gain = space.gain(row);
    if (gain === null || !Number.isFinite(gain)) return null;
    attackedHkd += gain;
  }
  if (rows.length === 0 || attackedHkd <= 0) return null;
  const netOfEvadedHkd = passed.reduce((sum, { netHkd }) => sum + (netHkd ?? 0), 0);
  return { attackedHkd, netOfEvadedHkd, share: netOfEvadedHkd / attackedHkd };
}

function moves(
  space: EvasionSpace,
  passed: readonly { row: number; point: Float64Array }[],
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { row, point } of passed)
    space.variables(row).forEach(({ name, origin }, at) => {
      counts[name] = (counts[name] ?? 0) + (point[at] === origin ? 0 : 1);
    });
  return counts;
}
