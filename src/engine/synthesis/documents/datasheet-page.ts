import { REFERENCE_YEAR } from '../calendar.js';
import { SPLITS, type TableSpec } from '../preset.js';
import {
  isRealistic,
  isWithin,
  MOTIVATION,
  overall,
  picturePath,
  TOLERANCE,
  USES,
  type VersionFacts,
} from './datasheet.js';
import { FEWEST_POSITIVES, FEWEST_ROWS, type JudgedGate } from './judgement.js';
import { type Block } from './page.js';
import { percent, plainNumber } from './wording.js';

const OUTCOMES: Readonly<Record<JudgedGate['outcome'], string>> = {
  PASSED: 'passed',
  FAILED: 'FAILED',
  NOT_JUDGED: 'not judged',
};

/** The datasheet as one reads it: what it is and whether to trust it first, every column last. */
export function datasheetPage(facts: VersionFacts, drawings: ReadonlyMap<string, string>): Block[] {
  return [
    ...opening(facts),
    ...trust(facts),
    ...pictures(facts, drawings),
    ...making(facts),
    ...tables(facts),
  ];
}

function opening({ preset, rows, positives, gates, told, generatorVersion }: VersionFacts): Block[] {
  const misses = told.calibration.filter((figure) => isWithin(figure) === false);
  const known = told.calibration.filter((figure) => isWithin(figure) !== null);
  const few = told.calibration.length - known.length;
  const claimed = told.realism.filter((figure) => isRealistic(figure) !== null);
  const outside = told.realism.filter((figure) => isRealistic(figure) === false);
  return [
    heading(1, preset.title),
    paragraph(`${preset.name}, generator ${generatorVersion}. ${preset.description}`),
    paragraph(
      `${MOTIVATION} Reference year ${REFERENCE_YEAR}; times are Hong Kong time (UTC+8) without a zone.`,
    ),
    {
      kind: 'table',
      head: ['split', `${preset.row}s`, 'positive', 'prevalence'],
      numeric: [1, 2, 3],
      rows: Object.entries(rows).map(([split, count]) => {
        const hits = positives[split as keyof typeof positives] ?? 0;
        return [split, plainNumber(count), plainNumber(hits), count === 0 ? '' : percent(hits / count)];
      }),
    },
    {
      kind: 'list',
      items: [
        `Leak audit: ${OUTCOMES[overall(gates)]}${overall(gates) === 'FAILED' ? '. This version was kept on demand, for study: do not compare models on it.' : ''}`,
        `Calibration: ${known.length - misses.length} of ${known.length} cited figures met${missed(misses.map(({ figure }) => figure))}${few === 0 ? '' : `; ${few} more need more rows`}`,
        `Realism: ${claimed.length - outside.length} of ${claimed.length} figures in the range of real data${missed(outside.map(({ figure }) => figure))}`,
      ],
    },
    heading(2, 'Composition'),
    {
      kind: 'list',
      items: Object.entries(told.composition).map(([name, value]) => `${words(name)}: ${say(value)}`),
    },
    heading(3, 'What the positive rows are'),
    {
      kind: 'table',
      head: ['typology', 'what happens', ...written(rows)],
      numeric: written(rows).map((_, place) => place + 2),
      rows: told.typologies.map(({ title, description, rows: counts }) => [
        title,
        description,
        ...written(rows).map((split) => plainNumber(counts[split] ?? 0)),
      ]),
    },
    heading(2, 'Uses and known limits'),
    paragraph(USES),
    { kind: 'list', items: told.knownLimits },
  ];
}

function trust({ gates, told }: VersionFacts): Block[] {
  return [
    heading(2, 'Calibration'),
    paragraph(
      'Means, shares and ratios are matched, not totals. Each figure stands beside its source and what this version reached.',
    ),
    {
      kind: 'table',
      head: ['figure', 'target', 'reached', 'off by', 'allowed', 'unit', '', 'source'],
      numeric: [1, 2, 3, 4],
      rows: told.calibration.map((figure) => {
        const { target, reached } = figure;
        return [
          figure.figure,
          plainNumber(target),
          reached === null ? 'too few' : plainNumber(reached),
          reached === null || target === 0 ? '' : percent(Number((reached / target - 1).toFixed(3))),
          percent(figure.tolerance ?? TOLERANCE),
          figure.unit,
          verdict(isWithin(figure), 'met', 'missed'),
          figure.source,
        ];
      }),
    },
    heading(2, 'Realism'),
    {
      kind: 'table',
      head: ['figure', 'reached', 'real data', '', 'definition', 'source'],
      numeric: [1, 2],
      rows: told.realism.map((figure) => [
        figure.figure,
        figure.reached === null ? 'too few' : plainNumber(figure.reached),
        figure.range === null ? '' : `${plainNumber(figure.range[0])} to ${plainNumber(figure.range[1])}`,
        verdict(isRealistic(figure), 'inside', 'outside'),
        figure.definition,
        figure.source,
      ]),
    },
    heading(2, 'Leak audit'),
    paragraph(
      `What would make the data too easy, too hard, or give its labels away; every number is in leak-audit.json. A split with fewer than ${plainNumber(FEWEST_ROWS)} rows or ${FEWEST_POSITIVES} positives is not judged.`,
    ),
    {
      kind: 'table',
      head: ['split', 'gate', 'reached', 'limit', ''],
      numeric: [2, 3],
      rows: gates.map((gate) => [
        gate.split,
        gate.name,
        say(gate.reached),
        say(gate.limit),
        OUTCOMES[gate.outcome],
      ]),
    },
  ];
}

