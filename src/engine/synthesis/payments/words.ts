import { DAY, NAIVE_EPOCH, type Period } from '../calendar.js';
import { compose, lookAlike, MEDIA, PEOPLE, type MessageFacts, type ScamKind } from '../messages/index.js';
import { type ParquetValues } from '../output/parquet.js';
import { type Population } from '../population/population.js';
import { deriveKey, Stream } from '../random.js';
import { typed } from './behaviour/amounts.js';
import { type Frauds } from './frauds.js';
import { TYPOLOGIES } from './typologies/index.js';

/** Most cases of a split whose words are written; of more, every n-th. */
const MOST_CASES = 100_000;
/** Messages of one block: texts are long, and a block of them is held at once. */
const BLOCK = 16_384;
/** A null of an `int32` column. */
const NULL = -2_147_483_648;
/** Mean days from the words to the first payment: some pay at once, some are worked on for days (a convention). */
const FROM_WORDS = 0.6;

export interface MessageBlock {
  readonly rows: number;
  /** message_id, episode, sent_at, medium, sender, language, text, fraud: the columns of table `messages` */
  readonly values: readonly ParquetValues[];
}

/**
 * The words with which cases begin, in the victim's language, and as many honest messages that resemble them, to
 * other people: in time order, a block at a time. What a message says of the payment is true of the first payment of
 * its case.
 */
export function* messageBlocks(
  frauds: Frauds,
  population: Population,
  key: Uint8Array,
  within: Period,
): Generator<MessageBlock, void, undefined> {
  const { episodes, draft } = frauds;
  const { language } = population.people;
  const cases = chosen(frauds);
  const first = new Int32Array(episodes.count).fill(-1);
  for (let row = draft.rows - 1; row >= 0; row -= 1) first[frauds.episode[row] ?? 0] = row;
  const stream = new Stream(deriveKey(key, 'messages'));
  const count = cases.length;
  // Message m < count is the words of case m; count + m is the honest message beside it.
  const times = new Float64Array(2 * count);
  const amounts = new Int32Array(2 * count);
  const recipients = new Int32Array(2 * count);
  for (let m = 0; m < count; m += 1) {
    const index = cases[m] ?? 0;
    const row = first[index] ?? 0;
    const amount = Math.max(100, draft.amount[row] ?? 0);
    stream.rekey(index, 1);
    recipients[m] = episodes.victim[index] ?? 0;
    amounts[m] = amount;
    times[m] = Math.max(
      within.start,
      (draft.time[row] ?? 0) - 120 - Math.floor(stream.exponential(FROM_WORDS * DAY)),
    );
    recipients[count + m] = stream.below(population.customers);
    amounts[count + m] = typed(
      stream,
      Math.round(Math.max(100, Math.min(5_000_000, amount * stream.lognormal(0.5, 0.8)))),
    );
    const beside = (times[m] ?? 0) + Math.floor(stream.between(-10, 10) * DAY);
    times[count + m] = Math.max(within.start, Math.min(within.end - 1, beside));
  }
  const order = new Float64Array(2 * count);
  for (let m = 0; m < 2 * count; m += 1) order[m] = (times[m] ?? 0) * 0x80_0000 + m;
  order.sort();
  for (let from = 0; from < 2 * count; from += BLOCK) {
    const rows = Math.min(BLOCK, 2 * count - from);
    const id = new Int32Array(rows);
    const episode = new Int32Array(rows);
    const sent = new Float64Array(rows);
    const medium = new Uint8Array(rows);
    const tongue = new Uint8Array(rows);
    const fraud = new Uint8Array(rows);
    const sender: string[] = [];
    const text: string[] = [];
    for (let at = 0; at < rows; at += 1) {
      const m = (order[from + at] ?? 0) % 0x80_0000;
      const index = cases[m % count] ?? 0;
      const recipient = recipients[m] ?? 0;
      const kind = kindOf(episodes.typology[index] ?? 0);
      stream.rekey(episodes.message[index] ?? 0, m < count ? 2 : 3);
      const payee = stream.below(PEOPLE[0].length);
      const facts: MessageFacts = {
        amountCents: amounts[m] ?? 0,
        time: times[m] ?? 0,
        payee: [PEOPLE[0][payee] ?? '', PEOPLE[1][payee] ?? '', PEOPLE[2][payee] ?? ''],
      };
      const spoken = language[recipient] ?? 0;
      const message =
        m < count ? compose(stream, kind, spoken, facts) : lookAlike(stream, kind, spoken, facts);
      id[at] = from + at;
      episode[at] = m < count ? (episodes.number[index] ?? 0) : NULL;
      sent[at] = NAIVE_EPOCH + (times[m] ?? 0);
      medium[at] = MEDIA.indexOf(message.medium);
      tongue[at] = spoken;
      fraud[at] = m < count ? 1 : 0;
      sender.push(message.sender);
      text.push(message.text);
    }
    yield { rows, values: [id, episode, sent, medium, sender, tongue, text, fraud] };
  }
}

/** Cases that begin with words, or every n-th of them. */
function chosen({ episodes }: Frauds): Int32Array {
  let spoken = 0;
  for (let index = 0; index < episodes.count; index += 1) if (episodes.message[index] !== 0) spoken += 1;
  const cases = new Int32Array(Math.min(spoken, MOST_CASES));
  let seen = 0;
  let taken = 0;
  for (let index = 0; index < episodes.count && taken < cases.length; index += 1) {
    if (episodes.message[index] === 0) continue;
    if (seen >= Math.floor((taken * spoken) / cases.length)) {
      cases[taken] = index;
      taken += 1;
    }
    seen += 1;
  }
  return cases;
}

function kindOf(typology: number): ScamKind {
  const kind = TYPOLOGIES[typology]?.words;
  if (kind === undefined) throw new RangeError(`typology ${typology} begins without words`);
  return kind;
}
