import { type Xoshiro128 } from '../../measurement/random.js';
import {
  featureColumn,
  type FeatureTable,
  isTextColumn,
  type ScoreRows,
  takeRows,
} from '../../tables/index.js';
import { gaussian, generatorFor, uniform } from '../changes.js';
import { type EvasionSpace, type Point, type Realised, type Variable } from './space.js';

/** Candidates of a row in one round. */
const LAMBDA = 8;
/** The mutations' spread to begin with and at least, of a variable's room; what success and failure make of it. */
const FIRST_STEP = 0.3;
const LEAST_STEP = 0.02;
const WIDER = 1.5;
const NARROWER = 0.85;
/** Halvings of the way back to the row as it is, for a change that costs too much. */
const HALVINGS = 12;

/** What came of the attack on one row. */
export interface Attacked {
  row: number;
  /** Queries after which the first change passed, itself included; null: none did. */
  queriesToSuccess: number | null;
  queries: number;
  /** The cheapest change that passed. */
  cheapest: { costHkd: number; netHkd: number | null; point: Point; score: number } | null;
  /** Rows for which the model gave no finite score: they count as caught. */
  refused: number;
}

interface Candidate {
  attack: Attack;
  point: Point;
  realised: Realised;
}

export interface SearchOptions {
  seed: number;
  threshold: number;
  budgetHkd: number;
  /** Of each row. */
  queries: number;
}

/**
 * Attacks rows side by side, seeing nothing of the model but its scores: each variable by itself, then at random, then by
 * a (1 + λ) search with a step that grows with success (Rechenberg 1973) from the best so far. When a change has
 * passed, the rest of the queries look for a cheaper one. All rows' candidates of a round are scored together.
 *
 * Only feasible changes within the budget are asked about. Of a change of several rows the highest score counts.
 */
export async function searchEvasions(
  space: EvasionSpace,
  features: FeatureTable,
  rows: readonly number[],
  scores: Float64Array,
  score: ScoreRows,
  options: SearchOptions,
  onProgress: (queries: number, most: number) => void = () => undefined,
): Promise<Attacked[]> {
  const attacks = rows.map((row) => new Attack(space, row, scores[row] as number, options));
  let asked = 0;
  for (;;) {
    const candidates = attacks.flatMap((attack) => attack.propose());
    if (candidates.length === 0) break;
    const found = await score(changedRows(features, candidates));
    let at = 0;
    const results = candidates.map((candidate) => {
      const own = found.subarray(at, at + candidate.realised.rows.length);
      at += own.length;
      return { candidate, own };
    });
    for (const attack of attacks)
      attack.learn(results.filter(({ candidate }) => candidate.attack === attack));
    asked += at;
    onProgress(asked, rows.length * options.queries);
  }
  return attacks.map((attack) => attack.result());
}

/** The rows of candidates one after another, as features. */
function changedRows(features: FeatureTable, candidates: readonly Candidate[]): FeatureTable {
  const rows = candidates.flatMap(({ attack, realised }) =>
    realised.rows.map((changes) => ({ row: attack.row, changes })),
  );
  const table = takeRows(
    features,
    rows.map(({ row }) => row),
  );
  const changed = new Set(rows.flatMap(({ changes }) => Object.keys(changes)));
  return {
    ...table,
    columns: table.names.map((name) => {
      const column = featureColumn(table, name);
      if (!changed.has(name)) return column;
      if (isTextColumn(column))
        return column.map((value, at) => {
          const now = rows[at]?.changes[name];
          return now === undefined ? value : now === null ? null : String(now);
        });
      const values = Float64Array.from(column as ArrayLike<number | bigint>, Number);
      rows.forEach(({ changes }, at) => {
        const now = changes[name];
        if (now !== undefined) values[at] = Number(now);
      });
      return values;
    }),
  };
}

class Attack {
  private readonly random: Xoshiro128;
  private readonly variables: readonly Variable[];
  private readonly origin: Point;
  private best: Point;
  private bestScore: number;
  private cheapest: Attacked['cheapest'] = null;
  private step = FIRST_STEP;
  private queries = 0;
  private queriesToSuccess: number | null = null;
  private refused = 0;
  private turn = 0;
  private finished = false;

  constructor(
    private readonly space: EvasionSpace,
    readonly row: number,
    score: number,
    private readonly options: SearchOptions,
  ) {
    this.random = generatorFor(options.seed, 'evasion', String(row));
    this.variables = space.variables(row);
    this.origin = Float64Array.from(this.variables, ({ origin }) => origin);
    this.best = this.origin;
    this.bestScore = score;
  }

  result(): Attacked {
    const { row, queriesToSuccess, queries, cheapest, refused } = this;
    return { row, queriesToSuccess, queries, cheapest, refused };
  }

