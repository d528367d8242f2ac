import { InputError } from '../../input-error.js';
import { exp } from '../arithmetic.js';
import { DAY, drawTime, monthOf, period as months, type Period } from '../calendar.js';
import { type Population } from '../population/population.js';
import { deriveKey, Stream } from '../random.js';
import { casesFor, type Cases, type FraudPlan } from './cases.js';
import { Alerts, declineHonest, recall } from './controls.js';
import { type Frauds } from './frauds.js';
import { inOrder } from './order-frauds.js';
import { Reports } from './reports.js';
import { Channel, type Draft } from './events.js';
import { PROXY_LIMIT } from './limits.js';
import { Book } from './typologies/book.js';
import { Casting, normalQuantile } from './typologies/casting.js';
import { TYPOLOGIES } from './typologies/index.js';
import { rounded } from './behaviour/amounts.js';
import { PURSE_PAYMENT, Scene } from './typologies/scene.js';
import { type Crowd, type Typology } from './typologies/typology.js';
import { Underworld } from './typologies/underworld.js';

/** Months in which drift has taught fraudsters all that it will. */
const SCHOOLING = 6;
/** Cases that are cast together: among them the poorer lose less, and lengths and losses are evenly spread. */
const TROUPE = 8;
/** Furthest that raking moves the amounts of a kind of loss. */
const RAKED = 2;
/** Slots of a typology's losses, in `lossKind`. */
const LOSS_KINDS = 4;

/**
 * Plays the frauds of one split: exactly `rows` payments, in time order. Who is a victim or a mule, when, and through
 * which accounts: all of it comes from `key`, the split's own.
 *
 * Cases are drawn typology by typology in the months that the weights say; then amounts are raked so that the mean
 * loss of a case is the cited one; then reports are made and alerts set; then mules pass on what they were sent.
 *
 * @throws InputError `BAD_PARAMETER` where rows are wanted and every weight is 0
 */
export function conspire(
  population: Population,
  key: Uint8Array,
  within: Period,
  rows: number,
  plan: FraudPlan,
): Frauds {
  const quotas = rowsByTypology(within, rows, plan);
  const casting = new Casting(population, plan.group);
  const expected = TYPOLOGIES.reduce(
    (sum, typology, t) => sum + (typology.losses.length > 0 ? (quotas.rows[t] ?? 0) / typology.payments : 0),
    0,
  );
  const underworld = new Underworld(
    population,
    new Stream(deriveKey(key, 'accounts')),
    casting,
    within,
    expected,
  );
  const book = new Book(rows);
  const scene = new Scene(population, new Stream(deriveKey(key, 'cases')), underworld, book, within);
  const cases = casesFor(rows);
  const director = new Director(scene, casting, cases, deriveKey(key, 'casting'), within, plan);
  const last = TYPOLOGIES.length - 1;
  for (let t = 0; t < last; t += 1) director.direct(t, quotas.rows[t] ?? 0, quotas.months[t] ?? []);
  cases.firstRow[cases.count] = book.rows;
  rake(book, cases);
  const reports = new Reports(key, plan, book, cases);
  const victims = cases.count;
  reports.file(0, victims);
  const alerts = new Alerts(key, population, within, plan, book);
  alerts.name(reports.at, underworld);
  alerts.warn(cases, underworld, casting);
  director.mules(last, quotas.rows[last] ?? 0, quotas.months[last] ?? []);
  cases.firstRow[cases.count] = book.rows;
  reports.investigate(victims, cases.count, alerts.firstReport, population.merchants.count);
  declineHonest(key, population, within, book, casting);
  const recalls = recall(key, population, within, book, cases, reports.at);
  return inOrder(key, book, cases, reports.at, alerts.from, recalls, plan.labelWrong);
}

