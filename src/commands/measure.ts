import { Command } from 'commander';
import { combinations, MeasuringThreads, type MeasurementInput } from '../engine/measurement/index.js';
// Not by the folder's door: what else lies behind it would load libraries that measuring does without.
import { TableFile, type ColumnRequest } from '../engine/tables/table-file.js';
import { writeOutput } from './output-file.js';
import { readReference } from './reference-table.js';
import { columnList, finite, wholeFrom } from './arguments.js';
import {
  addDecisionOptions,
  decisionColumns,
  decisionInput,
  type DecisionOptions,
  decisionsOf,
} from './decision-options.js';

interface Options extends DecisionOptions {
  scores: string;
  label: string;
  score: string;
  group?: string[];
  entity?: string;
  stability?: boolean;
  reference?: string;
  threshold: number;
  replicates: number;
  seed: number;
  minGroup: number;
  intersections: number;
  controlDraws: number;
  out?: string;
  json?: boolean;
}

const THREADS = 2;

export const command = new Command('measure')
  .requiredOption('--scores <file>', 'CSV (with a header) or Parquet file with a score and a label a row')
  .requiredOption('--label <column>', 'the column of labels, 0 or 1')
  .requiredOption('--score <column>', 'the column of scores, higher meaning more likely positive')
  .option('--group <columns>', 'columns to judge fairness by, separated by commas', columnList)
  .option('--entity <column>', 'card, customer or account: the unit of the bootstrap and of card precision')
  .option(
    '--time <column>',
    'date or time of each row, for card precision, and for stability from month to month',
  )
  .option(
    '--reference <file>',
    'scores to compare with, in a column of the same name; without it the first calendar month is the reference',
  )
  .option(
    '--stability',
    'drift and performance by month; --time together with --entity, or --reference, imply it',
  )
  .option('--threshold <number>', 'predicted positive at score >= threshold', finite, 0.5)
  .option(
    '--replicates <count>',
    'bootstrap replicates; 0 leaves the analytic intervals',
    wholeFrom(0, 100_000),
    0,
  )
  .option('--seed <number>', 'seed of the bootstrap', wholeFrom(0), 1)
  .option('--min-group <rows>', 'rows below which a group is shown but not judged', wholeFrom(1), 100)
  .option(
    '--intersections <size>',
    'cross the group columns, up to so many at once: 2 measures each pair, such as "sex × age_band"',
    wholeFrom(1, 4),
    1,
  )
  .option(
    '--control-draws <count>',
    'draws of random groups, to see how often they would be said to differ; 0 leaves it out',
    wholeFrom(0, 100_000),
    200,
  )
  .option('--out <file>', 'where the document goes; - is standard output')
  .option('--json', 'the document to standard output')
  .action(async (options: Options) => {
    if (options.out === undefined && options.json !== true) {
      command.error("error: one of '--out <file>' and '--json' is needed", { exitCode: 2 });
    }
    const stability = options.stability === true || options.reference !== undefined;
    const decisions = decisionsOf(options, command);
    const timed = options.entity ?? options.case ?? options.alertBudget;
    if (options.time !== undefined && timed === undefined && !stability) {
      command.error(
        "error: '--time' needs '--entity', '--case' or '--alert-budget', or '--stability' to be compared by month",
        { exitCode: 2 },
      );
    }
    // Threads start while the file is being opened.
    const threads = new MeasuringThreads(THREADS);
    try {
      const input = await readInput(options);
      const document = await threads.measure(input, {
        threshold: options.threshold,
        replicates: options.replicates,
        seed: options.seed,
        minimumGroupSize: options.minGroup,
        intersections: combinations(options.group ?? [], options.intersections),
        controlDraws: options.controlDraws,
        ...decisions,
        stability: stability || (options.time !== undefined && options.entity !== undefined),
      });
      await write(`${JSON.stringify(document, null, 2)}\n`, options);
    } finally {
      await threads.close();
    }
  });

addDecisionOptions(command);

async function readInput(options: Options): Promise<MeasurementInput> {
  const groups = options.group ?? [];
  const requests: Record<string, ColumnRequest> = {
    scores: { column: options.score, as: 'numbers' },
    labels: { column: options.label, as: 'labels' },
  };
  if (options.entity !== undefined) requests['entity'] = { column: options.entity, as: 'categories' };
  if (options.time !== undefined) requests['days'] = { column: options.time, as: 'days' };
  Object.assign(requests, decisionColumns(options));
  groups.forEach((column, place) => (requests[`group ${place}`] = { column, as: 'categories' }));
  const table = await TableFile.open(options.scores);
  try {
    const read = (await table.read(requests)) as unknown as Record<string, never>;
    const input = read as unknown as MeasurementInput;
    const { score, entity } = options;
    return {
      ...input,
      ...decisionInput(read),
      ...(options.reference === undefined
        ? {}
        : { reference: await readReference(options.reference, { score, entity, groups }, input.entity) }),
      ...(groups.length === 0
        ? {}
        : {
            groups: Object.fromEntries(
              groups.map((column, place) => [column, read[`group ${place}`]]),
            ) as never,
          }),
    };
  } finally {
    table.close();
  }
}

async function write(text: string, options: Options): Promise<void> {
  if (options.json === true || options.out === '-') {
    await new Promise<void>((resolve, reject) =>
      process.stdout.write(text, (error) => (error == null ? resolve() : reject(error))),
    );
  }
  if (options.out === undefined || options.out === '-') return;
  await writeOutput(options.out, text, [
    options.scores,
    ...(options.reference === undefined ? [] : [options.reference]),
  ]);
}
