import { Pace } from '../../calendar.js';
import { Product } from '../../population/attributes.js';
import { cumulate, tie } from '../../random.js';
import { Category, Channel, OVERSEAS, REMOTE } from '../events.js';
import { cents, typed } from './amounts.js';
import { FPS } from './figures.js';
import { billerOf, newPayee, organisationOf, regularPayee, strangerOf } from './payees.js';
import { OWN_DEVICE, type Walk } from './walk.js';

/**
 * What an FPS payment is for: its share of the payments, its mean relative to the others', and the sigma of its
 * logarithm. Shares are a convention; the means are levelled so that proxy and account number keep their published
 * means, the two components of the mixture.
 */
interface Purpose {
  readonly category: number;
  readonly share: number;
  readonly size: number;
  readonly sigma: number;
}
const BY_PROXY: readonly Purpose[] = [
  { category: Category.Person, share: 0.72, size: 1, sigma: 1.15 },
  { category: Category.Dining, share: 0.11, size: 0.16, sigma: 0.8 },
  { category: Category.Education, share: 0.08, size: 0.7, sigma: 0.7 },
  { category: Category.Bill, share: 0.09, size: 0.9, sigma: 0.9 },
];
const BY_ACCOUNT: readonly Purpose[] = [
  { category: Category.Person, share: 0.46, size: 1.1, sigma: 1.1 },
  { category: Category.Bill, share: 0.24, size: 0.1, sigma: 0.9 },
  { category: Category.Rent, share: 0.1, size: 0.55, sigma: 0.4 },
  { category: Category.Investment, share: 0.12, size: 2.4, sigma: 1.0 },
  { category: Category.Remittance, share: 0.08, size: 0.4, sigma: 0.8 },
];

class Mixture {
  readonly steps: Float64Array;
  readonly means: Float64Array;
  readonly sigmas: Float64Array;
  readonly categories: Uint8Array;

  constructor(
    purposes: readonly Purpose[],
    readonly mean: number,
  ) {
    const level = purposes.reduce((sum, { share, size }) => sum + share * size, 0);
    this.steps = Float64Array.from(cumulate(purposes.map(({ share }) => share)));
    this.means = Float64Array.from(purposes, ({ size }) => (mean * size) / level);
    this.sigmas = Float64Array.from(purposes, ({ sigma }) => sigma);
    this.categories = Uint8Array.from(purposes, ({ category }) => category);
  }
}
const PROXY = new Mixture(BY_PROXY, FPS.proxyMean);
const ACCOUNT = new Mixture(BY_ACCOUNT, FPS.accountMean);
/** Sigma of amounts outside any purpose: to somebody new, among one's own. */
const SIGMA = 1.1;
/** Chance of a payee never paid before, for small and for large sums to a person. */
const FRESH = 0.08;
const FRESH_LARGE = 0.16;
const LARGE = 800_000;
/** Of payments to a person by account number, those to the customer's own account elsewhere. */
const OWN_ACCOUNT = 0.22;

/** An FPS payment by proxy or by account number: whom to, what for, how much. */
export function payByFps(walk: Walk, byAccount: boolean): void {
  const { p, stream, customer } = walk;
  const mixture = byAccount ? ACCOUNT : PROXY;
  const purpose = stream.pick(mixture.steps, 0, mixture.steps.length);
  const category = mixture.categories[purpose] ?? Category.Person;
  begin(walk, byAccount);
  walk.category = category;
  const amount = cents(
    walk.scale *
      (walk.habits.level[walk.channel] ?? 1) *
      stream.lognormal(mixture.means[purpose] ?? 0, mixture.sigmas[purpose] ?? 1),
  );
  walk.amount = typed(stream, amount);
  const u = stream.uniform();
  switch (category) {
    case Category.Person:
      if (byAccount && u < OWN_ACCOUNT) walk.payee = p.merchants.count + p.customers + customer;
      else
        walk.payee =
          stream.uniform() < (amount > LARGE ? FRESH_LARGE : FRESH)
            ? newPayee(p, stream, walk.week.start)
            : regularPayee(p, stream, customer);
      break;
    case Category.Bill:
      walk.amount = amount;
      walk.payee = billerOf(p, customer, Math.floor(6 * u));
      break;
    case Category.Rent:
      walk.payee = strangerOf(p, customer, 90);
      walk.day = walk.due[dueDay(walk, 0)] ?? -1;
      break;
    case Category.Investment:
      if ((walk.products & Product.VirtualAssets) !== 0 && u < 0.5) walk.category = Category.VirtualAsset;
      walk.payee = billerOf(p, customer, 20 + Math.floor(3 * u));
      break;
    case Category.Remittance:
      walk.flags |= OVERSEAS;
      walk.payee = u < 0.6 ? billerOf(p, customer, 30) : strangerOf(p, customer, 10 + Math.floor(5 * u));
      break;
    default:
      walk.payee =
        stream.uniform() < FRESH
          ? newPayee(p, stream, walk.week.start)
          : organisationOf(p, customer, Math.floor(6 * u));
  }
}

/** An FPS payment of no stated purpose to `payee`: the channel's own mean and spread. */
export function payByFpsTo(walk: Walk, byAccount: boolean, payee: number): void {
  begin(walk, byAccount);
  walk.category = Category.Person;
  walk.payee = payee;
  walk.amount = typed(
    walk.stream,
    cents(
      walk.scale *
        (walk.habits.level[walk.channel] ?? 1) *
        walk.stream.lognormal(byAccount ? FPS.accountMean : FPS.proxyMean, SIGMA),
    ),
  );
}

/** Account number or proxy, by the published ratio of the two. */
export function byAccountNumber(walk: Walk): boolean {
  return walk.stream.uniform() * (1 + FPS.proxyPerAccount) < 1;
}

/** Usual day of the month, 1 … 28, of a customer's n-th obligation. */
export function dueDay(walk: Walk, obligation: number): number {
  return 1 + Math.floor(28 * tie(walk.customer, 700 + obligation, walk.p.salt));
}

function begin(walk: Walk, byAccount: boolean): void {
  walk.channel = byAccount ? Channel.FpsAccount : Channel.FpsProxy;
  walk.flags = REMOTE;
  walk.device = OWN_DEVICE;
  walk.pace = Pace.Remote;
}
