import { type Coded } from '../measurement/document.js';
import { ScoringError } from '../scoring/scoring-error.js';
import {
  type FeatureColumn,
  featureColumn,
  type FeatureTable,
  type ScoreRows,
  takeRows,
} from '../tables/index.js';
import { changedColumn, type ColumnFacts, generatorFor, spread, unseenText } from './changes.js';
import { comparePaired, pick, type ScoreChange } from './paired.js';
import { fitsChange, type Perturbation, selected } from './perturbation.js';
import { type SampledRows } from './sample.js';
import { earlierRows, type History, staleColumn } from './stale.js';
import { type ColumnTraits } from './traits.js';

/** A perturbation and the columns that it changes: each is one question to the model. */
export interface Trial {
  perturbation: Perturbation;
  columns: readonly string[];
  /** The column, or the source, that results are told apart by where a perturbation has several. */
  target?: string;
}

/** Why a perturbation was not tried. */
export interface Skipped {
  id: string;
  reason: string;
}

/** What came of a trial. Metrics are those of the rows that kept a score; rows that lost theirs are counted apart. */
export interface TrialResult extends ScoreChange {
  id: string;
  target?: string;
  columns: readonly string[];
  /** Rows with another value than before; the others keep their score. */
  rowsChanged: number;
  /** Rows for which the model gave no finite score, or whose values its inputs can't hold, as weighted in the share. */
  refused: { rows: number; share: number };
  /** Where the model failed altogether, the code of how: which rows it failed on is not known, so that no row counts. */
  failed?: string;
}

export interface TrialInput {
  features: FeatureTable;
  labels: Uint8Array;
  /** The model's scores of the features as they are. */
  scores: Float64Array;
  entity?: Coded;
  days?: Int32Array;
}

/** Lists what is to be tried, in the suite's order; what no column or no history is there for is said. */
export function planTrials(
  suite: readonly Perturbation[],
  traits: readonly ColumnTraits[],
  history: History | undefined,
): { trials: Trial[]; skipped: Skipped[] } {
  const trials: Trial[] = [];
  const skipped: Skipped[] = [];
  for (const perturbation of suite) {
    const { id, change, apply } = perturbation;
    const stale = change.change === 'previousRow' || change.change === 'lagged';
    if (stale && history === undefined) {
      skipped.push({ id, reason: 'needs an entity and a time column' });
      continue;
    }
    const columns = selected(traits, perturbation.columns).filter((column) => fitsChange(change, column));
    const named = columns.map(({ name }) => name);
    const sources = [...new Set(columns.flatMap(({ source }) => source ?? []))];
    if (apply === 'together' && named.length > 0) trials.push({ perturbation, columns: named });
    else if (apply === 'each')
      for (const name of named) trials.push({ perturbation, columns: [name], target: name });
    else if (apply === 'bySource')
      for (const source of sources)
        trials.push({
          perturbation,
          columns: columns.filter((column) => column.source === source).map(({ name }) => name),
          target: source,
        });
    const none = apply === 'bySource' ? sources.length === 0 : named.length === 0;
    if (none)
      skipped.push({
        id,
        reason: apply === 'bySource' ? 'no source of a column was declared' : 'no column is of that kind',
      });
  }
  return { trials, skipped };
}

/** Makes the rows of trials and measures what the model makes of them. */
export class Bench {
  private readonly facts = new Map<string, ColumnFacts>();
  private readonly earlier = new Map<number | null, Int32Array>();
  private readonly sampled: FeatureTable;
  private readonly baseline: Float64Array;

  constructor(
    private readonly input: TrialInput,
    private readonly traits: readonly ColumnTraits[],
    private readonly rows: SampledRows,
    private readonly options: { seed: number; threshold: number },
  ) {
    this.sampled = takeRows(input.features, rows.places);
    this.baseline = pick(input.scores, rows.places);
  }

  /** @throws what `score` throws, but for failures of the model, which are a result */
  async run(trial: Trial, score: ScoreRows): Promise<TrialResult> {
    return this.measure(trial, this.changed(trial), score);
  }

