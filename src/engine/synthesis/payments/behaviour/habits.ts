import { exp } from '../../arithmetic.js';
import { Occupation, Product, Sex } from '../../population/attributes.js';
import { leaning } from '../../population/livelihood.js';
import { type Population } from '../../population/population.js';
import { deriveKey, Stream } from '../../random.js';
import { Channel, CHANNELS } from '../events.js';
import {
  BASKETS,
  CARDS,
  CHANNEL_WEIGHTS,
  CREDIT_PURCHASE_MEAN,
  DEBIT_PURCHASE_MEAN,
  SHOPS,
} from './figures.js';

/** What a person pays with and for, in shared memory: 38 bytes a person. */
export interface Habits {
  /** cumulative share of each channel in 65,536ths, CHANNELS.length a person */
  readonly channels: Uint16Array;
  /** cumulative share of each shop category in 65,536ths, SHOPS a person */
  readonly shops: Uint16Array;
  /** by channel: one over the mean scale of those who pay by it, so that scaled amounts keep their mean */
  readonly level: Float64Array;
  /** multiply baskets so that credit and debit cards have the published means */
  readonly credit: number;
  readonly debit: number;
  /** multiplies card amounts overseas, so that they make the published share of the value */
  readonly overseas: number;
}

const ROUNDS = 6;
const KINDS = CHANNELS.length;
/** Relative use of each channel by age band; a convention after what HKMA's and banks' surveys say of the old and young. */
const BY_AGE: readonly (readonly number[])[] = [
  [1.35, 1.3, 1.15, 1.0, 0.75, 0.45],
  [0.8, 1.2, 1.2, 1.1, 0.9, 0.6],
  [0.6, 1.1, 1.2, 1.1, 1.0, 0.75],
  [0.9, 0.8, 0.9, 1.0, 1.1, 1.3],
  [1.2, 1.0, 0.9, 0.9, 1.0, 1.2],
  [1.3, 1.4, 1.1, 0.9, 0.7, 0.3],
  [0.6, 0.6, 0.8, 1.0, 1.3, 1.8],
  [0.1, 0.3, 0.7, 1.2, 1.6, 1.8],
  [0.4, 0.8, 1.2, 1.2, 1.1, 0.9],
  [1.0, 1.2, 1.1, 1.0, 0.9, 0.7],
];
/** How habits go with what `leaning` tells of a person's groups, at proxyStrength 1. */
const LEANS = [-0.05, 0.06, 0.1, -0.04, -0.04, 0, -0.14, 0.05, 0.05, -0.12];
const SHOP_LEANS = [-0.1, 0.02, 0, -0.22, 0.16, 0.06, 0.05, -0.12, 0.12];
/**
 * How women's shopping differs from men's, in logarithms, at proxyStrength 1: fashion and beauty more, electronics
 * and games less. A convention, and a proxy by design: a model can learn whom it serves from what they buy.
 */
const WOMENS_SHOPS = [0.1, 0, 0, 1.5, -1.1, 0, 0, 0.1, 0];
const TASTE = 0.55;

/**
 * Each person's mix of channels and shops, from age, occupation, products, groups (by proxyStrength) and taste.
 *
 * Channels are then weighed by iterative proportional fitting until the number of payments by channel over all
 * people is that of CHANNEL_WEIGHTS, and amounts levelled so that their means are the published ones whatever people
 * earn: the figures hold by construction, not by luck.
 */