/** Whole rows by typology, largest remainders first, and the cumulative share of each month among its cases. */
function rowsByTypology(
  within: Period,
  rows: number,
  plan: FraudPlan,
): { readonly rows: number[]; readonly months: number[][] } {
  const first = monthOf(within.firstDay);
  const lengths: number[] = [];
  for (let day = within.firstDay; day < within.firstDay + within.days; day += 1) {
    const month = monthOf(day) - first;
    lengths[month] = (lengths[month] ?? 0) + 1;
  }
  const weights = TYPOLOGIES.map(() => lengths.map(() => 0));
  let whole = 0;
  lengths.forEach((days, month) => {
    const ofMonth = TYPOLOGIES.map((typology, t) => {
      const series = plan.weights[t] ?? [];
      return typology.payments * (series[Math.min(month, series.length - 1)] ?? 0);
    });
    const sum = ofMonth.reduce((total, weight) => total + weight, 0);
    if (sum === 0) return;
    whole += days;
    ofMonth.forEach((weight, t) => {
      const row = weights[t];
      if (row !== undefined) row[month] = (days * weight) / sum;
    });
  });
  if (whole === 0 && rows > 0)
    throw new InputError(
      'BAD_PARAMETER',
      'parameters weight.*: every weight is 0, so no fraud can be played',
    );
  const exact = weights.map(
    (row) => (row.reduce((total, weight) => total + weight, 0) / (whole || 1)) * rows,
  );
  const counts = exact.map((value) => Math.floor(value));
  const order = exact
    .map((value, t) => ({ t, remainder: value - Math.floor(value) }))
    .sort((left, right) => right.remainder - left.remainder || left.t - right.t);
  let missing = rows - counts.reduce((total, count) => total + count, 0);
  for (const { t } of order) {
    if (missing <= 0) break;
    counts[t] = (counts[t] ?? 0) + 1;
    missing -= 1;
  }
  return {
    rows: counts,
    months: weights.map((row) => {
      const total = row.reduce((sum, weight) => sum + weight, 0);
      let running = 0;
      return row.map((weight) => (running += weight / (total || 1)));
    }),
  };
}

/** Plays case after case until the rows of a typology are full. */
class Director {
  private readonly stream: Stream;
  private readonly months: readonly Period[];
  private readonly cast = new Int32Array(TROUPE);
  private readonly wealth = new Float64Array(TROUPE);
  private readonly quantile = new Float64Array(TROUPE);
  private readonly size = new Float64Array(TROUPE);
  private casesOfTypology = 0;
  private lossKindFrom = 0;

  constructor(
    private readonly scene: Scene,
    private readonly casting: Casting,
    private readonly cases: Cases,
    key: Uint8Array,
    private readonly within: Period,
    private readonly plan: FraudPlan,
  ) {
    this.stream = new Stream(key);
    const first = monthOf(within.firstDay);
    const count = monthOf(within.firstDay + within.days - 1) - first + 1;
    this.months = Array.from({ length: count }, (_, month) => months(first + month, 1));
  }

  direct(t: number, rows: number, shares: readonly number[]): void {
    const typology = TYPOLOGIES[t];
    if (typology === undefined || rows === 0) return;
    const { scene } = this;
    const end = scene.book.rows + rows;
    this.casesOfTypology = 0;
    this.lossKindFrom = t * LOSS_KINDS;
    for (let troupe = 0; scene.book.rows < end; troupe += 1) {
      this.assemble(typology, t, troupe);
      for (let k = 0; k < TROUPE && scene.book.rows < end; k += 1) {
        scene.takings = 0;
        this.play(typology, t, k, end, this.onsetOf(k, shares));
      }
    }
  }

