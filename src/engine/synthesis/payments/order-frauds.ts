import { deriveKey, Stream } from '../random.js';
import { type Cases } from './cases.js';
import { type Recalls } from './controls.js';
import { draftOf } from './events.js';
import { NEVER, type Frauds } from './frauds.js';
import { type Book } from './typologies/book.js';
import { TYPOLOGIES } from './typologies/index.js';

/** Puts what was written in the order of scripts into the order of time, and gives cases numbers that tell nothing. */
export function inOrder(
  key: Uint8Array,
  book: Book,
  cases: Cases,
  reportedAt: Int32Array,
  alertedFrom: ReadonlyMap<number, number>,
  recalls: Recalls,
  labelWrong: number,
): Frauds {
  const { rows } = book;
  const order = byTime(book.draft.time, rows);
  const place = new Int32Array(rows);
  const draft = draftOf(rows);
  const typology = new Uint8Array(rows);
  const role = new Uint8Array(rows);
  const episode = new Int32Array(rows);
  const reported = new Int32Array(rows);
  let known = 0;
  for (let to = 0; to < rows; to += 1) {
    const from = order[to] ?? 0;
    place[from] = to;
    draft.customer[to] = book.draft.customer[from] ?? 0;
    draft.time[to] = book.draft.time[from] ?? 0;
    draft.channel[to] = book.draft.channel[from] ?? 0;
    draft.category[to] = book.draft.category[from] ?? 0;
    draft.payee[to] = book.draft.payee[from] ?? 0;
    draft.amount[to] = book.draft.amount[from] ?? 0;
    draft.device[to] = book.draft.device[from] ?? 0;
    draft.flags[to] = book.draft.flags[from] ?? 0;
    draft.intent[to] = book.draft.intent[from] ?? 0;
    draft.origin[to] = to;
    const index = book.episode[from] ?? 0;
    typology[to] = cases.typology[index] ?? 0;
    role[to] = book.role[from] ?? 0;
    episode[to] = index;
    reported[to] = reportedAt[index] ?? NEVER;
    if (reported[to] !== NEVER) known += 1;
  }
  const wrong = Math.round((known * labelWrong) / (1 - labelWrong));
  const numbers = shuffled(new Stream(deriveKey(key, 'numbers')), cases.count + wrong);
  return {
    draft,
    typology,
    role,
    episode,
    reportedAt: reported,
    episodes: {
      count: cases.count,
      number: numbers.subarray(0, cases.count),
      typology: cases.typology.slice(0, cases.count),
      victim: cases.victim.slice(0, cases.count),
      onset: cases.onset.slice(0, cases.count),
      reportedAt: reportedAt.slice(0, cases.count),
      payments: Int32Array.from(
        { length: cases.count },
        (_, index) => (cases.firstRow[index + 1] ?? 0) - (cases.firstRow[index] ?? 0),
      ),
      complete: cases.complete.slice(0, cases.count),
      message: seeds(key, cases),
    },
    falseReports: numbers.subarray(cases.count),
    controls: controlsOf(book),
    inflows: inflowsOf(book),
    alerted: alertedOf(alertedFrom),
    recalls: recallsOf(recalls, place),
  };
}

/** Places by time, equal times by place. */
function byTime(time: ArrayLike<number>, count: number): Uint32Array {
  const keys = new Float64Array(count);
  for (let row = 0; row < count; row += 1) keys[row] = (time[row] ?? 0) * 0x800_0000 + row;
  keys.sort();
  const order = new Uint32Array(count);
  for (let to = 0; to < count; to += 1) order[to] = (keys[to] ?? 0) % 0x800_0000;
  return order;
}

function shuffled(stream: Stream, count: number): Int32Array {
  const numbers = new Int32Array(count);
  for (let k = 0; k < count; k += 1) {
    const other = stream.below(k + 1);
    numbers[k] = numbers[other] ?? 0;
    numbers[other] = k;
  }
  return numbers;
}

/** Nonzero seeds of the words with which cases begin; 0 where words play no part. */
function seeds(key: Uint8Array, cases: Cases): Uint32Array {
  const stream = new Stream(deriveKey(key, 'words'));
  const message = new Uint32Array(cases.count);
  for (let index = 0; index < cases.count; index += 1) {
    const drawn = stream.next() | 1;
    if (TYPOLOGIES[cases.typology[index] ?? 0]?.words !== undefined) message[index] = drawn;
  }
  return message;
}

function controlsOf(book: Book): Frauds['controls'] {
  const count = book.controls;
  const order = byTime(book.controlTime, count);
  const taken = <T extends Int32Array | Uint8Array>(column: T, room: T): T => {
    for (let to = 0; to < count; to += 1) room[to] = column[order[to] ?? 0] ?? 0;
    return room;
  };
  return {
    count,
    time: taken(book.controlTime, new Int32Array(count)),
    customer: taken(book.controlCustomer, new Int32Array(count)),
    payee: taken(book.controlPayee, new Int32Array(count)),
    amount: taken(book.controlAmount, new Int32Array(count)),
    kind: taken(book.controlKind, new Uint8Array(count)),
    outcome: taken(book.controlOutcome, new Uint8Array(count)),
  };
}

function inflowsOf(book: Book): Frauds['inflows'] {
  const count = book.inflows;
  const order = byTime(book.inflowTime, count);
  const into = {
    customer: new Int32Array(count),
    time: new Int32Array(count),
    kind: new Uint8Array(count),
    amount: new Float64Array(count),
    episode: new Int32Array(count),
  };
  for (let to = 0; to < count; to += 1) {
    const from = order[to] ?? 0;
    into.customer[to] = book.inflowCustomer[from] ?? 0;
    into.time[to] = book.inflowTime[from] ?? 0;
    into.kind[to] = book.inflowKind[from] ?? 0;
    into.amount[to] = book.inflowAmount[from] ?? 0;
    into.episode[to] = book.inflowEpisode[from] ?? 0;
  }
  return into;
}

function alertedOf(from: ReadonlyMap<number, number>): Frauds['alerted'] {
  const payees = Int32Array.from(from.keys());
  const seconds = Int32Array.from(from.values());
  const order = byTime(seconds, seconds.length);
  return {
    payee: Int32Array.from(order, (at) => payees[at] ?? 0),
    from: Int32Array.from(order, (at) => seconds[at] ?? 0),
  };
}

function recallsOf(recalls: Recalls, place: Int32Array): Frauds['recalls'] {
  const order = byTime(recalls.time, recalls.time.length);
  return {
    origin: Int32Array.from(order, (at) => place[recalls.row[at] ?? 0] ?? 0),
    time: Int32Array.from(order, (at) => recalls.time[at] ?? 0),
    share: Float32Array.from(order, (at) => recalls.share[at] ?? 0),
  };
}
