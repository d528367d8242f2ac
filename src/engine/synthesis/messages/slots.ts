import { DAY, monthOf, monthStart } from '../calendar.js';
import type { Stream } from '../random.js';
import type { Written } from './kinds.js';
import { ORGANISATIONS, THINGS } from './organisations.js';
import { CHINESE_PEOPLE, drawResident, NICKNAMES, PEOPLE, SURNAMES_OF } from './people.js';

/** What a message must agree with: the payment it leads to, or the honest event it reports. */
export interface MessageFacts {
  amountCents: number;
  /** Seconds since 1 January of the reference year by the Hong Kong clock; years are taken as 365 days. */
  time: number;
  /** Name of the account paid, in one form or in all three. */
  payee: string | Written;
  /** The person addressed; drawn when absent. */
  victimName?: string | Written;
  /** How far a scam has gone by now (1 opening, 2 pressure, 3 demand); to its demand when absent. */
  level?: 1 | 2 | 3;
}

type Column = readonly (readonly string[])[];

/** How a slot becomes text: by table, by number drawn, or by the facts. */
type Form =
  | 'TABLE'
  | 'VICTIM'
  | 'AMOUNT'
  | 'MONEY'
  | 'GAIN'
  | 'PROFIT'
  | 'SMALL'
  | 'TOTAL'
  | 'HEADS'
  | 'PAYEE'
  | 'DATE'
  | 'TOMORROW'
  | 'DEADLINE'
  | 'MONTH'
  | 'TIME'
  | 'CUTOFF'
  | 'APPOINTMENT'
  | 'PERCENT'
  | 'HOURS'
  | 'DIGITS'
  | 'PHONE'
  | 'LINK'
  | 'TOKEN';

export interface Slot {
  form: Form;
  /** Index into the draws of a message; −1 for what the facts alone decide. Slots of one source agree. */
  source: number;
  column?: Column;
  digits?: number;
}

/** How many values a source has. */
const ranges: number[] = [];
const slots = new Map<string, Slot>();

function addSource(range: number): number {
  return ranges.push(range) - 1;
}

for (const [name, organisations] of Object.entries(ORGANISATIONS)) {
  const source = addSource(organisations.length);
  const column = (write: (one: (typeof organisations)[number], language: 0 | 1 | 2) => string): Column =>
    ([0, 1, 2] as const).map((language) => organisations.map((one) => write(one, language)));
  slots.set(name, { form: 'TABLE', source, column: column((one, language) => one.name[language]) });
  slots.set(`${name}Id`, { form: 'TABLE', source, column: column((one) => one.id) });
  slots.set(`${name}Site`, {
    form: 'TABLE',
    source,
    column: column((one) => `${one.id.toLowerCase()}.example`),
  });
  slots.set(`${name}Spoof`, {
    form: 'TABLE',
    source,
    column: column((one) => `${one.id.toLowerCase()}-hk.example`),
  });
}
for (const [name, things] of Object.entries(THINGS)) {
  const column = ([0, 1, 2] as const).map((language) => things.map((one: Written) => one[language]));
  slots.set(name, { form: 'TABLE', source: addSource(things.length), column });
}
slots.set('nick', {
  form: 'TABLE',
  source: addSource(NICKNAMES.length),
  column: [NICKNAMES, NICKNAMES, NICKNAMES],
});

const CHINESE_PERSON = addSource(CHINESE_PEOPLE);
slots.set('person', { form: 'TABLE', source: CHINESE_PERSON, column: PEOPLE });
slots.set('surname', { form: 'TABLE', source: CHINESE_PERSON, column: SURNAMES_OF });

const VICTIM = addSource(0);
slots.set('victim', { form: 'VICTIM', source: VICTIM, column: PEOPLE });

for (const form of [
  'AMOUNT',
  'MONEY',
  'PAYEE',
  'DATE',
  'TOMORROW',
  'DEADLINE',
  'MONTH',
  'TIME',
  'CUTOFF',
] as const) {
  slots.set(form.toLowerCase(), { form, source: -1 });
}
slots.set('gain', { form: 'GAIN', source: addSource(1000) });
slots.set('profit', { form: 'PROFIT', source: addSource(6) });
slots.set('appointment', { form: 'APPOINTMENT', source: addSource(6) });
slots.set('small', { form: 'SMALL', source: addSource(50) });
const HEADS = addSource(5);
slots.set('heads', { form: 'HEADS', source: HEADS });
slots.set('total', { form: 'TOTAL', source: HEADS });
slots.set('percent', { form: 'PERCENT', source: addSource(30) });
slots.set('hours', { form: 'HOURS', source: addSource(4) });
slots.set('last4', { form: 'DIGITS', source: addSource(10_000), digits: 4 });
slots.set('code', { form: 'DIGITS', source: addSource(1_000_000), digits: 6 });
slots.set('ref', { form: 'DIGITS', source: addSource(100_000_000), digits: 8 });
// Eight digits beginning with 0 or 1 look like a number of Hong Kong and can be dialled by nobody.
slots.set('phone', { form: 'PHONE', source: addSource(20_000_000) });
slots.set('link', { form: 'LINK', source: addSource(2 ** 31) });
slots.set('token', { form: 'TOKEN', source: addSource(2 ** 31) });

export const SLOTS: ReadonlyMap<string, Slot> = slots;
export const SOURCE_COUNT = ranges.length;

