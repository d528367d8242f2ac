import { type Split } from '../preset.js';
import { BASELINE, grow, scoresOf, type Forest } from './baseline.js';
import { binned, chosenRows, cutsOf, type Binned } from './bins.js';
import { clusteredDifference, effectiveEntities, type Disparity } from './disparity.js';
import { eraFlips, type EraFlip } from './eras.js';
import { gatesOf, type Gate } from './gates.js';
import { everyRow, rankedAuc, Ranker, rocAuc, standardErrorOfAuc } from './ranks.js';
import { NO_ID, type Sample } from './sample.js';
import { depth2, type ShallowTree } from './shallow-tree.js';

/** What would make a split too easy, too hard, or wrong. Findings that a split can't give are null or absent. */
export interface LeakAudit {
  readonly split: string;
  /** of the sample that was looked at */
  readonly rows: number;
  readonly positives: number;
  /** each feature's ROC AUC alone, the better of its two directions, best first */
  readonly singleFeatureAuc: readonly {
    readonly feature: string;
    readonly auc: number;
    readonly flipped: boolean;
  }[];
  readonly depth2Tree: ShallowTree | null;
  /** gradient-boosted trees grown on the first split and judged on this one; null on the split they were grown on */
  readonly baseline: Baseline | null;
  /** numbers that should say nothing, read as if they were features; the error counts entities, not their rows */
  readonly ids: readonly {
    readonly name: string;
    readonly auc: number;
    readonly standardError: number;
  }[];
  /** features with missing values, and the ROC AUC of their being missing */
  readonly missing: readonly {
    readonly feature: string;
    readonly share: number;
    readonly auc: number;
    readonly standardError: number;
  }[];
  readonly constantFeatures: readonly string[];
  /** features that are the label, or its opposite, under another name */
  readonly labelDuplicates: readonly string[];
  /** infinite values, and missing ones in columns that are not declared optional */
  readonly notFinite: number;
  readonly months: readonly { readonly month: number; readonly rows: number; readonly positives: number }[];
  /** features that point the other way in the second half of the split */
  readonly eraFlips: readonly EraFlip[];
  /** the attribute that nothing reads: no group of it may fare differently */
  readonly control: {
    readonly labelRate: Disparity | null;
    readonly baselineScore: Disparity | null;
  } | null;
  readonly gates: readonly Gate[];
}

export interface Baseline {
  readonly auc: number;
  readonly standardError: number;
  readonly grownOn: string;
  readonly trees: number;
  readonly rows: { readonly grownOn: number; readonly judgedOn: number };
  /** the ten features that its splits gained most by, as shares of all gain */
  readonly importance: readonly { readonly feature: string; readonly share: number }[];
}

/** How many rows of each class the trees are grown on, and judged on: evenly spread, so without chance. */
const MOST_POSITIVES = 3_000;
const MOST_NEGATIVES = 18_000;
/**
 * Single features and ids are ranked over all positives and so many negatives at most: a ROC AUC of 0.9 then has an
 * error below 0.002 from the negatives left out.
 */
const RANKED_NEGATIVES = 40_000;
/** Share of a lone split, in time order, that the baseline is grown on; it is judged on what comes after. */
const GROWN_SHARE = 0.6;

/** What the first split taught: where features are cut, and the trees, unless it had but one class. */
interface Taught {
  readonly cuts: readonly Float32Array[];
  readonly forest: Forest | undefined;
  readonly grownOn: string;
  readonly rows: number;
}

/**
 * Looks for what would make a version too easy or wrong, in samples of its splits, given in order of time: the
 * baseline is grown on the first and judged on those that follow, a lone split is taken in two parts. It needs nothing
 * but the samples, so a thread of its own may do it, and gives the same findings anywhere.
 */
export class LeakAuditor {
  private taught: Taught | undefined;

  /** @param lone whether one split is all there will be */
  constructor(private readonly lone: boolean) {}

