import { DAY, drawTime, type Period } from '../../calendar.js';
import { put, type Draft } from '../events.js';
import { type Population } from '../population.js';
import { cumulate, deriveKey, Stream } from '../../random.js';
import { accountTakeover } from './account-takeover.js';
import { authorisedPushPayment } from './authorised-push-payment.js';
import { cardNotPresent } from './card-not-present.js';
import { type Typology } from './script.js';

export const TYPOLOGIES: readonly Typology[] = [authorisedPushPayment, accountTakeover, cardNotPresent];

/** How many episodes share a mule account on average, and how long an account stays in use. */
const EPISODES_PER_MULE = 2;
const MULE_DAYS = 12;

export interface FraudPlan {
  /** relative number of payments of each typology, in the order of TYPOLOGIES */
  readonly mix: readonly number[];
  readonly care: number;
  /** risk of a woman to become a victim, relative to a man's; 1 by default */
  readonly sexRatio: number;
}

/**
 * Plays fraud episodes of one split until rows `from … draft.rows` are full. Who is a victim, when, and through
 * which accounts: all of it comes from `key`, the split's own.
 */
export function strike(
  p: Population,
  key: Uint8Array,
  within: Period,
  draft: Draft,
  from: number,
  plan: FraudPlan,
): void {
  const rows = draft.rows - from;
  const windows = Math.ceil((within.days + 20) / MULE_DAYS);
  const inUse = Math.max(2, Math.round(rows / 3 / EPISODES_PER_MULE / windows));
  const accounts = new Stream(deriveKey(key, 'mules'));
  const mules = Int32Array.from({ length: windows * inUse }, () => p.merchants + accounts.below(p.accounts));
  const total = cumulate(plan.mix);
  const victims = deriveKey(key, 'victims');
  let row = from;
  let number = 0;
  TYPOLOGIES.forEach((typology, place) => {
    const upTo = place === TYPOLOGIES.length - 1 ? draft.rows : from + Math.round((total[place] ?? 1) * rows);
    while (row < upTo) {
      const stream = new Stream(victims, number);
      number += 1;
      let victim = stream.below(p.customers);
      while (stream.uniform() * Math.max(1, plan.sexRatio) >= (p.sex[victim] === 0 ? plan.sexRatio : 1))
        victim = stream.below(p.customers);
      typology.play({
        population: p,
        stream,
        victim,
        onset: drawTime(stream, within, p.wayOfLife[victim] ?? 0),
        end: within.end,
        care: plan.care,
        mule: (time) => {
          const window = Math.min(
            windows - 1,
            Math.max(0, Math.floor((time - within.start) / DAY / MULE_DAYS)),
          );
          return mules[window * inUse + stream.below(inUse)] ?? p.merchants;
        },
        emit: (payment) => {
          if (row >= upTo || payment.time >= within.end) return false;
          put(draft, row, payment, place + 1);
          row += 1;
          return row < upTo;
        },
      });
    }
  });
}