export function habitsOf(p: Population, key: Uint8Array, proxyStrength: number): Habits {
  const { people, customers } = p;
  const stream = new Stream(deriveKey(key, 'habits'));
  const shares = new Float32Array(KINDS * customers);
  const tastes = new Float32Array(SHOPS * customers);
  for (let i = 0; i < customers; i += 1) {
    const lean = proxyStrength * leaning(people, i);
    const half = people.sex[i] === Sex.Female ? 0.5 * proxyStrength : -0.5 * proxyStrength;
    for (let channel = 0; channel < KINDS; channel += 1) {
      const held = holds(people.products[i] ?? 0, people.occupation[i] ?? 0, channel);
      const age = BY_AGE[channel]?.[people.ageBand[i] ?? 2] ?? 1;
      shares[KINDS * i + channel] =
        held === 0 ? 0 : held * age * exp(TASTE * stream.normal() + (LEANS[channel] ?? 0) * lean);
    }
    for (let shop = 0; shop < SHOPS; shop += 1)
      tastes[SHOPS * i + shop] =
        (BASKETS[shop]?.weight ?? 1) *
        exp(TASTE * stream.normal() + (SHOP_LEANS[shop] ?? 0) * lean + (WOMENS_SHOPS[shop] ?? 0) * half);
  }
  const weight = fit(shares, people.activity, customers);
  const channels = new Uint16Array(new SharedArrayBuffer(2 * KINDS * customers));
  const shops = new Uint16Array(new SharedArrayBuffer(2 * SHOPS * customers));
  const level = new Float64Array(new SharedArrayBuffer(8 * KINDS));
  const numbers = new Float64Array(KINDS);
  const values = new Float64Array(KINDS);
  let abroad = 0;
  let spent = 0;
  let debits = 0;
  for (let i = 0; i < customers; i += 1) {
    let total = 0;
    for (let channel = 0; channel < KINDS; channel += 1)
      total += (weight[channel] ?? 0) * (shares[KINDS * i + channel] ?? 0);
    let running = 0;
    const scale = people.scale[i] ?? 1;
    let bought = 0;
    for (let shop = 0; shop < SHOPS; shop += 1) bought += tastes[SHOPS * i + shop] ?? 0;
    let shopping = 0;
    let basket = 0;
    let basketAbroad = 0;
    for (let shop = 0; shop < SHOPS; shop += 1) {
      const share = (tastes[SHOPS * i + shop] ?? 0) / bought;
      shopping += share;
      shops[SHOPS * i + shop] = Math.min(65_535, Math.floor(65_536 * shopping));
      const { mean = 0, overseas = 0 } = BASKETS[shop] ?? {};
      basket += share * mean;
      basketAbroad += share * mean * overseas;
    }
    for (let channel = 0; channel < KINDS; channel += 1) {
      const share = ((weight[channel] ?? 0) * (shares[KINDS * i + channel] ?? 0)) / total;
      running += share;
      channels[KINDS * i + channel] = Math.min(65_535, Math.floor(65_536 * running));
      const paid = share * (people.activity[i] ?? 1);
      numbers[channel] = (numbers[channel] ?? 0) + paid;
      values[channel] = (values[channel] ?? 0) + paid * scale;
      if (channel === Channel.DebitCard) debits += paid * scale * basket;
      if (channel === Channel.CreditCard) {
        abroad += paid * scale * basketAbroad;
        spent += paid * scale * basket;
      }
    }
  }
  // Card payments abroad are weighed up until they make their share of what is not cash.
  const wanted = CARDS.overseas / (CARDS.local + CARDS.overseas);
  const overseas = (wanted * (spent - abroad)) / ((1 - wanted) * abroad);
  for (let channel = 0; channel < KINDS; channel += 1)
    level[channel] = (values[channel] ?? 0) > 0 ? (numbers[channel] ?? 0) / (values[channel] ?? 1) : 1;
  const credit =
    (CREDIT_PURCHASE_MEAN * (numbers[Channel.CreditCard] ?? 0)) / (spent - abroad + overseas * abroad);
  const debit = (DEBIT_PURCHASE_MEAN * (numbers[Channel.DebitCard] ?? 0)) / debits;
  return { channels, shops, level, credit, debit, overseas };
}

/** Relative use that products and occupations allow: 0 without the product. */
function holds(products: number, occupation: number, channel: number): number {
  const helper = occupation === Occupation.DomesticHelper;
  switch (channel) {
    case Channel.CreditCard:
      return (products & Product.CreditCard) !== 0 ? 1 : 0;
    case Channel.DebitCard:
      return (products & Product.CreditCard) !== 0 ? 0.8 : 1.9;
    case Channel.StoredValue:
      return (products & Product.Purse) !== 0 ? 1 : 0;
    case Channel.ECny:
      return (products & Product.ECny) !== 0 ? 1 : 0;
    case Channel.Atm:
      return helper ? 1.8 : 1;
    case Channel.Cheque:
      return occupation === Occupation.SoleTrader ? 3 : helper ? 0.05 : 1;
    case Channel.CrossBorder:
      return (products & Product.CrossBorder) !== 0 ? (helper ? 3 : 1) : 0;
    default:
      return 1;
  }
}

/** Weight of each channel such that people's normalised mixes add up to CHANNEL_WEIGHTS. */
function fit(shares: Float32Array, activity: Float32Array, customers: number): Float64Array {
  const total = CHANNEL_WEIGHTS.reduce((sum, weight) => sum + weight, 0);
  const weight = Float64Array.from(CHANNEL_WEIGHTS, (share) => share / total);
  const reached = new Float64Array(KINDS);
  for (let round = 0; round < ROUNDS; round += 1) {
    reached.fill(0);
    let all = 0;
    for (let i = 0; i < customers; i += 1) {
      let sum = 0;
      for (let channel = 0; channel < KINDS; channel += 1)
        sum += (weight[channel] ?? 0) * (shares[KINDS * i + channel] ?? 0);
      const each = (activity[i] ?? 1) / sum;
      all += activity[i] ?? 1;
      for (let channel = 0; channel < KINDS; channel += 1)
        reached[channel] =
          (reached[channel] ?? 0) + each * (weight[channel] ?? 0) * (shares[KINDS * i + channel] ?? 0);
    }
    for (let channel = 0; channel < KINDS; channel += 1)
      if ((reached[channel] ?? 0) > 0)
        weight[channel] =
          ((weight[channel] ?? 0) * ((CHANNEL_WEIGHTS[channel] ?? 0) / total)) /
          ((reached[channel] ?? 1) / all);
  }
  return weight;
}
