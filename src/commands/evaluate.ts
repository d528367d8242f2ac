import { Command, Option } from 'commander';
import { assess, multiplicity, type Plan, planOptions, requirements } from '../engine/assessment/index.js';
import { InputError } from '../engine/input-error.js';
import { jailHost } from '../engine/isolation/index.js';
import { combinations, type MeasurementOptions } from '../engine/measurement/index.js';
import {
  type ArrowField,
  type FeatureBatch,
  scoreOnnx,
  ScoringError,
  streamColumns,
} from '../engine/scoring/index.js';
import { digest } from '../engine/reporting/canonical-json.js';
import { closest, TableFile } from '../engine/tables/index.js';
import { refuseTaken, scoreBytes, writeBundle } from './bundle.js';
import { isTarFile, openImage, scoreWithImage } from './evaluate-image.js';
import { bound, ofModel, openGraph, readBinding, readPlan } from './evaluate-inputs.js';
import { measureProxies } from './evaluate-proxies.js';
import { readKnown } from './evaluate-table.js';
import { readEvasion } from './evaluate-evasion.js';
import { type AskedExplanation, type ShuffleWithin } from './evaluate-explanation.js';
import { readRobustness } from './evaluate-robustness.js';
import { evaluateEfficiency } from './evaluate-session.js';
import { measureCompared } from './evaluate-stability.js';
import { study } from './evaluate-study.js';
import { parseSeconds, parseSize } from './jail-options.js';
import { writeOutput } from './output-file.js';
import { columnList, finite, wholeFrom } from './arguments.js';
import { addDecisionOptions, type DecisionOptions, decisionsOf } from './decision-options.js';

export interface Options extends DecisionOptions {
  model: string;
  data: string;
  label: string;
  features: string[];
  labels?: string;
  key?: string;
  entity?: string;
  group?: string[];
  threshold?: number;
  replicates?: number;
  seed?: number;
  minGroup?: number;
  intersections?: number;
  proxies?: boolean;
  plan?: string;
  robustness?: string | true;
  evasion?: string;
  reference?: string;
  explain?: number | true;
  shuffleWithin?: ShuffleWithin;
  binding?: string;
  lanes: number;
  timeout: number;
  memory?: number;
  out: string;
  bundle?: string;
  efficiency?: boolean;
}

const ROWS_PER_READ = 8192;
const VALUES_PER_READ = 1 << 22;

export const command = new Command('evaluate')
  .description('Score a model in the jail and measure it')
  .requiredOption('--model <file>', 'ONNX model, or a container image as an OCI archive')
  .requiredOption(
    '--data <file>',
    'Parquet or CSV file with the features, and the labels unless --labels is given',
  )
  .requiredOption('--label <column>', 'the column of labels, 0 or 1')
  .requiredOption(
    '--features <columns>',
    'the columns the model sees, in its order, separated by commas',
    columnList,
  )
  .option('--labels <file>', 'labels in a file of their own')
  .option('--key <column>', 'the column that joins --labels to --data')
  .option('--entity <column>', 'card, customer or account: the unit of the bootstrap and of card precision')
  .option('--time <column>', 'date or time of each row, for card precision')
  .option('--group <columns>', 'columns to judge fairness by, separated by commas', columnList)
  .option('--threshold <number>', 'predicted positive at score >= threshold (default: 0.5)', finite)
  .option('--replicates <count>', 'bootstrap replicates (default: 0, analytic intervals only)', wholeFrom(0))
  .option('--seed <number>', 'seed of the bootstrap (default: 1)', wholeFrom(0))
  .option(
    '--min-group <rows>',
    'rows below which a group is shown but not judged (default: 100)',
    wholeFrom(1),
  )
  .option(
    '--intersections <size>',
    'cross the group columns, up to so many at once: 2 measures each pair, such as "sex × age_band" (default: 1)',
    wholeFrom(1, 4),
  )
  .option('--proxies', 'how well the features, and the scores, tell each of the group columns')
  .option('--plan <file>', 'evaluation plan (YAML or JSON): a verdict for each of its criteria')
  .option(
    '--robustness [file]',
    'measure under damaged, late and drifted features: the default suite, or what the file (YAML or JSON) says',
  )
  .option(
    '--evasion <file>',
    'let caught frauds try to get past the model by what the profile (YAML or JSON) lets them change and pay; or hk-retail-payments',
  )
  .option(
    '--reference <file>',
    'rows to compare scores and features with, as the development data; without it the first calendar month of --time',
  )
  .option(
    '--explain [rows]',
    'what the model makes of its features, and of so many single rows (default: 200)',
    wholeFrom(1, 10_000),
  )
  .addOption(
    new Option(
      '--shuffle-within <unit>',
      'deal values out within an entity or a month when measuring importance',
    ).choices(['entity', 'month']),
  )
  .option(
    '--binding <file>',
    'JSON that says which columns go into which inputs, and which output is the score',
  )
  .option('--lanes <count>', 'jails that score side by side; the scores do not depend on it', wholeFrom(1), 1)
  .option('--timeout <seconds>', 'wall clock seconds that scoring may take', parseSeconds, 3600)
  .option('--memory <size>', 'memory of each jail (default: 2G)', parseSize)
  .requiredOption('--out <file>', 'where the document goes; - is standard output')
  .option(
    '--efficiency',
    'time the model too: latency of one row, rows a second, processor time of a million rows',
  )
  .option('--bundle <dir>', 'also puts all that it takes to evaluate it again into a new folder, for replay')
  .action(async (options: Options) => {
    checkUsage(options);
    if (options.bundle !== undefined) await refuseTaken(options.bundle);
    const { document, scores } = await evaluateCase(options);
    const text = `${JSON.stringify(document, null, 2)}\n`;
    const inputs = [options.model, options.data, options.labels, options.plan, options.reference].filter(
      (file) => file !== undefined,
    );
    await write(options.out, text, inputs);
    if (options.bundle !== undefined) await writeBundle(options.bundle, command, { scores, document: text });
  });