  audit(split: Split, sample: Sample): LeakAudit {
    const { rows, names } = sample;
    const label = sample.label.subarray(0, rows);
    const features = sample.features.map((values) => values.subarray(0, rows));
    const alone = eachAlone(sample, features, label);
    const cuts = this.taught?.cuts ?? alone.cuts;
    const chosen = chosenRows(label, MOST_POSITIVES, MOST_NEGATIVES);
    const data = binned(chosen, features, cuts, label);
    let judged: { data: Binned; chosen: Uint32Array } | undefined;
    if (this.lone) {
      const end = Math.floor(GROWN_SHARE * rows);
      const part = (from: number, to: number) => {
        const places = chosenRows(label, MOST_POSITIVES, MOST_NEGATIVES, from, to);
        return { chosen: places, data: binned(places, features, cuts, label) };
      };
      this.taught = teach(part(0, end).data, cuts, `the first ${GROWN_SHARE * 100}% of ${split}`);
      judged = part(end, rows);
    } else if (this.taught === undefined) this.taught = teach(data, cuts, split);
    else judged = { data, chosen };

    const positives = sumOf(label);
    const { baseline, scores } = judge(this.taught, judged?.data, names);
    const entities = sample.ids.find(({ role }) => role === 'entity')?.values.subarray(0, rows);
    const findings = {
      split,
      rows,
      positives,
      singleFeatureAuc: alone.singles,
      depth2Tree:
        positives === 0 || positives === rows
          ? null
          : depth2(data, weightsOf(data, label, positives), cuts, names, features, label),
      baseline,
      ids: idsAsNumbers(sample, label),
      missing: alone.missing,
      constantFeatures: alone.constant,
      labelDuplicates: alone.duplicates,
      notFinite: alone.notFinite,
      months: monthsOf(sample, label),
      eraFlips: eraFlips(data, chosen, rows >> 1, names),
      control: controlOf(sample, label, entities, judged?.chosen, scores),
    };
    return { ...findings, gates: gatesOf(findings) };
  }
}

/** Audits the samples of a version, see LeakAuditor. */
export function auditLeaks(samples: readonly (readonly [split: Split, sample: Sample])[]): LeakAudit[] {
  const auditor = new LeakAuditor(samples.length === 1);
  return samples.map(([split, sample]) => auditor.audit(split, sample));
}

function teach(data: Binned, cuts: readonly Float32Array[], grownOn: string): Taught {
  return { cuts, forest: ofBothClasses(data) ? grow(data) : undefined, grownOn, rows: data.rows };
}

/** What each feature shows by itself. */
function eachAlone(sample: Sample, features: readonly Float32Array[], label: Uint8Array) {
  const { names, optional } = sample;
  const rows = chosenRows(label, label.length, RANKED_NEGATIVES);
  const ranker = new Ranker(rows, label);
  const singles: { feature: string; auc: number; flipped: boolean }[] = [];
  const cuts: Float32Array[] = [];
  const constant: string[] = [];
  const duplicates: string[] = [];
  const missing: LeakAudit['missing'][number][] = [];
  let notFinite = 0;
  features.forEach((values, place) => {
    const feature = names[place] ?? '';
    const range = rangeOf(values);
    notFinite += range.infinite + (optional[place] === true ? 0 : range.missing);
    if (range.lowest === range.highest && range.missing === 0) constant.push(feature);
    const { negatives, positives } = ranker.rank(values);
    cuts.push(cutsOf(negatives, positives));
    const found = rankedAuc(negatives, positives);
    if (found === undefined) return;
    singles.push({ feature, ...found });
    const n = negatives.keys.length;
    const p = positives.keys.length;
    const oneEach =
      negatives.keys[0] === negatives.keys[n - 1] && positives.keys[0] === positives.keys[p - 1];
    if (found.auc === 1 && oneEach) duplicates.push(feature);
    if (range.missing > 0) {
      const auc = 0.5 + Math.abs(positives.missing / p - negatives.missing / n) / 2;
      const share = range.missing / values.length;
      missing.push({ feature, share, auc, standardError: standardErrorOfAuc(auc, p, n) });
    }
  });
  singles.sort((left, right) => right.auc - left.auc || (left.feature < right.feature ? -1 : 1));
  return { singles, cuts, constant, duplicates, missing, notFinite };
}

function rangeOf(values: Float32Array) {
  let lowest = Infinity;
  let highest = -Infinity;
  let missing = 0;
  let infinite = 0;
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] ?? 0;
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
    if (value - value !== 0) {
      if (value === value) infinite += 1;
      else missing += 1;
    }
  }
  return { lowest, highest, missing, infinite };
}

