import { JailHost, jailHost, type JailLimits, type JailSettings, startJail } from '../isolation/index.js';
import { REFUSALS } from './admission/refusals.js';
import { type OnnxInspection } from './onnx-inspection.js';
import { onnxProfile, onnxRuntime, RUNNER_COMMAND } from './onnx-runtime.js';
import { ScoringError, scoringError } from './scoring-error.js';

/** What ONNX Runtime itself found when it loaded the model, and the shapes it gave for rows of zeros. */
export interface LoadedModel {
  inputs: string[];
  outputs: string[];
  /** null where zeros and empty strings are not what the inputs take. */
  smoke: { name: string; dims: number[] }[] | null;
}

export interface JailInspection {
  inspection: OnnxInspection;
  loaded: LoadedModel;
}

/** Codes by which a file is refused; what comes out of the jail may name these and no others. */
const CODES: ReadonlySet<string> = new Set([
  ...Object.keys(REFUSALS),
  ...['EXTERNAL_DATA', 'TOO_LARGE', 'UNSUPPORTED_INPUT', 'UNSUPPORTED_OUTPUT'],
]);

/**
 * Sees what a file is, reads the model, loads it and runs it on rows of zeros, all inside a jail: nothing of ours parses
 * hostile bytes outside one. What comes back was computed in there, so it is checked for its form and never trusted for
 * more.
 *
 * @param model its bytes, or the file that holds them
 * @throws ScoringError with the codes of `REFUSALS`, `inspectOnnx` and `checkUsable`, or `MODEL_LOAD_FAILED`, `MODEL_RUN_FAILED`, a limit, …
 */
export async function inspectInJail(
  model: Uint8Array | { file: string },
  jail: JailHost | JailSettings,
  limits: Partial<JailLimits> = {},
): Promise<JailInspection> {
  const host = jail instanceof JailHost ? jail : jailHost(jail);
  const runtime = await onnxRuntime(host);
  const profile = onnxProfile(
    'inspection',
    runtime,
    model,
    {
      mode: 'inspect',
      batchRows: 1,
      columns: [],
      inputs: [],
      output: { name: '', tensor: '', column: null, type: 'float32' },
      zipMaps: [],
    },
    limits,
  );
  const running = startJail(host, profile, RUNNER_COMMAND);
  running.stdin.end();
  running.stderr.resume();
  const chunks: Buffer[] = [];
  for await (const chunk of running.stdout) chunks.push(chunk as Buffer);
  const outcome = await running.outcome;
  if (outcome.kind !== 'completed') throw scoringError(outcome, { code: 'CANCELLED', message: 'cancelled' });
  const result = parse(Buffer.concat(chunks).toString('utf8'));
  if (isRefusal(result))
    throw new ScoringError(result.refused.code, result.refused.message, 'model', outcome);
  if (!isInspection(result)) {
    throw new ScoringError('SCORES_MALFORMED', 'the inspection gave no result', 'model', outcome);
  }
  return { inspection: result.inspection, loaded: result.loaded };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isRefusal(value: unknown): value is { refused: { code: string; message: string } } {
  if (!isRecord(value) || !isRecord(value['refused'])) return false;
  const { code, message } = value['refused'];
  return typeof code === 'string' && CODES.has(code) && typeof message === 'string' && message.length < 1000;
}

function isInspection(value: unknown): value is JailInspection {
  if (!isRecord(value) || !isRecord(value['inspection']) || !isRecord(value['loaded'])) return false;
  const { inspection, loaded } = value;
  const tensors = [inspection['inputs'], inspection['outputs']];
  return (
    isRecord(inspection['opset']) &&
    Object.values(inspection['opset']).every((version) => typeof version === 'number') &&
    typeof inspection['irVersion'] === 'number' &&
    typeof inspection['producer'] === 'string' &&
    typeof inspection['nodeCount'] === 'number' &&
    isTexts(inspection['operators']) &&
    tensors.every((list) => Array.isArray(list) && list.every(isTensorInfo)) &&
    (inspection['warnings'] === undefined || isTexts(inspection['warnings'])) &&
    isTexts(loaded['inputs']) &&
    isTexts(loaded['outputs']) &&
    (loaded['smoke'] === null || (Array.isArray(loaded['smoke']) && loaded['smoke'].every(isSmoke)))
  );
}

function isTensorInfo(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value['name'] === 'string' &&
    typeof value['elementType'] === 'string' &&
    Array.isArray(value['shape']) &&
    value['shape'].every((size) => size === null || typeof size === 'number' || typeof size === 'string') &&
    (value['zipMap'] === undefined || isZipMap(value['zipMap']))
  );
}

function isZipMap(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value['from'] === 'string' &&
    Array.isArray(value['classes']) &&
    value['classes'].every((label) => typeof label === 'number' || typeof label === 'string')
  );
}

function isSmoke(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value['name'] === 'string' &&
    Array.isArray(value['dims']) &&
    value['dims'].every((size) => typeof size === 'number')
  );
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