  /** Measures changed columns of the sampled rows. */
  async measure(
    trial: { perturbation: { id: string }; columns: readonly string[]; target?: string },
    columns: ReadonlyMap<string, FeatureColumn>,
    score: ScoreRows,
  ): Promise<TrialResult> {
    const table: FeatureTable = {
      ...this.sampled,
      columns: this.sampled.names.map(
        (name, at) => columns.get(name) ?? (this.sampled.columns[at] as FeatureColumn),
      ),
    };
    const places = this.differing(columns);
    const after = this.baseline.slice();
    const about = {
      id: trial.perturbation.id,
      ...(trial.target !== undefined && { target: trial.target }),
      columns: trial.columns,
      rowsChanged: places.length,
    };
    let failed: string | undefined;
    try {
      const scores = places.length === 0 ? places : await score(takeRows(table, places));
      for (let at = 0; at < places.length; at++) after[places[at] as number] = scores[at] as number;
    } catch (error) {
      if (!(error instanceof ScoringError) || error.blame !== 'model') throw error;
      failed = error.code;
      after.fill(NaN);
    }
    const refused = { rows: 0, share: 0 };
    let total = 0;
    after.forEach((value, row) => {
      const weight = this.rows.weights[row] as number;
      total += weight;
      if (Number.isFinite(value)) return;
      refused.rows += 1;
      refused.share += weight;
    });
    refused.share /= total;
    const change = comparePaired(this.baseline, after, this.rows, this.options.threshold);
    return { ...about, refused, ...change, ...(failed !== undefined && { failed }) };
  }

  /** The columns of the sampled rows that a trial changes. */
  changed({ perturbation, columns }: Trial): Map<string, FeatureColumn> {
    const { change, id } = perturbation;
    const earlier =
      change.change === 'previousRow'
        ? this.earlierBy(null)
        : change.change === 'lagged'
          ? this.earlierBy(change.days)
          : undefined;
    return new Map(
      columns.map((name) => {
        const whole = featureColumn(this.input.features, name);
        if (earlier !== undefined) return [name, staleColumn(whole, earlier, this.rows.places)];
        const random = generatorFor(this.options.seed, id, name);
        return [name, changedColumn(featureColumn(this.sampled, name), change, this.factsOf(name), random)];
      }),
    );
  }

  private earlierBy(lagDays: number | null): Int32Array {
    const { entity, days } = this.input;
    if (entity === undefined || days === undefined) throw new Error('stale features need entity and days');
    const known = this.earlier.get(lagDays) ?? earlierRows({ entity, days }, lagDays);
    this.earlier.set(lagDays, known);
    return known;
  }

  private factsOf(name: string): ColumnFacts {
    const known = this.facts.get(name);
    if (known !== undefined) return known;
    const column = featureColumn(this.input.features, name);
    const clock = this.traits.find(({ meaning }) => meaning === 'hourOfDay')?.name;
    const facts = {
      traits: this.traits.find((traits) => traits.name === name) ?? { name, kind: 'number' as const },
      spread: spread(column),
      unseen: unseenText(column),
      hours:
        clock === undefined
          ? null
          : Float64Array.from(featureColumn(this.sampled, clock) as ArrayLike<number>, Number),
    };
    this.facts.set(name, facts);
    return facts;
  }

  /** Sampled rows with another value in any of the columns. */
  private differing(columns: ReadonlyMap<string, FeatureColumn>): Float64Array {
    const flags = new Uint8Array(this.sampled.rows);
    for (const [name, column] of columns) {
      const was = featureColumn(this.sampled, name);
      for (let row = 0; row < flags.length; row++) if (differ(was[row], column[row])) flags[row] = 1;
    }
    const places: number[] = [];
    flags.forEach((flag, row) => {
      if (flag === 1) places.push(row);
    });
    return Float64Array.from(places);
  }
}

function differ(was: string | number | bigint | null | undefined, is: typeof was): boolean {
  if (typeof was === 'bigint') return Number(was) !== Number(is);
  return was !== is && !(Number.isNaN(was) && Number.isNaN(is));
}
