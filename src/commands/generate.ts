import { Command, InvalidArgumentError, Option } from 'commander';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  generateDataset,
  intend,
  parseParameters,
  PRESETS,
  presetOf,
  SPLITS,
  type DatasetManifest,
  type GenerateOptions,
  type Intended,
  type Split,
  type SplitKeys,
} from '../engine/synthesis/index.js';
import { columnList, wholeFrom } from './arguments.js';
import { describePreset, list } from './generate/describe.js';
import { Progress } from './generate/progress.js';

interface Options {
  rows?: number;
  seed?: string;
  splitKey?: SplitKeys;
  splits?: string[];
  sealed?: boolean;
  threads: number;
  set?: Record<string, string>;
  out?: string;
  force?: boolean;
  allowFailedGates?: boolean;
  dryRun?: boolean;
  list?: boolean;
  describe?: string;
  quiet?: boolean;
  json?: boolean;
}

function assignment(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Give key=value.');
  const name = text.slice(0, at);
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`"${name}" is given twice.`);
  return { ...before, [name]: text.slice(at + 1) };
}

function splitKeys(text: string): SplitKeys {
  const keys: Record<string, Uint8Array> = {};
  for (const [split, hex] of Object.entries(
    text.split(',').reduce<Record<string, string>>((all, part) => assignment(part, all), {}),
  )) {
    if (!(SPLITS as readonly string[]).includes(split))
      throw new InvalidArgumentError(`"${split}" is no split; there are ${SPLITS.join(', ')}.`);
    if (!/^[0-9a-f]{64}$/i.test(hex))
      throw new InvalidArgumentError(`The key of ${split} is not 64 hexadecimal digits.`);
    keys[split] = Uint8Array.from(Buffer.from(hex, 'hex'));
  }
  return keys;
}

const EXAMPLES = `
Examples:
  sandbox generate --list
  sandbox generate --describe hk-retail-payments
  sandbox generate hk-retail-payments --rows 100000 --seed 7 --out practice
  sandbox generate hk-retail-payments --rows 100000 --seed 7 --set prevalence=0.02 --set startMonth=6 --out practice --force
  sandbox generate hk-retail-payments --rows 50000000 --seed 7 --out practice --dry-run
  sandbox generate hk-retail-payments --rows 100000 --split-key development=HEX,evaluation=HEX --splits evaluation --out again --json
    (the last one makes a split whose key was revealed once more, for its digests to be compared)`;

export const command = new Command('generate')
  .argument('[preset]', `one of: ${Object.keys(PRESETS).join(', ')}`)
  .option('--rows <n>', 'rows of the development and evaluation splits together', wholeFrom(0))
  .option('--seed <text>', 'the same seed gives the same bytes')
  .addOption(
    new Option(
      '--split-key <split=hex,...>',
      'instead of a seed: the key of each split up to the last that is written, 64 hexadecimal digits',
    )
      .argParser(splitKeys)
      .conflicts('seed'),
  )
  .option('--splits <list>', `which splits to write, of ${SPLITS.join(',')}`, columnList)
  .addOption(new Option('--sealed', 'write the sealed split, too').conflicts('splits'))
  .addOption(
    new Option('--threads <n>', 'threads; the bytes do not depend on it')
      .argParser(wholeFrom(1))
      .default(availableParallelism()),
  )
  .option('--set <name=value>', 'a parameter of the preset; may be repeated', assignment)
  .option('--out <dir>', 'folder of the dataset, which must be absent or empty')
  .option('--force', 'replace a version of a dataset that stands in the folder')
  .option('--allow-failed-gates', 'keep a version that its leak audit refuses, to study extreme parameters')
  .option('--dry-run', 'check everything, print what would be written, and write nothing')
  .option('--list', 'list the presets')
  .option('--describe <preset>', 'print the parameters, tables and columns of a preset')
  .option('--quiet', 'say nothing of the progress')
  .option('--json', 'print the manifest (or what is asked for) as JSON on stdout')
  .addHelpText('after', EXAMPLES)
  .action(run);

