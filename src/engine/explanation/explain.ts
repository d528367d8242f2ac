import { createHash } from 'node:crypto';
import { InputError } from '../input-error.js';
import { type FeatureTable, isTextColumn, type ScoreRows, takeRows } from '../tables/index.js';
import { kendallTau, orderOf, rankBiasedOverlap } from './agreement.js';
import { chooseRows, type RowChoice, type RowCounts, STREAMS } from './choose-rows.js';
import { accumulatedEffects, partialDependence } from './curves.js';
import type { Agreement, Explanation, LocalExplanation, ShapleySummary } from './document.js';
import { Evaluations } from './evaluations.js';
import { EXPLANATION_LIMITS } from './limits.js';
import { permutationImportance, shuffle } from './permutation-importance.js';
import { bootstrapWeights, bounded } from './replicates.js';
import { type RowShapley, shapleyValues } from './shapley.js';
import { Xoshiro128 } from '../measurement/random.js';

export interface ExplanationOptions extends Partial<RowCounts> {
  /** Default 1. */
  seed?: number;
  /** Shuffles a feature, default 5. */
  repeats?: number;
  /** Bootstrap replicates of the rows, default 100. */
  replicates?: number;
  /** Antithetic pairs of permutations a background row, default 2. */
  pairs?: number;
  /** What SHAP values add up to, default the score itself. */
  units?: 'SCORE' | 'LOG_ODDS';
  /** Rows of the partial dependence's single curves, default 300. */
  curveRows?: number;
}

export type SettledExplanation = Required<ExplanationOptions>;

/** Model evaluations of one part at most, however many features there are; rows and permutations give way. */
const MOST_EVALUATIONS = 3_000_000;
/** Features with curves, the most important first. */
const MOST_CURVES = 30;
/** Single rows printed, and contributions of each. */
const LOCAL_CONTRIBUTIONS = 8;
const LOCAL_SAMPLED = 10;

/**
 * The options with their defaults, made to fit the number of features.
 *
 * @throws InputError `BAD_OPTION`
 */
export function settleExplanation(options: ExplanationOptions, features: number): SettledExplanation {
  const whole = (name: string, value: number, least: number, most: number): number => {
    if (!Number.isInteger(value) || value < least || value > most)
      throw new InputError('BAD_OPTION', `${name} is ${value}, not a whole number from ${least} to ${most}`);
    return value;
  };
  const repeats = whole('repeats', options.repeats ?? 5, 1, 100);
  const explainedRows = whole('explainedRows', options.explainedRows ?? 200, 1, 10_000);
  const worstMisses = whole('worstMisses', options.worstMisses ?? 10, 0, 100);
  const affordable = Math.floor(MOST_EVALUATIONS / Math.max(1, features * repeats));
  let pairs = whole('pairs', options.pairs ?? 2, 1, 1000);
  let backgroundRows = whole('backgroundRows', options.backgroundRows ?? 50, 1, 1000);
  const walked = (explainedRows + 2 * worstMisses) * 2 * Math.max(1, features - 1);
  if (options.pairs === undefined && walked * pairs * backgroundRows > MOST_EVALUATIONS) pairs = 1;
  if (options.backgroundRows === undefined && walked * pairs * backgroundRows > MOST_EVALUATIONS)
    backgroundRows = Math.max(10, Math.floor(MOST_EVALUATIONS / (walked * pairs)));
  return {
    seed: whole('seed', options.seed ?? 1, 0, Number.MAX_SAFE_INTEGER),
    repeats,
    replicates: whole('replicates', options.replicates ?? 100, 20, 10_000),
    pairs,
    units: options.units ?? 'SCORE',
    curveRows: whole('curveRows', options.curveRows ?? 300, 10, 100_000),
    sampleRows: whole(
      'sampleRows',
      options.sampleRows ?? Math.max(500, Math.min(4000, affordable)),
      20,
      1_000_000,
    ),
    backgroundRows,
    explainedRows,
    worstMisses,
  };
}

export interface ExplanationInput {
  /** Of all rows. */
  labels: Uint8Array;
  scores: Float64Array;
  /** Unit of the bootstrap of each row; absent: the row. */
  entity?: Int32Array;
  /** Rows are shuffled within blocks only, where given; of each row. */
  blocks?: Int32Array;
}