function judge(
  taught: Taught,
  data: Binned | undefined,
  names: readonly string[],
): { baseline: Baseline | null; scores?: Float32Array } {
  if (taught.forest === undefined || data === undefined || data.rows === 0) return { baseline: null };
  const scores = scoresOf(taught.forest, data);
  const auc = rocAuc(scores, data.label);
  if (auc === undefined) return { baseline: null, scores };
  const positives = sumOf(data.label);
  const importance = taught.forest.importance
    .map((share, place) => ({ feature: names[place] ?? '', share }))
    .sort((left, right) => right.share - left.share || (left.feature < right.feature ? -1 : 1))
    .slice(0, 10);
  return {
    baseline: {
      auc,
      standardError: standardErrorOfAuc(auc, positives, data.rows - positives),
      grownOn: taught.grownOn,
      trees: BASELINE.trees,
      rows: { grownOn: taught.rows, judgedOn: data.rows },
      importance,
    },
    scores,
  };
}

/** ROC AUC of numbers that should say nothing: of rows and entities, of the order of rows, of the second of the minute. */
function idsAsNumbers(sample: Sample, label: Uint8Array): LeakAudit['ids'] {
  const rows = chosenRows(label, label.length, RANKED_NEGATIVES);
  const order = { name: 'order of rows', role: 'key' as const, values: everyRow(label.length) };
  return [...sample.ids, order].flatMap(({ name, role, values }) => {
    const numbers = new Float64Array(rows.length);
    const labels = new Uint8Array(rows.length);
    let count = 0;
    for (const row of rows) {
      const value = values[row] ?? 0;
      // That there is none says something else than what its number is.
      if (value === NO_ID || value !== value) continue;
      numbers[count] = role === 'time' ? value % 60 : value;
      labels[count] = label[row] ?? 0;
      count += 1;
    }
    const present = labels.subarray(0, count);
    const named = numbers.subarray(0, count);
    const auc = rocAuc(new Float32Array(named), present);
    if (auc === undefined) return [];
    const better = Math.max(auc, 1 - auc);
    const positives = sumOf(present);
    const [n, p] =
      role === 'key' || role === 'time' ? [count - positives, positives] : effectiveEntities(named, present);
    const said = role === 'time' ? `${name}, second of the minute` : name;
    return [{ name: said, auc: better, standardError: standardErrorOfAuc(better, p, n) }];
  });
}

function monthsOf(sample: Sample, label: Uint8Array): LeakAudit['months'] {
  const rows = new Uint32Array(256);
  const positives = new Uint32Array(256);
  for (let row = 0; row < label.length; row += 1) {
    const month = sample.month[row] ?? 0;
    rows[month] = (rows[month] ?? 0) + 1;
    positives[month] = (positives[month] ?? 0) + (label[row] ?? 0);
  }
  return Array.from(rows, (count, month) => ({
    month,
    rows: count,
    positives: positives[month] ?? 0,
  })).filter(({ rows: count }) => count > 0);
}

function controlOf(
  sample: Sample,
  label: Uint8Array,
  entities: Float64Array | undefined,
  judged: Uint32Array | undefined,
  scores: Float32Array | undefined,
): LeakAudit['control'] {
  if (sample.control === undefined) return null;
  const control = sample.control.subarray(0, label.length);
  const holders = entities ?? Float64Array.from(everyRow(label.length));
  const labelRate = clusteredDifference(label, control, holders);
  if (judged === undefined || scores === undefined) return { labelRate, baselineScore: null };
  // Scores of negatives only: a random attribute must not draw suspicion on the innocent.
  const ofInnocent = new Float64Array(judged.length);
  const groups = new Uint8Array(judged.length);
  const who = new Float64Array(judged.length);
  let count = 0;
  judged.forEach((row, at) => {
    if (label[row] === 1) return;
    ofInnocent[count] = scores[at] ?? 0;
    groups[count] = control[row] ?? 0;
    who[count] = holders[row] ?? 0;
    count += 1;
  });
  return {
    labelRate,
    baselineScore: clusteredDifference(ofInnocent, groups.subarray(0, count), who.subarray(0, count)),
  };
}

/** What a chosen row of each class stands for. */
function weightsOf(data: Binned, label: Uint8Array, positives: number): [negative: number, positive: number] {
  const chosen = sumOf(data.label);
  return [(label.length - positives) / Math.max(1, data.rows - chosen), positives / Math.max(1, chosen)];
}

function ofBothClasses({ label }: Binned): boolean {
  const positives = sumOf(label);
  return positives > 0 && positives < label.length;
}

function sumOf(label: Uint8Array): number {
  let sum = 0;
  for (let row = 0; row < label.length; row += 1) sum += label[row] ?? 0;
  return sum;
}