async function run(preset: string | undefined, options: Options, self: Command): Promise<void> {
  if (options.list === true || options.describe !== undefined) {
    const chosen = options.describe === undefined ? Object.values(PRESETS) : [presetOf(options.describe)];
    const [first] = chosen;
    if (options.json === true) print(JSON.stringify(chosen));
    else if (options.describe === undefined || first === undefined) process.stdout.write(list(chosen));
    else process.stdout.write(describePreset(first));
    return;
  }
  if (preset === undefined) self.error(`error: missing argument 'preset'`);
  const { rows, seed, splitKey, out } = options;
  if (rows === undefined) self.error(`error: required option '--rows <n>' not specified`);
  if (out === undefined) self.error(`error: required option '--out <dir>' not specified`);
  if (seed === undefined && splitKey === undefined)
    self.error(`error: required option '--seed <text>' not specified`);
  const asked: GenerateOptions = {
    preset,
    parameters: parseParameters(preset, options.set ?? {}, rows),
    rows,
    ...(seed === undefined ? {} : { seed }),
    ...(splitKey === undefined ? {} : { splitKeys: splitKey }),
    ...(options.sealed === true ? { splits: SPLITS } : {}),
    // Names are checked where they are read.
    ...(options.splits === undefined ? {} : { splits: options.splits as Split[] }),
    threads: options.threads,
    outDir: out,
    replace: options.force ?? false,
    allowFailedGates: options.allowFailedGates ?? false,
  };
  if (options.dryRun === true) {
    const intended = await intend(asked);
    print(options.json === true ? JSON.stringify(asData(intended)) : preview(intended));
    return;
  }
  const manifest = await generate(asked, options.quiet === true);
  if (manifest === undefined) process.exitCode = 1;
  else print(options.json === true ? JSON.stringify(manifest) : summary(out, manifest));
}

/** @returns undefined when it was cancelled by a signal */
async function generate(asked: GenerateOptions, quiet: boolean): Promise<DatasetManifest | undefined> {
  const cancel = new AbortController();
  const stop = () => cancel.abort(new Error('cancelled'));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const progress = new Progress(process.stderr);
  try {
    return await generateDataset({
      ...asked,
      signal: cancel.signal,
      ...(quiet ? {} : { onProgress: (share: number, stage: string) => progress.tell(share, stage) }),
    });
  } catch (error) {
    if (!cancel.signal.aborted) throw error;
    progress.end();
    process.stderr.write('sandbox: cancelled; nothing was written\n');
    return undefined;
  } finally {
    progress.end();
    process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop);
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function rowCounts(rows: DatasetManifest['rows']): string {
  return Object.entries(rows)
    .map(([split, count]) => `${count} ${split}`)
    .join(' and ');
}

function summary(out: string, { rows, digest, gates, calibration, realism }: DatasetManifest): string {
  const lines = [`${out}: ${rowCounts(rows)} rows, digest ${digest}`];
  const failed = gates.filter(({ outcome }) => outcome === 'FAILED');
  const open = gates.filter(({ outcome }) => outcome === 'NOT_JUDGED').length;
  lines.push(
    `leak audit: ${gates.length - failed.length - open} of ${gates.length} gates passed${open > 0 ? `, ${open} not judged (too few rows)` : ''}`,
    ...failed.map(
      ({ split, name, reached, limit }) => `  FAILED ${split}: ${name} ${reached} (limit ${limit})`,
    ),
  );
  const missed = calibration.filter(({ within }) => within === false);
  lines.push(
    `calibration: ${calibration.filter(({ within }) => within === true).length} of ${calibration.filter(({ within }) => within !== null).length} cited figures met`,
    ...missed.map(({ figure, target, reached }) => `  missed ${figure}: ${reached} (target ${target})`),
  );
  const outside = realism.filter(({ within }) => within === false);
  lines.push(
    ...outside.map(
      ({ figure, reached, range }) =>
        `  unlike real data: ${figure} ${reached} (range ${range?.join(' to ')})`,
    ),
  );
  return [...lines, `datasheet: ${join(out, 'datasheet.html')}`].join('\n');
}

function asData({ preset, parameters, splits, rows, bytes }: Intended): Record<string, unknown> {
  return { preset: preset.name, parameters, splits, rows, bytes };
}

function preview({ preset, parameters, splits, rows, bytes }: Intended): string {
  const files = preset.tables.reduce((sum, { per }) => sum + (per === 'split' ? splits.length : 1), 0);
  const changed = preset.parameters.filter(({ name, default: usual }) => parameters[name] !== usual);
  return [
    `${preset.name}: about ${rowCounts(rows)} rows`,
    `${files} tables, at most ${Math.ceil(bytes / 1e6)} MB`,
    ...changed.map((spec) => `${spec.name}=${parameters[spec.name]} instead of ${spec.default}`),
    'nothing was written',
  ].join('\n');
}
