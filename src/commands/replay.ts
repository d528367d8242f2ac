import { Command, CommanderError } from 'commander';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../engine/input-error.js';
import { type JsonObject, type JsonValue } from '../engine/reporting/canonical-json.js';
import { isObject, parseStrictJson } from '../engine/reporting/strict-json.js';
import {
  type Bundle,
  compareScores,
  type Difference,
  differences,
  judgeReplay,
  type ReplayResult,
  SCORE_TOLERANCE,
} from '../engine/replay/index.js';
import { finite, wholeFrom } from './arguments.js';
import { type AlteredPart, namesFile, openBundle, readScores } from './bundle.js';
import { command as evaluateCommand, type EvaluatedCase, evaluateCase, type Options } from './evaluate.js';
import { parseSeconds, parseSize } from './jail-options.js';
import { printReplay } from './replay-print.js';

/** Options of this machine, not of the case. */
interface Here {
  tolerance: number;
  all?: boolean;
  json?: boolean;
  lanes: number;
  timeout: number;
  memory?: number;
}

/** A case that was evaluated again, and all that came out otherwise. */
export interface Replay extends ReplayResult {
  /** Files of the bundle that are not what it says; never a file that goes into evaluating. */
  altered: AlteredPart[];
  /** Where and with what it was scored, then and now; nothing of it counts. */
  environment: Difference[];
}

export const command = new Command('replay')
  .argument('<bundle>', 'the folder that `evaluate --bundle` wrote')
  .option(
    '--tolerance <number>',
    'how far a score may lie from the recorded one, no verdict flipping',
    notNegative,
    SCORE_TOLERANCE,
  )
  .option('--all', 'print every difference, however many there are')
  .option('--json', 'print what was found as JSON')
  .option('--lanes <count>', 'jails that score side by side; the scores do not depend on it', wholeFrom(1), 1)
  .option('--timeout <seconds>', 'wall clock seconds that scoring may take', parseSeconds, 3600)
  .option('--memory <size>', 'memory of each jail (default: 2G)', parseSize)
  .action(async (folder: string, here: Here) => {
    const replay = await replayBundle(folder, here);
    if (here.json === true) process.stdout.write(`${JSON.stringify(replay, null, 2)}\n`);
    else printReplay(replay, here.all === true);
    if (replay.outcome === 'DIFFERENT')
      throw new InputError('NOT_REPLAYED', `${folder}: what was evaluated again is not what was recorded`);
  });

function notNegative(text: string): number {
  const value = finite(text);
  return value < 0 ? finite('') : value;
}

async function replayBundle(folder: string, here: Here): Promise<Replay> {
  const { bundle, altered } = await openBundle(folder);
  const inputs = altered.filter(({ name }) => Object.hasOwn(bundle.inputs, name));
  if (inputs.length > 0)
    throw new InputError(
      'ALTERED_PART',
      `${folder}: not what was evaluated: ${inputs.map(({ sentence }) => sentence).join('; ')}`,
    );
  const file = join(folder, bundle.document.file);
  const document = parseStrictJson(await readFile(file), file);
  if (!isObject(document)) throw new InputError('BAD_BUNDLE', `${file}: not an object`);
  const again = await evaluateCase(bundledOptions(folder, bundle, here));
  const recordedScores = altered.some(({ name }) => name === 'scores')
    ? null
    : await readScores(join(folder, bundle.scores.file), again.scores.length);
  const result = await compared(document, again, recordedScores, here.tolerance);
  return {
    ...result,
    outcome: altered.length > 0 || recordedScores === null ? 'DIFFERENT' : result.outcome,
    altered,
    environment: environmentDifferences(document, plain(again.document)),
  };
}

/** The options as the command line would have read them: one that it would not take is refused here as well. */
function bundledOptions(folder: string, { inputs, options }: Bundle, here: Here): Options {
  const parser = new Command('evaluate').exitOverride().configureOutput({ writeErr: () => undefined });
  for (const option of evaluateCommand.options) parser.addOption(option);
  const known = new Map(evaluateCommand.options.map((option) => [option.attributeName(), option]));
  const list = join(folder, 'bundle.json');
  const words = Object.entries(inputs).map(([name, { file }]) => {
    const option = known.get(name);
    if (option === undefined || !namesFile(option, file) || name === 'out')
      throw new InputError('BAD_BUNDLE', `${list}: inputs.${name}: evaluate takes no such file`);
    return `${option.long}=${join(folder, file)}`;
  });
  for (const [name, value] of Object.entries(options)) {
    const option = known.get(name);
    // A file that is no part would be read from wherever the name leads.
    const named = option !== undefined && namesFile(option, value);
    if (option === undefined || named || name === 'bundle')
      throw new InputError('BAD_BUNDLE', `${list}: options.${name}: not an option of a case`);
    if (value === false) continue;
    words.push(value === true ? `${option.long}` : `${option.long}=${String(value)}`);
  }
  try {
    parser.parse([...words, '--out=-'], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new InputError('BAD_BUNDLE', `${list}: ${error.message.replace(/^error: /, '')}`);
  }
  const { bundle: _, ...read } = parser.opts<Options>();
  return {
    ...read,
    lanes: here.lanes,
    timeout: here.timeout,
    ...(here.memory !== undefined && { memory: here.memory }),
  };
}

async function compared(
  document: JsonObject,
  again: EvaluatedCase,
  recordedScores: Float64Array | null,
  tolerance: number,
): Promise<ReplayResult> {
  const now = evidenceOf(plain(again.document));
  const scores = recordedScores === null ? null : compareScores(recordedScores, again.scores);
  return judgeReplay({
    recorded: evidenceOf(document),
    again: now,
    scores,
    fromRecordedScores:
      recordedScores === null || scores?.largest == null
        ? null
        : { ...now, ...plain(await again.measureScores(recordedScores)) },
    tolerance,
  });
}

function evidenceOf({ execution: _, ...evidence }: JsonObject): JsonObject {
  return evidence;
}

function environmentDifferences(recorded: JsonObject, again: JsonObject): Difference[] {
  const part = (document: JsonObject): JsonValue => {
    const { execution } = document;
    if (!isObject(execution)) return {};
    const { runtime, batchRows, jail } = execution;
    return { runtime: runtime ?? null, batchRows: batchRows ?? null, jail: jail ?? null };
  };
  return differences(part(recorded), part(again), '$.execution');
}

/** As it would be read again: without what JSON leaves out. */
function plain(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