addDecisionOptions(command);

/** A case as it was evaluated. */
export interface EvaluatedCase {
  /** The measurement document and what stands beside it; but for `execution` the same for the same case. */
  document: Readonly<Record<string, unknown>>;
  scores: Float64Array;
  /** What of the document other scores of the same rows decide. */
  measureScores: (scores: Float64Array) => Promise<object>;
}

/** Scores in the jail, measures, judges. @throws InputError */
export async function evaluateCase(options: Options): Promise<EvaluatedCase> {
  if (options.features.includes(options.label)) {
    throw new InputError(
      'LABEL_AS_FEATURE',
      `--features: "${options.label}" is the label; a model never sees it`,
    );
  }
  const plan = options.plan === undefined ? undefined : await readPlan(options.plan);
  const needs = plan === undefined ? undefined : requirements(plan);
  if (needs !== undefined && needs.entity && (options.entity === undefined || options.time === undefined)) {
    throw new InputError('MISSING_OPTION', `${options.plan}: card precision needs --entity and --time`);
  }
  const robustness =
    options.robustness === undefined ? undefined : await readRobustness(options.robustness, options.features);
  const evasion = options.evasion === undefined ? undefined : await readEvasion(options.evasion);
  const model = (await isTarFile(options.model))
    ? await openImage(options.model)
    : await openGraph(options.model);
  const data = await TableFile.open(options.data);
  try {
    const types = new Map(data.columns.map((column) => [column.name, column]));
    const absent = options.features.find((feature) => !types.has(feature));
    if (absent !== undefined) {
      throw new InputError(
        'MISSING_COLUMN',
        `${options.data}: no column "${absent}" (--features); ${nearest(absent, [...types.keys()])}`,
      );
    }
    const wanted = options.binding === undefined ? undefined : await readBinding(options.binding);
    const binding = bound(
      options,
      model,
      wanted,
      options.features.map((name) => types.get(name) ?? { name }),
    );
    const groups = [...new Set([...(options.group ?? []), ...(needs?.groups ?? [])])];
    // Labels are read before anything is scored: a bad one is said at once. They never leave this process.
    const known = await readKnown(data, { ...options, groups });
    const limits = {
      wallSeconds: options.timeout,
      cpuSeconds: options.timeout * 2,
      ...(options.memory !== undefined && { memoryBytes: options.memory }),
    };
    const scored = await (
      'path' in model
        ? scoreWithImage(model, data, binding, limits, ROWS_PER_READ)
        : scoreOnnx({
            model: model.content,
            inspection: model.inspection,
            binding,
            batches: featureBatches(data, streamColumns(binding, model.inspection)),
            rows: data.rows,
            jail: jailHost(),
            lanes: options.lanes,
            limits,
          })
    ).catch((error: unknown) => {
      throw error instanceof ScoringError ? ofModel(options.model, error) : error;
    });
    const of = { model, binding, data, how: { lanes: options.lanes, limits } };
    const scores = shared(scored.scores);
    const measureScores = async (these: Float64Array) => {
      const measured = await measureCompared(
        options.reference,
        of,
        { scores: shared(these), ...known },
        { entity: options.entity, groups },
        { ...measurementOptions(options, plan), ...decisionsOf(options, command) },
      );
      const verdicts = plan === undefined ? undefined : assess(plan, measured);
      return {
        ...measured,
        ...(verdicts !== undefined && { verdicts, multiplicity: multiplicity(verdicts) }),
        scoresSha256: digest(scoreBytes(these)),
      };
    };
    const document = await measureScores(scores);
    const explanation = askedExplanation(options);
    const studied =
      robustness === undefined && evasion === undefined && explanation === undefined
        ? undefined
        : await study(
            of,
            { scores, ...known },
            { robustness, evasion, explanation, threshold: document.options.threshold },
          );
    const efficiency = options.efficiency === true ? await evaluateEfficiency(of) : undefined;
    const { seed } = document.options.bootstrap ?? { seed: options.seed ?? 1 };
    const { minimumGroupSize } = document.options;
    const told =
      options.proxies === true
        ? await measureProxies(data, options.features, { scores, ...known }, { seed, minimumGroupSize })
        : undefined;
    return {
      scores,
      measureScores,
      document: {
        ...document,
        ...studied?.result,
        ...(told !== undefined && { proxies: told }),
        model: {
          sha256: model.sha256,
          bytes: model.bytes,
          inspection: model.inspection,
          binding,
        },
        execution: {
          ...('environment' in scored
            ? { runtime: scored.environment, batchRows: scored.environment.batch }
            : { runtime: scored.runtime, batchRows: scored.batchRows }),
          lanes: scored.outcomes.length,
          usage: scored.usage,
          latency: scored.latency,
          ...(efficiency !== undefined && { efficiency }),
          ...(studied !== undefined && { studies: studied.usage }),
          jail: { bubblewrap: jailHost().bubblewrapVersion, missing: jailHost().missing },
        },
      },
    };
  } finally {
    data.close();
  }
}