/** Which rows an explanation needs, ascending, each once. */
export function rowsToExplain(input: ExplanationInput, options: SettledExplanation): Int32Array {
  const { sample, background, explained } = chooseRows(input.labels, input.scores, options, options.seed);
  const rows = new Set([...sample, ...background, ...explained.map(({ row }) => row)]);
  return Int32Array.from(rows).sort();
}

/**
 * Explains a model by its scores alone: permutation importance, partial dependence, accumulated local effects, SHAP
 * values of sampled rows and of the worst misses, and how far these agree.
 *
 * The same rows, options and model give the same document, whatever scores the rows and in however many lanes.
 *
 * @param table the features of the rows of `rowsToExplain`, in its order, in the order that the model takes them
 * @param onEvaluated told after each batch how many rows the model has scored
 * @throws InputError `SCORE_NOT_FINITE` where the model has none for a row that mixes values; what `score` throws
 */
export async function explain(
  input: ExplanationInput,
  table: FeatureTable,
  score: ScoreRows,
  options: SettledExplanation,
  onEvaluated?: (made: number) => void,
): Promise<Explanation> {
  const { labels, scores, entity, blocks } = input;
  const { seed } = options;
  const choice = chooseRows(labels, scores, options, seed);
  const rows = rowsToExplain(input, options);
  if (rows.length !== table.rows)
    throw new Error(`the table has ${table.rows} rows, and ${rows.length} are explained`);
  const placeOf = new Map(Array.from(rows, (row, place) => [row, place]));
  const at = (wanted: Iterable<number>): FeatureTable =>
    takeRows(
      table,
      Array.from(wanted, (row) => placeOf.get(row) as number),
    );
  const model = new Evaluations(score, onEvaluated);
  const of = (values: Int32Array): Int32Array =>
    Int32Array.from(choice.sample, (row) => values[row] as number);
  const sample = at(choice.sample);
  const replicates = bootstrapWeights(
    choice.weights,
    entity === undefined ? null : of(entity),
    options.replicates,
    seed,
  );
  const importance = await permutationImportance(
    {
      table: sample,
      labels: Uint8Array.from(choice.sample, (row) => labels[row] as number),
      weights: choice.weights,
      replicates,
      resampled: entity === undefined ? 'rows' : 'entities',
      blocks: blocks === undefined ? null : of(blocks),
    },
    model,
    { repeats: options.repeats, seed },
  );

  const background = at(choice.background);
  const numbers = choice.explained.map(({ row }) => row);
  const values = await shapleyValues(at(numbers), numbers, background, model, options);
  const shapley = summarise(values, choice, table.names, background, options);

  const ranked = orderOf(shapley.features.map(({ meanAbsolute }) => meanAbsolute.value)).slice(
    0,
    MOST_CURVES,
  );
  const curves = curveSample(choice.sample.length, options.curveRows, seed);
  const curveTable = takeRows(sample, curves);
  const curveWeights = Float64Array.from(curves, (place) => choice.weights[place] as number);
  const dependence: Explanation['partialDependence'] = [];
  const effects: Explanation['accumulatedEffects'] = [];
  for (const feature of ranked) {
    dependence.push(await partialDependence(curveTable, curveWeights, feature, model));
    effects.push(await accumulatedEffects(sample, choice.weights, replicates, feature, model));
  }
  return {
    definition: {
      seed,
      rows: {
        of: labels.length,
        taken: sample.rows,
        positivesTaken: importance.positives,
        weighted: new Set(choice.weights).size > 1,
      },
      modelEvaluations: model.made,
      evaluationsSpared: model.spared,
    },
    permutationImportance: importance,
    partialDependence: dependence,
    accumulatedEffects: effects,
    shapley,
    agreement: agreements(table.names, {
      permutationImportance: importance.features.map(({ drops }) => drops.rocAuc?.value ?? 0),
      meanAbsoluteShap: shapley.features.map(({ meanAbsolute }) => meanAbsolute.value),
      accumulatedEffectsRange: table.names.map(
        (name) => effects.find((one) => one.feature === name && one.reason === undefined)?.range ?? null,
      ),
    }),
    limits: EXPLANATION_LIMITS,
    local: locals(values, choice, input, at(numbers)),
  };
}

/** Rows whose single curves are followed, ascending places in the sample. */
function curveSample(rows: number, wanted: number, seed: number): Int32Array {
  const places = Int32Array.from({ length: rows }, (_, place) => place);
  shuffle(places, new Xoshiro128(seed, STREAMS.curves));
  return places.slice(0, Math.min(rows, wanted)).sort();
}

