import { type FeatureColumn, type FeatureTable, isTextColumn } from '../tables/index.js';

/** What a column's values look like. `date` is text that reads as one. */
export const KINDS = ['binary', 'count', 'number', 'text', 'date'] as const;
export type ColumnKind = (typeof KINDS)[number];

/** What a column stands for, where that decides which slips can befall it. */
export const MEANINGS = ['money', 'hourOfDay', 'weekday'] as const;
export type ColumnMeaning = (typeof MEANINGS)[number];

/** What is said of a column, by a catalogue or by whoever configures the suite. */
export interface DeclaredColumn {
  name: string;
  meaning?: ColumnMeaning;
  /** The system its value comes from: columns of one system are lost together. */
  source?: string;
  /** Whether it tells of this event alone, and so cannot be stale. */
  ofThisEvent?: boolean;
}

export interface ColumnTraits extends DeclaredColumn {
  kind: ColumnKind;
  /** Where its meaning comes from: said, or read from its name. */
  meaningFrom?: 'declared' | 'name';
}

const MONEY = /(^|[^a-z])(amount|amt|balance|income|salary|price|fee|turnover|principal)([^a-z]|$)/;
const HOUR = /^(tx|event|transaction)?_?hour(_?of_?day)?$/;
const WEEKDAY = /^(tx|event|transaction)?_?(weekday|day_?of_?week)$/;
/** Ratios and deviations of money are none. */
const RELATIVE = /(^|[^a-z])(ratio|share|rate|deviation|to|pct|percent|log)([^a-z]|$)/;

const ISO_DATE = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z?)?$/;
const SLASH_DATE = /^\d{2}\/\d{2}\/\d{4}$/;

/** Values looked at to tell what a column holds; most columns tell by the first few. */
const MOST_LOOKED_AT = 20_000;

/**
 * What each column holds, by its values, and what it stands for: as declared, or else by a word of its name (amount,
 * balance, income…, hour, weekday), which the result says so that a wrong guess can be seen and overruled.
 */
export function columnTraits(table: FeatureTable, declared: readonly DeclaredColumn[] = []): ColumnTraits[] {
  const known = new Map(declared.map((column) => [column.name, column]));
  return table.names.map((name, at) => {
    const said = known.get(name) ?? { name };
    const kind = kindOf(table.columns[at] as FeatureColumn);
    const number = kind === 'number' || kind === 'count';
    if (said.meaning !== undefined) return { ...said, kind, meaningFrom: 'declared' };
    const guess = known.has(name) || !number ? undefined : meaningOf(name);
    return { ...said, kind, ...(guess !== undefined && { meaning: guess, meaningFrom: 'name' }) };
  });
}

function meaningOf(name: string): ColumnMeaning | undefined {
  // Words of a name: amount24h, TX_AMOUNT and txAmount alike.
  const words = name
    .replace(/([a-z])([A-Z0-9])/g, '$1_$2')
    .replace(/([0-9])([a-zA-Z])/g, '$1_$2')
    .toLowerCase();
  if (HOUR.test(words)) return 'hourOfDay';
  if (WEEKDAY.test(words)) return 'weekday';
  return MONEY.test(words) && !RELATIVE.test(words) ? 'money' : undefined;
}

function kindOf(column: FeatureColumn): ColumnKind {
  const step = Math.max(1, Math.floor(column.length / MOST_LOOKED_AT));
  if (isTextColumn(column)) {
    let [dates, values] = [0, 0];
    for (let row = 0; row < column.length; row += step) {
      const value = column[row];
      if (value == null || value === '') continue;
      values += 1;
      if (ISO_DATE.test(value) || SLASH_DATE.test(value)) dates += 1;
    }
    return values > 0 && dates >= 0.95 * values ? 'date' : 'text';
  }
  let [whole, binary, seen] = [true, true, false];
  for (let row = 0; row < column.length; row += step) {
    const value = Number(column[row]);
    if (!Number.isFinite(value)) continue;
    seen = true;
    if (value !== 0 && value !== 1) binary = false;
    if (!Number.isInteger(value)) whole = false;
    if (!whole) break;
  }
  if (!seen || !whole) return 'number';
  return binary ? 'binary' : 'count';
}