/** On memory that measuring threads share. */
function shared(scores: ArrayLike<number>): Float64Array {
  const copy = new Float64Array(new SharedArrayBuffer(8 * scores.length));
  copy.set(scores);
  return copy;
}

function askedExplanation({ explain, seed, shuffleWithin }: Options): AskedExplanation | undefined {
  if (explain === undefined) return undefined;
  return {
    ...(explain !== true && { explainedRows: explain }),
    ...(seed !== undefined && { seed }),
    ...(shuffleWithin !== undefined && { within: shuffleWithin }),
  };
}

/** The columns that are there, those of like names first: a table may have hundreds. */
function nearest(absent: string, names: readonly string[]): string {
  const near = closest(absent, names);
  return `there are ${near.slice(0, 20).join(', ').slice(0, 400)}${near.length > 20 ? ', …' : ''}`;
}

function checkUsage(options: Options): void {
  decisionsOf(options, command);
  if (options.proxies === true && options.group === undefined && options.plan === undefined) {
    command.error("error: '--proxies' needs '--group', or a plan that compares groups", { exitCode: 2 });
  }
  if ((options.labels === undefined) !== (options.key === undefined)) {
    command.error("error: '--labels' and '--key' go together", { exitCode: 2 });
  }
  const timed = options.entity ?? options.case ?? options.alertBudget;
  if (options.time !== undefined && timed === undefined) {
    command.error("error: '--time' needs '--entity', '--case' or '--alert-budget'", { exitCode: 2 });
  }
  const clash = (['threshold', 'replicates', 'seed', 'minGroup'] as const).find(
    (name) => options.plan !== undefined && options[name] !== undefined,
  );
  if (clash !== undefined) {
    command.error(`error: '--${clash === 'minGroup' ? 'min-group' : clash}' is said by the plan`, {
      exitCode: 2,
    });
  }
}

function measurementOptions(options: Options, plan: Plan | undefined): MeasurementOptions {
  const crossed = combinations(options.group ?? [], options.intersections ?? 1);
  if (plan !== undefined) {
    const planned = planOptions(plan);
    const known = new Map(
      [...(planned.intersections ?? []), ...crossed].map((columns) => [columns.join(), columns]),
    );
    return { ...planned, intersections: [...known.values()] };
  }
  return {
    intersections: crossed,
    ...(options.threshold !== undefined && { threshold: options.threshold }),
    ...(options.replicates !== undefined && { replicates: options.replicates }),
    ...(options.seed !== undefined && { seed: options.seed }),
    ...(options.minGroup !== undefined && { minimumGroupSize: options.minGroup }),
  };
}

/** Rows so wide that they would take much memory are read fewer at a time. */
function featureBatches(data: TableFile, columns: readonly ArrowField[]): AsyncIterable<FeatureBatch> {
  const rows = Math.max(
    256,
    Math.min(ROWS_PER_READ, Math.floor(VALUES_PER_READ / Math.max(1, columns.length))),
  );
  return data.batches(columns, rows) as AsyncIterable<FeatureBatch>;
}

async function write(out: string, text: string, inputs: readonly string[]): Promise<void> {
  if (out !== '-') return writeOutput(out, text, inputs);
  await new Promise<void>((resolve, reject) =>
    process.stdout.write(text, (error) => (error == null ? resolve() : reject(error))),
  );
}
