import { type Command, InvalidArgumentError } from 'commander';
import { type Coded, type MeasurementInput, type MeasurementOptions } from '../engine/measurement/index.js';
import { type ColumnRequest } from '../engine/tables/table-file.js';
import { finite } from './arguments.js';

/** What `measure` and `evaluate` are told of costs, money, cases and deployment. */
export interface DecisionOptions {
  time?: string;
  amount?: string;
  case?: string;
  beta?: number;
  costRatio?: number;
  costFalseNegative?: number;
  costFalsePositive?: number;
  alertBudget?: number;
  thresholds?: number[];
  prevalence?: number;
  prevalenceSource?: string;
  volume?: number;
}

/** Adds the options to a command's own. */
export function addDecisionOptions(command: Command): Command {
  return command
    .option('--amount <column>', 'HKD that are lost where a row is fraud and nobody notices, 0 or more')
    .option(
      '--case <column>',
      'the fraud case of a positive row (missing, empty or -1: none), for detection delay; needs --time',
    )
    .option('--beta <number>', 'weight of recall in F-beta (default: 1)', above0)
    .option('--cost-ratio <number>', 'what a missed positive costs, in false alerts', above0)
    .option('--cost-false-positive <hkd>', 'what a false alert costs', above0)
    .option(
      '--cost-false-negative <hkd>',
      'what a missed positive costs (default: its --amount); needs --cost-false-positive',
      above0,
    )
    .option('--alert-budget <count>', 'alerts a day that can be worked through; needs --time', above0)
    .option('--thresholds <list>', 'further thresholds to show, separated by commas', numberList)
    .option('--prevalence <share>', 'share of positives where the model is to work', share)
    .option('--prevalence-source <text>', 'where that share is taken from; goes with --prevalence')
    .option('--volume <rows>', 'rows a day there; needs --prevalence', above0);
}

/** The measurement options that were given. Ends the command with status 2 where they do not fit together. */
export function decisionsOf(options: DecisionOptions, command: Command): MeasurementOptions {
  const demand = (sound: boolean, what: string): void => {
    if (!sound) command.error(`error: ${what}`, { exitCode: 2 });
  };
  const { costRatio, costFalseNegative, costFalsePositive, prevalence, prevalenceSource, volume } = options;
  demand(
    costRatio === undefined || (costFalseNegative ?? costFalsePositive) === undefined,
    "'--cost-ratio' does not go with costs in HKD",
  );
  demand(
    costFalseNegative === undefined || costFalsePositive !== undefined,
    "'--cost-false-negative' needs '--cost-false-positive'",
  );
  demand(
    costFalsePositive === undefined || costFalseNegative !== undefined || options.amount !== undefined,
    "'--cost-false-positive' needs '--cost-false-negative' or '--amount'",
  );
  demand(
    (prevalence === undefined) === (prevalenceSource === undefined),
    "'--prevalence' and '--prevalence-source' go together",
  );
  demand(prevalenceSource?.trim() !== '', "'--prevalence-source' is empty");
  demand(volume === undefined || prevalence !== undefined, "'--volume' needs '--prevalence'");
  demand(options.case === undefined || options.time !== undefined, "'--case' needs '--time'");
  demand(
    options.alertBudget === undefined || options.time !== undefined || volume !== undefined,
    "'--alert-budget' needs '--time', or '--volume'",
  );
  return {
    ...(options.beta !== undefined && { beta: options.beta }),
    ...(options.thresholds !== undefined && { thresholds: options.thresholds }),
    ...(options.alertBudget !== undefined && { alertBudget: options.alertBudget }),
    ...(costRatio !== undefined && {
      costs: { falseNegative: costRatio, falsePositive: 1, unit: 'FALSE_ALERTS' as const },
    }),
    ...(costFalsePositive !== undefined && {
      costs: {
        falseNegative: costFalseNegative ?? ('AMOUNT' as const),
        falsePositive: costFalsePositive,
        unit: 'HKD' as const,
      },
    }),
    ...(prevalence !== undefined &&
      prevalenceSource !== undefined && {
        deployment: {
          prevalence,
          source: prevalenceSource,
          ...(volume !== undefined && { rowsPerDay: volume }),
        },
      }),
  };
}

/** The columns to read for them. Instants are read only where cases need them. */
export function decisionColumns(options: DecisionOptions): Record<string, ColumnRequest> {
  return {
    ...(options.amount !== undefined && { amounts: { column: options.amount, as: 'numbers' as const } }),
    ...(options.case !== undefined && {
      cases: { column: options.case, as: 'categories' as const },
      times: { column: options.time ?? '', as: 'instants' as const },
    }),
  };
}

/** What was read, by the names of `decisionColumns`. */
export function decisionInput(
  read: Readonly<Record<string, unknown>>,
): Pick<MeasurementInput, 'amounts' | 'cases' | 'times'> {
  const { amounts, cases, times } = read as {
    amounts?: Float64Array;
    cases?: Coded;
    times?: Float64Array;
  };
  return {
    ...(amounts !== undefined && { amounts }),
    ...(cases !== undefined && { cases: named(cases) }),
    ...(times !== undefined && { times }),
  };
}

/** Without the names that stand for no case. */
function named({ codes, names }: Coded): Coded {
  const none = new Set(names.flatMap((name, code) => (['', '-1'].includes(name.trim()) ? [code] : [])));
  return none.size === 0
    ? { codes, names }
    : { names, codes: codes.map((code) => (none.has(code) ? -1 : code)) };
}

function above0(text: string): number {
  const value = finite(text);
  if (value <= 0) throw new InvalidArgumentError('Not a number above 0.');
  return value;
}

function share(text: string): number {
  const value = finite(text);
  if (value <= 0 || value >= 1) throw new InvalidArgumentError('Not between 0 and 1.');
  return value;
}

function numberList(text: string): number[] {
  const values = text.split(',').map(finite);
  if (values.length > 50) throw new InvalidArgumentError('More than 50.');
  return values;
}
