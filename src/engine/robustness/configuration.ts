import { parseDocument } from '../assessment/document-check.js';
import { type Change, DEFAULT_SUITE, type Perturbation } from './perturbation.js';
import { type DeclaredColumn, KINDS, MEANINGS } from './traits.js';

/** What a robustness suite consists of and on how many rows it is measured. */
export interface RobustnessConfiguration {
  schema: 'sandbox-robustness/1';
  seed: number;
  /** Rows that perturbed scores are asked for at most: every positive as far as half of them, negatives for the rest. */
  rows: number;
  /** Whether months are measured and replayed, where there is a time column. */
  drift: boolean;
  columns: DeclaredColumn[];
  perturbations: Perturbation[];
}

const name = { type: 'string', minLength: 1, maxLength: 200 } as const;
const id = { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$' } as const;
const rate = { type: 'number', minimum: 0, maximum: 1 } as const;

const CHANGES = [
  'missing',
  'scale',
  'commaDropped',
  'commaCut',
  'dayMonthSwapped',
  'clockShifted',
  'relativeNoise',
  'jitter',
  'rounded',
  'previousRow',
  'lagged',
  'unseen',
] as const satisfies readonly Change['change'][];

/** The number that each change needs, by its name; a rate is 1 unless said. */
const NEEDED: Readonly<Record<Change['change'], readonly string[]>> = {
  missing: [],
  scale: ['factor'],
  commaDropped: ['decimals'],
  commaCut: [],
  dayMonthSwapped: [],
  clockShifted: ['hours'],
  relativeNoise: ['level'],
  jitter: ['level'],
  rounded: ['digits'],
  previousRow: [],
  lagged: ['days'],
  unseen: [],
};
const RATED: ReadonlySet<Change['change']> = new Set([
  'missing',
  'scale',
  'commaDropped',
  'commaCut',
  'unseen',
]);

/** JSON Schema (2020-12) of a configuration; {@link parseRobustness} checks what it says, and more. */
export const ROBUSTNESS_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Robustness suite',
  type: 'object',
  additionalProperties: false,
  required: ['schema'],
  properties: {
    schema: { const: 'sandbox-robustness/1' },
    seed: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 1 },
    rows: { type: 'integer', minimum: 100, maximum: 10_000_000, default: 20_000 },
    drift: { type: 'boolean', default: true },
    /** Of the default suite, only these; left out: all of it. */
    only: { type: 'array', maxItems: 200, items: id },
    columns: {
      type: 'array',
      maxItems: 10_000,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name'],
        properties: {
          name,
          meaning: { enum: MEANINGS },
          source: name,
          ofThisEvent: { type: 'boolean' },
        },
      },
    },
    /** Beside the default suite. */
    perturbations: {
      type: 'array',
      maxItems: 200,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['id', 'imitates', 'apply', 'change'],
        properties: {
          id,
          imitates: { type: 'string', minLength: 1, maxLength: 500 },
          apply: { enum: ['each', 'together', 'bySource'] },
          columns: {
            type: 'object',
            additionalProperties: false,
            properties: {
              kinds: { type: 'array', minItems: 1, items: { enum: KINDS } },
              meanings: { type: 'array', minItems: 1, items: { enum: MEANINGS } },
              names: { type: 'array', minItems: 1, maxItems: 10_000, items: name },
              history: { type: 'boolean' },
            },
          },
          change: {
            type: 'object',
            additionalProperties: false,
            required: ['change'],
            properties: {
              change: { enum: CHANGES },
              rate,
              factor: { type: 'number' },
              decimals: { type: 'integer', minimum: 0, maximum: 15 },
              hours: { type: 'integer', minimum: -23, maximum: 23 },
              level: { type: 'number', minimum: 0, maximum: 1000 },
              digits: { type: 'integer', minimum: 1, maximum: 15 },
              days: { type: 'integer', minimum: 1, maximum: 3650 },
            },
          },
        },
      },
    },
  },
} as const;

interface Written {
  schema: 'sandbox-robustness/1';
  seed: number;
  rows: number;
  drift: boolean;
  only?: string[];
  columns?: DeclaredColumn[];
  perturbations?: (Omit<Perturbation, 'columns'> & { columns?: Perturbation['columns'] })[];
}

/**
 * Reads a configuration from YAML or JSON text, or from an object, and fills in the defaults: the default suite, the
 * perturbations of its own after it.
 *
 * @throws InputError `BAD_ROBUSTNESS`: one line with every problem and its place
 */
export function parseRobustness(source: unknown): RobustnessConfiguration {
  const {
    only,
    perturbations = [],
    columns = [],
    ...rest
  } = parseDocument<Written>(
    source,
    ROBUSTNESS_SCHEMA,
    { noun: 'robustness suite', code: 'BAD_ROBUSTNESS' },
    check,
  );
  return {
    ...rest,
    columns,
    perturbations: [
      ...DEFAULT_SUITE.filter((known) => only?.includes(known.id) ?? true),
      ...perturbations.map((own) => ({
        ...own,
        columns: own.columns ?? {},
        change: (RATED.has(own.change.change) ? { rate: 1, ...own.change } : own.change) as Change,
      })),
    ],
  };
}

function check({ only = [], perturbations = [] }: Written, problems: string[]): void {
  const known = new Set(DEFAULT_SUITE.map((perturbation) => perturbation.id));
  for (const wanted of only)
    if (!known.has(wanted)) problems.push(`only: there is no perturbation ${wanted} in the default suite`);
  perturbations.forEach((own, at) => {
    const place = `perturbations[${at}]`;
    if (known.has(own.id)) problems.push(`${place}.id ${own.id} is taken`);
    known.add(own.id);
    const given = Object.keys(own.change).filter((key) => key !== 'change');
    const allowed = [...NEEDED[own.change.change], ...(RATED.has(own.change.change) ? ['rate'] : [])];
    for (const needed of NEEDED[own.change.change])
      if (!given.includes(needed)) problems.push(`${place}.change needs ${needed}`);
    for (const key of given)
      if (!allowed.includes(key)) problems.push(`${place}.change: ${own.change.change} has no ${key}`);
  });
}