  /** The next changes to ask about; none when the queries are used up, or nothing feasible is found any more. */
  propose(): Candidate[] {
    const left = this.options.queries - this.queries;
    if (
      left <= 0 ||
      this.finished ||
      this.cheapest?.costHkd === 0 ||
      !this.variables.some(({ least, most }) => most > least)
    )
      return [];
    // Where hardly anything is feasible, some rounds may find nothing.
    for (let tries = 0; tries < 4; tries++) {
      const candidates: Candidate[] = [];
      let rows = 0;
      for (const wanted of this.points()) {
        const { point, realised } = this.within(wanted) ?? {};
        if (point === undefined || realised === undefined) continue;
        // What changes nothing is known already.
        if (realised.rows.every((changes) => Object.keys(changes).length === 0)) continue;
        if (rows + realised.rows.length > left) break;
        rows += realised.rows.length;
        candidates.push({ attack: this, point, realised });
      }
      this.turn += 1;
      if (candidates.length > 0) {
        this.queries += rows;
        return candidates;
      }
    }
    this.finished = true;
    return [];
  }

  learn(results: readonly { candidate: Candidate; own: Float64Array }[]): void {
    let better = false;
    let asked = this.queries - results.reduce((sum, { own }) => sum + own.length, 0);
    for (const { candidate, own } of results) {
      asked += own.length;
      const broken = own.filter((value) => !Number.isFinite(value)).length;
      this.refused += broken;
      if (broken > 0) continue;
      const score = own.reduce((most, value) => Math.max(most, value), -Infinity);
      const { costHkd, netHkd } = candidate.realised;
      if (score < this.options.threshold) {
        this.queriesToSuccess ??= asked;
        if (this.cheapest !== null && costHkd >= this.cheapest.costHkd) continue;
        this.cheapest = { costHkd, netHkd, point: candidate.point, score };
        better = true;
      } else if (this.cheapest === null && score < this.bestScore) {
        this.best = candidate.point;
        this.bestScore = score;
        better = true;
      }
    }
    if (results.length > 0)
      this.step = Math.max(LEAST_STEP, Math.min(1, this.step * (better ? WIDER : NARROWER)));
  }

  private points(): Point[] {
    if (this.cheapest !== null) return this.cheaper(this.cheapest.point);
    if (this.turn === 0) return this.coordinates();
    if (this.turn === 1) return Array.from({ length: LAMBDA }, () => this.anywhere());
    return Array.from({ length: LAMBDA }, () => this.mutated(this.best));
  }

  /** One variable at a time: half and all the way to either bound, or each choice. */
  private coordinates(): Point[] {
    return this.variables.flatMap(({ kind, origin, least, most }, at) => {
      const values =
        kind === 'choice'
          ? Array.from({ length: Math.min(most, LAMBDA) }, (_, choice) => choice + 1)
          : [least, (least + origin) / 2, (most + origin) / 2, most].filter((value) => value !== origin);
      return values.map((value) => {
        const point = this.origin.slice();
        point[at] = value;
        return point;
      });
    });
  }

  private anywhere(): Point {
    return Float64Array.from(this.variables, (variable) => this.drawn(variable));
  }

  private drawn({ kind, least, most }: Variable): number {
    return kind === 'choice' ? this.random.below(most + 1) : least + uniform(this.random) * (most - least);
  }

  private mutated(from: Point): Point {
    const some = Math.max(0.3, 1 / this.variables.length);
    return Float64Array.from(this.variables, (variable, at) => {
      const value = from[at] as number;
      const { kind, least, most } = variable;
      if (most === least || uniform(this.random) >= some) return value;
      if (kind === 'choice') return this.drawn(variable);
      return Math.min(most, Math.max(least, value + this.step * (most - least) * gaussian(this.random)));
    });
  }

  /** Partly back to the row as it is, variable by variable; and elsewhere near by. */
  private cheaper(from: Point): Point[] {
    return Array.from({ length: LAMBDA }, (_, number) => {
      if (number % 4 === 3) return this.mutated(from);
      const back = uniform(this.random);
      return Float64Array.from(this.variables, ({ kind, origin }, at) => {
        const value = from[at] as number;
        if (value === origin || uniform(this.random) < 0.5) return value;
        return kind === 'choice' || back > 0.8 ? origin : value + back * (origin - value);
      });
    });
  }

  /** The change itself where it is within the budget, otherwise as far of the way as is. */
  private within(point: Point): { point: Point; realised: Realised } | null {
    const most = this.budget();
    const fits = (candidate: Point) => {
      const realised = this.space.realise(this.row, candidate);
      return realised !== null && realised.costHkd <= most ? realised : null;
    };
    const whole = fits(point);
    if (whole !== null) return { point, realised: whole };
    let [near, far]: [{ point: Point; realised: Realised } | null, number] = [null, 1];
    let low = 0;
    for (let halving = 0; halving < HALVINGS; halving++) {
      const share = (low + far) / 2;
      const between = Float64Array.from(this.variables, ({ kind, origin }, at) => {
        const value = point[at] as number;
        return kind === 'choice' ? value : origin + share * (value - origin);
      });
      const realised = fits(between);
      if (realised === null) {
        far = share;
      } else {
        near = { point: between, realised };
        low = share;
      }
    }
    return near;
  }

  /** A change that passed is worth asking about only below what the cheapest costs. */
  private budget(): number {
    return this.cheapest === null ? this.options.budgetHkd : this.cheapest.costHkd * (1 - 1e-9);
  }
}
