import { parseDocument } from '../../assessment/document-check.js';

/** A column that a fraudster can change. */
export interface MutableColumn {
  name: string;
  /** Of a number: bounds, where only one way is open which, and the step that its values lie on, counted from zero. */
  least?: number;
  most?: number;
  direction?: 'up' | 'down' | 'both';
  step?: number;
  /** What it may be instead of its own value, in place of bounds: texts, or numbers. */
  choices?: string[];
  values?: number[];
  /** HKD for each unit of change, and for changing it at all. */
  costPerUnit?: number;
  costFixed?: number;
}

/** What a column may be instead of what it is; undefined for one that moves between bounds. */
export function alternatives({ choices, values }: MutableColumn): readonly (string | number)[] | undefined {
  return choices ?? values;
}

/** A column that follows from others, and how: names are of columns. */
export interface DerivedColumn {
  name: string;
  least?: number;
  most?: number;
  rule:
    | { kind: 'linear'; terms: { column: string; factor: number }[]; constant?: number }
    /** of / max(floor, to), at most cap */
    | { kind: 'ratio'; of: string; to: string; floor?: number; cap?: number }
    /** ln(of + plus) */
    | { kind: 'logarithm'; of: string; plus?: number }
    | { kind: 'sine' | 'cosine'; of: string; period: number }
    /** its own value times what `of` has grown by, at most cap */
    | { kind: 'proportional'; of: string; cap?: number };
}

/** A weighted sum of mutable columns that stays what it is in each row; one of them takes up what the others leave. */
export interface Equality {
  terms: { column: string; factor: number }[];
  solvedBy: string;
}

/** Who attacks, with how much, and what can be changed. */
export interface EvasionProfile {
  schema: 'sandbox-evasion/1';
  seed: number;
  /** HKD that a change of one row may cost at most. */
  budgetHkd: number;
  /** Rows that the model may be asked about for each row attacked. */
  queries: number;
  /** Rows attacked at most, drawn among those caught. */
  rows: number;
  /** The preset whose own constraints hold; left out: those declared here. */
  preset?: 'hk-retail-payments';
  /** The column that says what a fraud takes, HKD. */
  gain?: string;
  columns?: MutableColumn[];
  derived?: DerivedColumn[];
  equalities?: Equality[];
}

const name = { type: 'string', minLength: 1, maxLength: 200 } as const;
const amount = { type: 'number', minimum: 0, maximum: 1e12 } as const;
const number = { type: 'number' } as const;
const terms = {
  type: 'array',
  minItems: 1,
  maxItems: 1000,
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['column', 'factor'],
    properties: { column: name, factor: number },
  },
} as const;

const RULES = ['linear', 'ratio', 'logarithm', 'sine', 'cosine', 'proportional'] as const;

/** JSON Schema (2020-12) of a profile; {@link parseEvasion} checks what it says, and more. */
export const EVASION_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Evasion profile',
  type: 'object',
  additionalProperties: false,
  required: ['schema'],
  properties: {
    schema: { const: 'sandbox-evasion/1' },
    seed: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 1 },
    budgetHkd: { ...amount, default: 5000 },
    queries: { type: 'integer', minimum: 1, maximum: 100_000, default: 200 },
    rows: { type: 'integer', minimum: 1, maximum: 100_000, default: 200 },
    preset: { enum: ['hk-retail-payments'] },
    gain: name,
    columns: {
      type: 'array',
      minItems: 1,
      maxItems: 1000,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name'],
        properties: {
          name,
          least: number,
          most: number,
          direction: { enum: ['up', 'down', 'both'] },
          step: number,
          choices: { type: 'array', minItems: 1, maxItems: 1000, items: { type: 'string', maxLength: 500 } },
          values: { type: 'array', minItems: 1, maxItems: 1000, items: number },
          costPerUnit: amount,
          costFixed: amount,
        },
      },
    },
    derived: {
      type: 'array',
      maxItems: 1000,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'rule'],
        properties: {
          name,
          least: number,
          most: number,
          rule: {
            type: 'object',
            additionalProperties: false,
            required: ['kind'],
            properties: {
              kind: { enum: RULES },
              terms,
              constant: number,
              of: name,
              to: name,
              floor: number,
              cap: number,
              plus: number,
              period: number,
            },
          },
        },
      },
    },
    equalities: {
      type: 'array',
      maxItems: 100,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['terms', 'solvedBy'],
        properties: { terms, solvedBy: name },
      },
    },
  },
} as const;