  /** First the mules whom customers of this bank have paid, with what they were paid; then others. */
  mules(t: number, rows: number, shares: readonly number[]): void {
    const typology = TYPOLOGIES[t];
    if (typology === undefined || rows === 0) return;
    const { scene } = this;
    const end = scene.book.rows + rows;
    const paid = fundings(scene, scene.book.rows);
    let troupe = 0;
    let place = TROUPE;
    for (let at = 0; at < paid.rows.length && scene.book.rows < end;) {
      if (place === TROUPE) {
        this.assemble(typology, t, 1_000_000 + troupe);
        troupe += 1;
        place = 0;
      }
      const payee = scene.book.draft.payee[paid.rows[at] ?? 0] ?? 0;
      scene.takings = 0;
      let first = this.within.end;
      for (; at < paid.rows.length; at += 1) {
        const row = paid.rows[at] ?? 0;
        if (scene.book.draft.payee[row] !== payee) break;
        const time = scene.book.draft.time[row] ?? 0;
        first = Math.min(first, time);
        scene.taken(time, scene.book.draft.amount[row] ?? 0);
      }
      this.cast[place] = payee - scene.population.merchants.count;
      this.play(typology, t, place, end, first);
      place += 1;
    }
    if (scene.book.rows < end) this.direct(t, end - scene.book.rows, shares);
  }

  private play(typology: Typology, t: number, k: number, end: number, onset: number): void {
    const { scene, cases } = this;
    const { book } = scene;
    const index = cases.count;
    scene.stream.rekey(index);
    scene.episode = index;
    scene.victim = this.cast[k] ?? 0;
    scene.now = onset;
    scene.room = end - book.rows;
    scene.complete = true;
    scene.divided = false;
    scene.size = this.size[k] ?? 0;
    scene.care = this.careAt(onset, scene.victim);
    const kind = typology.lossOf?.(scene) ?? 0;
    const loss = typology.losses[kind];
    if (loss !== undefined) {
      const z = normalQuantile(Math.max(0.001, Math.min(0.999, this.quantile[k] ?? 0.5)));
      scene.loss = 100 * loss.mean * exp(loss.sigma * z - 0.5 * loss.sigma * loss.sigma);
    }
    const from = book.rows;
    const inflows = book.inflows;
    const controls = book.controls;
    typology.play(scene);
    if (book.rows === from) {
      // The split ended before the first payment: nothing of the case is left.
      book.inflows = inflows;
      book.controls = controls;
      return;
    }
    cases.typology[index] = t;
    cases.victim[index] = scene.victim;
    cases.onset[index] = onset;
    cases.firstRow[index] = from;
    cases.complete[index] = scene.complete ? 1 : 0;
    cases.lossKind[index] = scene.divided ? 1 + this.lossKindFrom + kind : 0;
    cases.count = index + 1;
    this.casesOfTypology += 1;
  }

  private careAt(time: number, victim: number): number {
    const { care, drift, group, monthsBefore } = this.plan;
    const month = monthsBefore + (time - this.within.start) / (30.4 * DAY);
    const learnt = care + (1 - care) * drift * Math.min(1, month / SCHOOLING);
    if (group === undefined || group.member[victim] !== 1) return learnt;
    return learnt + (1 - learnt) * group.separability;
  }

  /** The month by even spread over the typology's cases, then day and hour by the victim's habits. */
  private onsetOf(k: number, shares: readonly number[]): number {
    const turn = this.casesOfTypology * 0.6180339887498949 + (this.quantile[0] ?? 0);
    const u = turn - Math.floor(turn);
    let month = 0;
    while (month < this.months.length - 1 && u >= (shares[month] ?? 1)) month += 1;
    const way = this.scene.population.people.wayOfLife[this.cast[k] ?? 0] ?? 0;
    return drawTime(this.stream, this.months[month] ?? this.within, way);
  }

  /** Casts the next victims; the richer of them tend to lose more, and each has an eighth of the spread. */
  private assemble(typology: Typology, t: number, troupe: number): void {
    const { stream, cast, wealth, quantile, size } = this;
    const { people } = this.scene.population;
    stream.rekey(troupe, t);
    this.spread(size);
    this.spread(quantile);
    for (let k = 0; k < TROUPE; k += 1) {
      const victim = this.casting.choose(stream, crowdAt(typology, quantile[k] ?? 0));
      cast[k] = victim;
      const means = (people.habitualBalance[victim] ?? 0) + 600 * (people.income[victim] ?? 0);
      wealth[k] = means * stream.lognormal(1, 0.8);
    }
    this.spread(quantile);
    if (typology.losses.length > 1) return;
    for (let k = 0; k < TROUPE; k += 1) {
      let rank = 0;
      for (let other = 0; other < TROUPE; other += 1)
        if ((wealth[other] ?? 0) < (wealth[k] ?? 0) || (wealth[other] === wealth[k] && other < k)) rank += 1;
      quantile[k] = (rank + stream.uniform()) / TROUPE;
    }
  }

