import { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import {
  diffPlans,
  forecast,
  PACK_SCHEMA,
  packProblems,
  parsePack,
  parsePlan,
  type Plan,
  PLAN_SCHEMA,
  SUITES,
  withPack,
} from '../engine/assessment/index.js';
import { InputError } from '../engine/input-error.js';
import type { MeasurementDocument } from '../engine/measurement/index.js';
import { wholeFrom } from './arguments.js';

/** A wrong usage of one is one of the whole. */
const subcommand = (name: string): Command => new Command(name).exitOverride();

export const command = new Command('plan')
  .description('Evaluation plans: start from a suite, check, compare, foretell')
  .addCommand(
    subcommand('suites')
      .description('List the suites to start from')
      .action(() => {
        for (const [name, { useCase, about }] of Object.entries(SUITES))
          print(`${name}\t${useCase}\t${about}`);
      }),
  )
  .addCommand(
    subcommand('show')
      .description('Print a suite as a plan, to be edited')
      .argument('<suite>', Object.keys(SUITES).join(', '))
      .option('--pack <file>', 'with what a criteria pack requires')
      .action(async (name: string, { pack }: { pack?: string }) => {
        const plan = suite(name);
        json(pack === undefined ? plan : withPack(plan, await read(pack, parsePack)));
      }),
  )
  .addCommand(
    subcommand('check')
      .description('Check a plan, and that it meets a criteria pack; prints every problem')
      .argument('<plan>', 'YAML or JSON file')
      .option('--pack <file>', 'criteria pack that it has to meet')
      .action(check),
  )
  .addCommand(
    subcommand('diff')
      .description('Say how one plan differs from another')
      .argument('<before>', 'YAML or JSON file')
      .argument('<after>', 'YAML or JSON file')
      .option('--json', 'as JSON')
      .action(diff),
  )
  .addCommand(
    subcommand('forecast')
      .description('Tell the chance that each criterion passes, fails or stays open on data to come')
      .argument('<plan>', 'YAML or JSON file')
      .requiredOption(
        '--development <file>',
        'what `sandbox evaluate` or `measure` wrote on development data',
      )
      .requiredOption('--rows <count>', 'rows of the data to come', wholeFrom(1))
      .option('--json', 'as JSON')
      .action(tell),
  )
  .addCommand(
    subcommand('schema')
      .description('Print the JSON Schema of plans, or of criteria packs')
      .option('--pack', 'of criteria packs')
      .action(({ pack }: { pack?: boolean }) => json(pack === true ? PACK_SCHEMA : PLAN_SCHEMA)),
  );

async function check(file: string, { pack }: { pack?: string }): Promise<void> {
  const plan = await read(file, parsePlan);
  const problems = pack === undefined ? [] : packProblems(plan, await read(pack, parsePack));
  if (problems.length > 0) throw new InputError('CRITERIA_PACK_UNMET', `${file}: ${problems.join('; ')}`);
  print(
    `${file}: a sound plan of ${plan.criteria.length} criteria${pack === undefined ? '' : `, which meets ${pack}`}`,
  );
}

async function diff(before: string, after: string, options: { json?: boolean }): Promise<void> {
  const changes = diffPlans(await read(before, parsePlan), await read(after, parsePlan));
  if (options.json === true) return json(changes);
  for (const { path, kind, before: was, after: is, effect } of changes) {
    const what = kind === 'CHANGED' ? `${was ?? ''} → ${is ?? ''}` : (is ?? was ?? '');
    print(`${kind.toLowerCase()}\t${path}\t${what}${effect === 'OTHER' ? '' : `\t${effect.toLowerCase()}`}`);
  }
  if (changes.length === 0) print('no difference');
}

async function tell(
  file: string,
  options: { development: string; rows: number; json?: boolean },
): Promise<void> {
  const plan = await read(file, parsePlan);
  const document = await read(options.development, measurement);
  if (document.options.threshold !== plan.threshold) {
    throw new InputError(
      'PLAN_MISMATCH',
      `${options.development}: measured at threshold ${document.options.threshold}, ${file} says ${plan.threshold}`,
    );
  }
  const told = forecast(plan, document, { rows: options.rows });
  if (options.json === true) return json(told);
  const percent = (chance: number | null): string =>
    chance === null ? '–' : `${(100 * chance).toFixed(0)}%`;
  print('criterion\tvalue\tpass\tfail\tinconclusive\twhy not');
  for (const { id, value, pass, fail, inconclusive, reason } of told) {
    const shown = value === null ? '–' : String(Number(value.toPrecision(4)));
    print([id, shown, percent(pass), percent(fail), percent(inconclusive), reason ?? ''].join('\t'));
  }
}

function suite(name: string): Plan {
  const found = Object.entries(SUITES).find(([known]) => known === name);
  if (found === undefined) {
    throw new InputError(
      'UNKNOWN_SUITE',
      `there is no suite ${JSON.stringify(name)}: use ${Object.keys(SUITES).join(', ')}`,
    );
  }
  return found[1].plan;
}

/** @throws InputError naming the file */
async function read<T>(file: string, parse: (text: string) => T): Promise<T> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new InputError('FILE_NOT_FOUND', `${file}: cannot be read: ${code}`);
  }
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof InputError) throw new InputError(error.code, `${file}: ${error.message}`);
    throw error;
  }
}

function measurement(text: string): MeasurementDocument {
  let document: Partial<MeasurementDocument> | null;
  try {
    document = JSON.parse(text) as Partial<MeasurementDocument> | null;
  } catch (error) {
    throw new InputError('BAD_MEASUREMENT', error instanceof Error ? error.message : String(error));
  }
  if (typeof document?.rows !== 'number' || document.metrics === undefined || document.options === undefined)
    throw new InputError('BAD_MEASUREMENT', 'is no document of `sandbox evaluate` or `sandbox measure`');
  return document as MeasurementDocument;
}

function json(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
