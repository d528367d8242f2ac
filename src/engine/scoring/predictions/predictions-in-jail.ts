import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compiled } from '../../compiled.js';
import {
  type JailHost,
  type JailLimits,
  type JailOutcome,
  jailProfile,
  stage,
  startJail,
  type Usage,
} from '../../isolation/index.js';
import { onnxRuntime } from '../onnx-runtime.js';
import { JAIL_PATHS } from '../runner-task.js';
import { ScoringError, scoringError } from '../scoring-error.js';
import { PREDICTIONS_PATHS, PREDICTIONS_REFUSALS, type PredictionsInspection } from './predictions-task.js';

const TABLES = [
  'table-file',
  'batch-column',
  'columns',
  'database',
  'csv',
  'parquet',
  'parquet-page',
  'snappy',
  'thrift',
];
const ANSWER_BYTES = 1 << 20;

/**
 * Reads a file of predictions inside a jail: neither CSV nor Parquet of a stranger is parsed outside of one.
 *
 * @throws ScoringError with a code of `PREDICTIONS_REFUSALS`, a limit, …
 */
export async function inspectPredictions(
  host: JailHost,
  file: Uint8Array,
  limits: Partial<JailLimits> = {},
): Promise<PredictionsInspection> {
  const { bytes, outcome } = await run(host, file, 'inspect', { ...limits, outputBytes: ANSWER_BYTES });
  const answer = parse(bytes);
  if ('refused' in answer) {
    const { code, message } = answer.refused;
    throw new ScoringError(code, message, 'model', outcome);
  }
  return answer.found;
}

/** @param rows as admission counted them. @throws ScoringError */
export async function readPredictions(
  host: JailHost,
  file: Uint8Array,
  rows: number,
  limits: Partial<JailLimits> = {},
): Promise<{ ids: Float64Array; scores: Float64Array; usage: Usage }> {
  const { bytes, outcome } = await run(host, file, 'read', {
    ...limits,
    outputBytes: rows * 16 + ANSWER_BYTES,
  });
  if (bytes.length !== rows * 16 || outcome.kind !== 'completed')
    throw new ScoringError('SCORES_MALFORMED', 'the file is not as it was admitted', 'model', outcome);
  const values = new Float64Array(new Uint8Array(bytes).buffer);
  const scores = new Float64Array(new SharedArrayBuffer(rows * 8));
  scores.set(values.subarray(rows));
  return { ids: values.subarray(0, rows), scores, usage: outcome.usage };
}

async function run(
  host: JailHost,
  file: Uint8Array,
  mode: 'inspect' | 'read',
  limits: Partial<JailLimits>,
): Promise<{ bytes: Buffer; outcome: JailOutcome }> {
  const { runtime } = await onnxRuntime(host);
  const reader = await stageReader(host);
  const profile = jailProfile(
    'predictions',
    {
      [JAIL_PATHS.runtimeFolder]: runtime,
      [PREDICTIONS_PATHS.folder]: reader,
      [PREDICTIONS_PATHS.file]: file,
    },
    limits,
  );
  const args = ['--no-warnings', PREDICTIONS_PATHS.program, mode];
  const jail = startJail(host, profile, { program: JAIL_PATHS.node, args });
  jail.stdin.end();
  jail.stderr.resume();
  const chunks: Buffer[] = [];
  for await (const chunk of jail.stdout) chunks.push(chunk as Buffer);
  const outcome = await jail.outcome;
  if (outcome.kind !== 'completed')
    throw scoringError(outcome, { code: 'CANCELLED', message: 'reading was cancelled' });
  return { bytes: Buffer.concat(chunks), outcome };
}

/** Our table reader and DuckDB, which it reads most files with, where jails can reach them. */
async function stageReader(host: JailHost): Promise<string> {
  const here = (file: string): string => fileURLToPath(compiled(import.meta.url, file));
  const files: Record<string, string> = {
    'package.json': fileURLToPath(compiled(import.meta.url, '../../../../package.json')),
    'input-error.js': here('../../input-error.js'),
    'scoring/predictions/predictions.runner.js': here('./predictions.runner.js'),
    'scoring/predictions/predictions-task.js': here('./predictions-task.js'),
    ...Object.fromEntries(TABLES.map((name) => [`tables/${name}.js`, here(`../../tables/${name}.js`)])),
  };
  const require = createRequire(import.meta.url);
  const api = join(dirname(require.resolve('@duckdb/node-api/package.json')), '..');
  for (const name of ['node-api', 'node-bindings', `node-bindings-${process.platform}-${process.arch}`]) {
    const folder = join(api, name);
    for (const file of await readdir(folder, { recursive: true })) {
      if (/\.(js|node|so|json)$/.test(file))
        files[`node_modules/@duckdb/${name}/${file}`] = join(folder, file);
    }
  }
  return (await stage(host.directory, 'predictions', files)).path;
}

type Answer = { found: PredictionsInspection } | { refused: { code: string; message: string } };

/** What came out of the jail was computed from a stranger's bytes: checked for its form, and trusted for no more. */
function parse(bytes: Uint8Array): Answer {
  const value = JSON.parse(Buffer.from(bytes).toString('utf8')) as Partial<
    Record<'found' | 'refused', unknown>
  >;
  const refused = value.refused as { code?: unknown; message?: unknown } | undefined;
  if (
    refused !== undefined &&
    PREDICTIONS_REFUSALS.some((code) => code === refused.code) &&
    typeof refused.message === 'string' &&
    refused.message.length <= 500
  ) {
    return {
      refused: { code: String(refused.code), message: refused.message.replaceAll(/[^\P{C}]/gu, ' ') },
    };
  }
  const found = value.found as PredictionsInspection;
  const { format, rows, columns } = found;
  if ((format !== 'csv' && format !== 'parquet') || !Number.isSafeInteger(rows) || !Array.isArray(columns))
    throw new Error('the reader of predictions gave no answer');
  return { found: { format, rows, columns: columns.map((name) => String(name).slice(0, 100)) } };
}