  /** 0 … 1, a different eighth for each of the troupe. */
  private spread(into: Float64Array): void {
    for (let k = 0; k < TROUPE; k += 1) {
      const other = this.stream.below(k + 1);
      into[k] = into[other] ?? 0;
      into[other] = k;
    }
    for (let k = 0; k < TROUPE; k += 1) into[k] = ((into[k] ?? 0) + this.stream.uniform()) / TROUPE;
  }
}

function crowdAt(typology: Typology, u: number): Crowd {
  let upTo = 0;
  for (const [crowd, share] of typology.victims) {
    upTo += share;
    if (u < upTo) return crowd;
  }
  return 'ANYONE';
}

/** Payments that have reached mule accounts at this bank, by account, each account's in time order. */
function fundings(scene: Scene, rows: number): { readonly rows: Int32Array } {
  const { draft } = scene.book;
  const first = scene.population.merchants.count;
  const found: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    const payee = draft.payee[row] ?? 0;
    if (payee < first || payee >= first + scene.population.customers || (draft.amount[row] ?? 0) === 0)
      continue;
    if (scene.underworld.has(payee)) found.push(row);
  }
  found.sort(
    (left, right) =>
      (draft.payee[left] ?? 0) - (draft.payee[right] ?? 0) ||
      (draft.time[left] ?? 0) - (draft.time[right] ?? 0) ||
      left - right,
  );
  return { rows: Int32Array.from(found) };
}

/** Moves the amounts of each kind of loss by one factor, so that the mean loss of its whole cases is what it shall be. */
function rake(book: Book, cases: Cases): void {
  const { draft } = book;
  const kinds = TYPOLOGIES.length * LOSS_KINDS + 1;
  const sum = new Float64Array(kinds);
  const count = new Float64Array(kinds);
  for (let index = 0; index < cases.count; index += 1) {
    const kind = cases.lossKind[index] ?? 0;
    if (kind === 0 || cases.complete[index] === 0) continue;
    count[kind] = (count[kind] ?? 0) + 1;
    for (let row = cases.firstRow[index] ?? 0; row < (cases.firstRow[index + 1] ?? 0); row += 1)
      sum[kind] = (sum[kind] ?? 0) + (draft.amount[row] ?? 0);
  }
  const factor = new Float64Array(kinds).fill(1);
  for (let kind = 1; kind < kinds; kind += 1) {
    const loss = TYPOLOGIES[Math.floor((kind - 1) / LOSS_KINDS)]?.losses[(kind - 1) % LOSS_KINDS];
    const mean = (sum[kind] ?? 0) / (count[kind] ?? 0);
    if (loss !== undefined && mean > 0)
      factor[kind] = Math.max(1 / RAKED, Math.min(RAKED, (100 * loss.mean) / mean));
  }
  for (let row = 0; row < book.rows; row += 1) {
    const kind = cases.lossKind[book.episode[row] ?? 0] ?? 0;
    if (kind > 0) scale(draft, row, factor[kind] ?? 1);
  }
}

function scale(draft: Draft, row: number, factor: number): void {
  const old = draft.amount[row] ?? 0;
  const raked = old * factor;
  const unit = old % 100 === 0 ? 100 : 1;
  const amount = rounded(old) === old ? rounded(raked) : Math.max(100, unit * Math.round(raked / unit));
  draft.amount[row] = amount;
  if (amount > PURSE_PAYMENT && draft.channel[row] === Channel.StoredValue)
    draft.channel[row] = Channel.FpsProxy;
  if (amount > PROXY_LIMIT && draft.channel[row] === Channel.FpsProxy)
    draft.channel[row] = Channel.FpsAccount;
}
