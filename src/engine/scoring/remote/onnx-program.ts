import { InputError } from '../../input-error.js';
import { type JailHost, startJail } from '../../isolation/index.js';
import { defaultBinding } from '../binding.js';
import { inspectOnnx } from '../onnx-inspection.js';
import { onnxProfile, onnxRuntime, RUNNER_COMMAND } from '../onnx-runtime.js';
import { runnerTask } from '../score-onnx.js';
import { scoringError } from '../scoring-error.js';
import { ModelFailed, type ProgramEnd, type ScoringProgram } from './program.js';
import { FAILURES, type Lease } from './protocol.js';

const WEEK_SECONDS = 7 * 24 * 3_600;
const OVERHEAD_BYTES = 1 << 20;

/**
 * An ONNX graph at its owner's site, in the same jail and by the same runtime as it would have here: so its scores are
 * those that it would get here, on a machine of the same class.
 *
 * @throws ModelFailed where the file is no graph that can be taken, or does not fit the columns of the lease
 */
export async function startOnnx(
  host: JailHost,
  model: Uint8Array,
  lease: Lease,
  memoryBytes: number,
): Promise<ScoringProgram> {
  const names = lease.columns.map(({ name }) => name);
  // What comes is what the lease says: the task of a graph that wants doubles would announce others.
  const columns = lease.columns.map(({ name, type }) => {
    if (type === 'float32' || type === 'float64') return { name, type };
    throw new ModelFailed('MODEL_LOAD_FAILED', `the column ${name} is no number: give a program instead`);
  });
  let task;
  try {
    const inspection = inspectOnnx(model);
    task = runnerTask(defaultBinding(inspection, names), inspection, columns);
  } catch (error) {
    if (error instanceof InputError) throw new ModelFailed('MODEL_LOAD_FAILED', error.message);
    throw error;
  }
  const runtime = await onnxRuntime(host);
  const profile = onnxProfile('onnx', runtime, model, task, {
    wallSeconds: WEEK_SECONDS,
    cpuSeconds: WEEK_SECONDS,
    memoryBytes,
    outputBytes: lease.rows * 16 + OVERHEAD_BYTES,
  });
  const jail = startJail(host, profile, RUNNER_COMMAND);
  jail.stderr.resume();
  jail.stdin.on('error', () => undefined);
  const ended = jail.outcome.then((outcome): ProgramEnd => {
    if (outcome.kind === 'completed') return { ok: true };
    if (outcome.kind === 'fault') return { ok: false, code: null, message: outcome.reason };
    const { code, message } = scoringError(outcome, {
      code: 'MODEL_CRASHED',
      message: 'the model was stopped',
    });
    return { ok: false, code: FAILURES.find((known) => known === code) ?? 'MODEL_RUN_FAILED', message };
  });
  return { stdin: jail.stdin, stdout: jail.stdout, ended, kill: () => jail.kill() };
}