function summarise(
  values: readonly RowShapley[],
  choice: RowChoice,
  names: readonly string[],
  background: FeatureTable,
  options: SettledExplanation,
): ShapleySummary {
  // The worst misses were picked out: they are no part of what is said of rows in general.
  const sampled = values.filter((_, place) => choice.explained[place]?.kind === 'SAMPLED');
  const errors = values.flatMap(({ standardErrors }) => Array.from(standardErrors)).sort((a, b) => a - b);
  const n = sampled.length;
  const exact = values.every((value) => value.exact);
  return {
    units: options.units,
    method: exact ? 'EXACT' : 'ANTITHETIC_PERMUTATIONS',
    background: {
      rows: background.rows,
      sha256: digestOf(background),
      expected: values[0]?.expected ?? 0,
    },
    explainedRows: n,
    pairsPerBackgroundRow: exact ? null : options.pairs,
    standardError: { largest: errors.at(-1) ?? 0, median: errors[Math.floor(errors.length / 2)] ?? 0 },
    features: names.map((feature, place) => {
      const each = sampled.map(({ contributions }) => contributions[place] as number);
      const mean = each.reduce((sum, value) => sum + Math.abs(value), 0) / n;
      const squares = each.reduce((sum, value) => sum + (Math.abs(value) - mean) ** 2, 0);
      return {
        feature,
        meanAbsolute: bounded(mean, n < 2 ? 0 : Math.sqrt(squares / (n - 1) / n)),
        mean: each.reduce((sum, value) => sum + value, 0) / n,
      };
    }),
    additivityError: Math.max(
      0,
      ...values.map(({ score, expected, contributions }) =>
        Math.abs(contributions.reduce((sum, value) => sum + value, 0) - (score - expected)),
      ),
    ),
  };
}

/** SHA-256 over names and values: numbers as little-endian doubles, text as UTF-8, each column by its name. */
function digestOf(table: FeatureTable): string {
  const hash = createHash('sha256');
  table.columns.forEach((column, place) => {
    hash.update(`${JSON.stringify(table.names[place])}\n`);
    if (isTextColumn(column)) hash.update(JSON.stringify(column));
    else hash.update(new Uint8Array(Float64Array.from(column as ArrayLike<number | bigint>, Number).buffer));
  });
  return hash.digest('hex');
}

function locals(
  values: readonly RowShapley[],
  { explained }: RowChoice,
  { labels, scores }: ExplanationInput,
  table: FeatureTable,
): LocalExplanation[] {
  let sampled = 0;
  return values.flatMap((value, place): LocalExplanation[] => {
    const { row, kind } = explained[place] as RowChoice['explained'][number];
    if (kind === 'SAMPLED' && ++sampled > LOCAL_SAMPLED) return [];
    const order = orderOf(Array.from(value.contributions, Math.abs));
    const shown = order.slice(0, LOCAL_CONTRIBUTIONS);
    const rest = order.slice(LOCAL_CONTRIBUTIONS);
    return [
      {
        row: row + 1,
        kind,
        label: labels[row] as number,
        score: scores[row] as number,
        expected: value.expected,
        contributions: shown.map((feature) => ({
          feature: table.names[feature] as string,
          value: printed(table, feature, place),
          contribution: value.contributions[feature] as number,
          standardError: value.standardErrors[feature] as number,
        })),
        rest: {
          features: rest.length,
          contribution: rest.reduce((sum, feature) => sum + (value.contributions[feature] as number), 0),
        },
      },
    ];
  });
}

function printed(table: FeatureTable, feature: number, row: number): number | string | null {
  const value = table.columns[feature]?.[row] ?? null;
  if (value === null || typeof value === 'string') return value;
  const number = Number(value);
  return Number.isNaN(number) ? null : number;
}

function agreements(
  names: readonly string[],
  methods: Record<string, readonly (number | null)[]>,
): Agreement[] {
  const all = Object.entries(methods);
  return all.flatMap(([a, x], place) =>
    all.slice(place + 1).map(([b, y]): Agreement => {
      const common = [...names.keys()].filter((feature) => x[feature] !== null && y[feature] !== null);
      const [left, right] = [x, y].map((values) => common.map((feature) => values[feature] as number)) as [
        number[],
        number[],
      ];
      return {
        between: [a, b],
        kendallTau: kendallTau(left, right),
        rankBiasedOverlap: rankBiasedOverlap(orderOf(left), orderOf(right)),
        features: common.length,
      };
    }),
  );
}