function pictures({ told }: VersionFacts, drawings: ReadonlyMap<string, string>): Block[] {
  if (told.pictures.length === 0) return [];
  return [
    heading(2, 'Pictures'),
    ...told.pictures.map(({ name, title }): Block => {
      return { kind: 'picture', title, path: picturePath(name), svg: drawings.get(name) ?? '' };
    }),
  ];
}

function making({ preset, parameters, rowsAsked, seed, rows }: VersionFacts): Block[] {
  const changed = preset.parameters.filter((spec) => parameters[spec.name] !== spec.default);
  const set = changed.map(({ name }) => ` --set ${name}=${parameters[name] ?? ''}`).join('');
  const splits = written(rows);
  const which = splits.join(',') === 'development,evaluation' ? '' : ` --splits ${splits.join(',')}`;
  const draws =
    seed === undefined
      ? `--split-key ${splits.map((split) => `${split}=…`).join(',')}`
      : `--seed ${quoted(seed)}`;
  return [
    heading(2, 'Parameters'),
    {
      kind: 'table',
      head: ['parameter', 'value', 'default', 'meaning'],
      numeric: [1, 2],
      rows: preset.parameters.map((spec) => [
        spec.name,
        say(parameters[spec.name]),
        say(spec.default),
        spec.description,
      ]),
    },
    heading(3, 'How to make it again'),
    paragraph(
      seed === undefined
        ? 'The draws come from secret keys, one a split. Whoever is given them makes the same bytes with the same version of the generator:'
        : 'The seed is public, so this is practice data: whoever knows the seed can make the labels. The same version of the generator makes the same bytes:',
    ),
    {
      kind: 'code',
      text: `sandbox generate ${preset.name} --rows ${rowsAsked} ${draws}${which}${set} --out DIR`,
    },
  ];
}

function quoted(seed: string): string {
  return /^[\w.-]+$/.test(seed) ? seed : `'${seed.replaceAll("'", `'\\''`)}'`;
}

function tables({ preset, tables: files }: VersionFacts): Block[] {
  return [
    heading(2, 'Files'),
    {
      kind: 'table',
      head: ['file', 'rows', 'MB'],
      numeric: [1, 2],
      rows: files.map(({ path, rows, bytes }) => [
        path,
        plainNumber(rows),
        plainNumber(Math.round(bytes / 1e4) / 100),
      ]),
    },
    heading(2, 'Tables and columns'),
    ...preset.tables.flatMap(columns),
  ];
}

function columns({ name, description, per, columns: all }: TableSpec): Block[] {
  const windows = all.some(({ window }) => window !== undefined);
  return [
    heading(3, name),
    paragraph(`${description} ${per === 'split' ? 'One file a split.' : 'One file for all splits.'}`),
    {
      kind: 'table',
      head: ['column', 'type', 'definition', 'unit', ...(windows ? ['window'] : [])],
      rows: all.map((column) => [
        column.name,
        `${column.type}${column.optional === true ? ', may be null' : ''}`,
        `${column.definition}${column.dictionary === undefined ? '' : `: ${column.dictionary.join(', ')}`}`,
        column.unit,
        ...(windows ? [column.window ?? ''] : []),
      ]),
    },
  ];
}

function written(rows: VersionFacts['rows']): (typeof SPLITS)[number][] {
  return SPLITS.filter((split) => rows[split] !== undefined);
}

function missed(figures: readonly string[]): string {
  return figures.length === 0 ? '' : `; not: ${figures.join('; ')}`;
}

function verdict(value: boolean | null, yes: string, no: string): string {
  return value === null ? '' : value ? yes : no.toUpperCase();
}

function heading(level: 1 | 2 | 3, text: string): Block {
  return { kind: 'heading', level, text };
}

function paragraph(text: string): Block {
  return { kind: 'paragraph', text };
}

/** `payableAccounts` as "payable accounts". */
function words(name: string): string {
  return name.replace(
    /([a-z])([A-Z])/g,
    (_, before: string, after: string) => `${before} ${after.toLowerCase()}`,
  );
}

function say(value: unknown): string {
  if (typeof value === 'number') return plainNumber(value);
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(say).join(', ');
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([name, each]) => `${words(name)} ${say(each)}`)
      .join('; ');
  return value === true ? 'yes' : value === false ? 'no' : 'none';
}