/** What a rule must say, and may. */
const SAID: Readonly<Record<(typeof RULES)[number], readonly [must: string[], may: string[]]>> = {
  linear: [['terms'], ['constant']],
  ratio: [
    ['of', 'to'],
    ['floor', 'cap'],
  ],
  logarithm: [['of'], ['plus']],
  sine: [['of', 'period'], []],
  cosine: [['of', 'period'], []],
  proportional: [['of'], ['cap']],
};

/**
 * Reads a profile from YAML or JSON text, or from an object, and fills in the defaults.
 *
 * @throws InputError `BAD_EVASION`: one line with every problem and its place
 */
export function parseEvasion(source: unknown): EvasionProfile {
  return parseDocument<EvasionProfile>(
    source,
    EVASION_SCHEMA,
    { noun: 'evasion profile', code: 'BAD_EVASION' },
    check,
  );
}

function check(profile: EvasionProfile, problems: string[]): void {
  const { preset, gain, columns = [], derived = [], equalities = [] } = profile;
  const declared = [gain, profile.columns, profile.derived, profile.equalities].some(
    (part) => part !== undefined,
  );
  if (preset !== undefined && declared)
    problems.push('a preset brings its own columns: declare none beside it');
  if (preset === undefined && columns.length === 0) problems.push('columns, or a preset, must be given');
  const names = [...columns, ...derived].map((column) => column.name);
  const twice = names.find((each, at) => names.indexOf(each) !== at);
  if (twice !== undefined) problems.push(`the column ${twice} is declared twice`);
  columns.forEach((column, at) => {
    const place = `columns[${at}]`;
    if ((column.step ?? 1) <= 0) problems.push(`${place}.step must be above 0`);
    if ((column.least ?? -Infinity) > (column.most ?? Infinity))
      problems.push(`${place}.least is above its most`);
    const listed = alternatives(column) !== undefined;
    const numeric = ['least', 'most', 'direction', 'step'].filter((key) => key in column);
    if (column.choices !== undefined && column.values !== undefined)
      problems.push(`${place} has both choices and values`);
    if (listed && numeric.length > 0)
      problems.push(`${place} lists what it may be, and so has no ${numeric.join(', ')}`);
    const { direction = 'both' } = column;
    const open =
      (direction !== 'up' && column.least === undefined) ||
      (direction !== 'down' && column.most === undefined);
    if (!listed && open) problems.push(`${place} needs a bound on each side that it may go to`);
  });
  const mutable = new Set(
    columns.filter((column) => alternatives(column) === undefined).map((column) => column.name),
  );
  equalities.forEach(({ terms: own, solvedBy }, at) => {
    const solves = own.some(({ column, factor }) => column === solvedBy && factor !== 0);
    if (!solves || !mutable.has(solvedBy))
      problems.push(`equalities[${at}].solvedBy must be a mutable number among its terms`);
  });
  const solvers = equalities.map(({ solvedBy }) => solvedBy);
  equalities.forEach(({ terms: own, solvedBy }, at) => {
    const others = solvers.slice(at + 1);
    const earlier = equalities
      .slice(0, at)
      .some((one) => one.terms.some(({ column }) => column === solvedBy));
    if (others.includes(solvedBy) || earlier)
      problems.push(`equalities[${at}].solvedBy stands in another sum before it, which it would undo`);
    if (own.some(({ column }) => derived.some((each) => each.name === column)))
      problems.push(`equalities[${at}] has a derived column`);
  });
  derived.forEach(({ rule }, at) => {
    const [must, may] = SAID[rule.kind];
    const given = Object.keys(rule).filter((key) => key !== 'kind');
    for (const needed of must)
      if (!given.includes(needed)) problems.push(`derived[${at}].rule: ${rule.kind} needs ${needed}`);
    for (const key of given)
      if (!must.includes(key) && !may.includes(key))
        problems.push(`derived[${at}].rule: ${rule.kind} has no ${key}`);
  });
}