/** Draws one value of a source into `draws`. */
export function drawSource(stream: Stream, source: number, draws: Float64Array): void {
  draws[source] = source === VICTIM ? drawResident(stream) : stream.below(ranges[source] ?? 1);
}

const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const MONTH_NAMES: readonly string[] = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
/** Half hours at which offices see people. */
const APPOINTMENTS: readonly string[] = ['09:30', '10:00', '11:30', '14:30', '15:00', '16:30'];
const HOURS: readonly number[] = [2, 12, 24, 48];

function token(drawn: number, length: number): string {
  let text = '';
  for (let i = 0, rest = drawn; i < length; i += 1) {
    text += ALPHABET[rest % 32] ?? '';
    rest = Math.floor(rest / 32);
  }
  return text;
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

function grouped(dollars: number): string {
  if (dollars < 1000) return String(dollars);
  return `${grouped(Math.floor(dollars / 1000))},${padded(dollars % 1000, 3)}`;
}

/** Cents as institutions print them: 港幣1,234.50元, 港币1,234.50元, HK$1,234.50. */
export function formalAmount(cents: number, language: number): string {
  const figure = `${grouped(Math.floor(cents / 100))}.${padded(cents % 100, 2)}`;
  if (language === 2) return `HK$${figure}`;
  return language === 0 ? `港幣${figure}元` : `港币${figure}元`;
}

/** Cents as people write them to each other: 1,234蚊 or $1,234.50; 1234港币; $1,234. */
export function casualAmount(cents: number, language: number): string {
  const dollars = Math.floor(cents / 100);
  const rest = cents % 100;
  if (language === 1) return rest === 0 ? `${dollars}港币` : `${dollars}.${padded(rest, 2)}港币`;
  if (rest !== 0) return `$${grouped(dollars)}.${padded(rest, 2)}`;
  return language === 0 ? `${grouped(dollars)}蚊` : `$${grouped(dollars)}`;
}

/** 3月15日, 15 March. */
export function dateText(dayNumber: number, language: number): string {
  const day = ((dayNumber % 365) + 365) % 365;
  const month = monthOf(day);
  const date = day - monthStart(month) + 1;
  return language === 2 ? `${date} ${MONTH_NAMES[month - 1]}` : `${month}月${date}日`;
}

/** The text of one slot. `draws` holds the value of every source of the scenario, by source. */
export function slotText(slot: Slot, language: number, draws: Float64Array, facts: MessageFacts): string {
  const drawn = slot.source < 0 ? 0 : (draws[slot.source] ?? 0);
  const day = Math.floor(facts.time / DAY);
  switch (slot.form) {
    case 'TABLE':
      return slot.column?.[language]?.[drawn] ?? '';
    case 'VICTIM':
      return facts.victimName === undefined
        ? (slot.column?.[language]?.[drawn] ?? '')
        : written(facts.victimName, language);
    case 'PAYEE':
      return written(facts.payee, language);
    case 'AMOUNT':
      return formalAmount(facts.amountCents, language);
    case 'MONEY':
      return casualAmount(facts.amountCents, language);
    case 'GAIN': // what the victim is told that the money has become: 1.2 to 2.8 times, in whole dollars
      return casualAmount(
        Math.floor(((facts.amountCents / 100) * (1200 + drawn * 1.6)) / 1000 + 1) * 100,
        language,
      );
    case 'PROFIT': // a balance of which the payment is the fee or the tax: 4 to 9 times
      return casualAmount(Math.floor(facts.amountCents / 100 + 1) * 100 * (drawn + 4), language);
    case 'SMALL':
      return casualAmount((60 + drawn * 10) * 100, language);
    case 'TOTAL':
      return casualAmount(facts.amountCents * (drawn + 2), language);
    case 'HEADS':
      return String(drawn + 2);
    case 'DATE':
      return dateText(day, language);
    case 'TOMORROW':
      return dateText(day + 1, language);
    case 'DEADLINE':
      return dateText(day + 3, language);
    case 'MONTH': {
      const month = monthOf(((day % 365) + 365) % 365);
      return language === 2 ? (MONTH_NAMES[month - 1] ?? '') : `${month}月`;
    }
    case 'TIME': {
      const second = facts.time - day * DAY;
      return `${padded(Math.floor(second / 3600), 2)}:${padded(Math.floor((second % 3600) / 60), 2)}`;
    }
    case 'CUTOFF': // the full hour that lies one to two hours after the payment
      return `${padded((Math.floor((facts.time - day * DAY) / 3600) + 2) % 24, 2)}:00`;
    case 'APPOINTMENT':
      return APPOINTMENTS[drawn] ?? '';
    case 'PERCENT':
      return `${drawn + 8}%`;
    case 'HOURS':
      return String(HOURS[drawn]);
    case 'DIGITS':
      return padded(drawn, slot.digits ?? 0);
    case 'PHONE': {
      const digits = padded(drawn, 8);
      return `${digits.slice(0, 4)} ${digits.slice(4)}`;
    }
    case 'LINK':
      return `https://${token(drawn, 4)}.example/${token(Math.imul(drawn, 0x9e3779b1) >>> 0, 5)}`;
    case 'TOKEN':
      return token(drawn, 6);
  }
}

function written(name: string | Written, language: number): string {
  return typeof name === 'string' ? name : (name[language] ?? name[2]);
}
