import { Pace, type Week } from '../../calendar.js';
import { type Population } from '../../population/population.js';
import { deriveKey, Stream } from '../../random.js';
import { Channel, CHANNELS, type Draft } from '../events.js';
import { payByCreditCard, payByDebitCard } from './cards.js';
import { withdrawCash, writeCheque } from './cash.js';
import { sendAbroad } from './cross-border.js';
import { payInECny } from './e-cny.js';
import { payByFps } from './fps.js';
import { type Habits } from './habits.js';
import { passMoneyOn, playLookAlike } from './look-alikes.js';
import { payStandingOrders } from './standing-orders.js';
import { payFromPurse } from './stored-value.js';
import { Walk } from './walk.js';

/** A payment is followed by another within the hour or so with this chance: errands come in strings. */
const STRING = 0.55;
const STRING_GAP = 900;
/** At the next stop of a string the customer pays as at the one before with this chance. */
const SAME_AGAIN = 0.6;
const KINDS = CHANNELS.length;

export interface Life {
  readonly population: Population;
  readonly habits: Habits;
  /** of the split, for honest conduct: customer c's week w draws from the stream (key, c, w) */
  readonly key: Uint8Array;
  readonly week: Week;
  /** customer c has rows `offsets[c] … offsets[c + 1)` of the week, and those less `base` of the draft */
  readonly offsets: Uint32Array;
  readonly base: number;
  readonly draft: Draft;
  readonly from: number;
  readonly to: number;
  /** chance that an honest payment opens conduct that looks like fraud */
  readonly lookAlikes: number;
}

/**
 * The honest payments of a week of customers `from … to`, each at its own place of the draft and from the stream of
 * (key, customer, week): threads that share the customers among themselves write the same bytes.
 *
 * What is due on its day comes first, then what habit brings: strings of errands at the hours of the channel and of
 * the customer's way of life, now and then a story that looks like fraud.
 */
export function live(life: Life): void {
  const { population, habits, week, offsets, base = 0, from, to, lookAlikes } = life;
  const stream = new Stream(deriveKey(life.key, 'life'));
  const salt = new Stream(deriveKey(life.key, 'households')).next() | 0;
  const walk = new Walk(population, habits, stream, week, life.draft);
  for (let customer = from; customer < to; customer += 1) {
    const end = (offsets[customer + 1] ?? 0) - base;
    const begin = (offsets[customer] ?? 0) - base;
    if (begin === end) continue;
    walk.begin(customer, begin, end);
    payStandingOrders(walk);
    if (walk.row < end) passMoneyOn(walk, salt);
    let channel = -1;
    let pace = -1;
    while (walk.row < end) {
      if (stream.uniform() < lookAlikes) {
        playLookAlike(walk);
        pace = -1;
        continue;
      }
      const strung = pace >= 0 && stream.uniform() < STRING;
      if (!strung || stream.uniform() >= SAME_AGAIN) channel = channelOf(walk);
      payBy(walk, channel);
      if (
        strung &&
        walk.day < 0 &&
        walk.pace !== Pace.Counter &&
        (walk.pace === Pace.Remote) === (pace === Pace.Remote)
      )
        walk.follow(35 + Math.floor(stream.exponential(STRING_GAP)));
      else walk.place();
      pace = walk.pace === Pace.Counter ? -1 : walk.pace;
      walk.write();
    }
  }
}

function payBy(walk: Walk, channel: number): void {
  switch (channel) {
    case Channel.FpsProxy:
      return payByFps(walk, false);
    case Channel.FpsAccount:
      return payByFps(walk, true);
    case Channel.CreditCard:
      return payByCreditCard(walk);
    case Channel.DebitCard:
      return payByDebitCard(walk);
    case Channel.StoredValue:
      return payFromPurse(walk);
    case Channel.ECny:
      return payInECny(walk);
    case Channel.Atm:
      return withdrawCash(walk);
    case Channel.Cheque:
      return writeCheque(walk);
    default:
      return sendAbroad(walk);
  }
}

function channelOf(walk: Walk): number {
  const { channels } = walk.habits;
  const u = walk.stream.next() >>> 16;
  const from = KINDS * walk.customer;
  let channel = 0;
  while (channel < KINDS - 1 && u >= (channels[from + channel] ?? 0)) channel += 1;
  return channel;
}
