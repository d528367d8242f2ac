/**
 * Runs inside the jail, on the staged Node and ONNX Runtime: Arrow features on stdin, Arrow scores on what was stdout.
 *
 * It calls ONNX Runtime's native binding itself and reads and writes its pipes with plain calls: nothing else has to be
 * loaded or scheduled, so it starts quickly, holds a few batches in memory and runs the model in one thread.
 */
import { readFileSync, writeSync } from 'node:fs';
import {
  type ArrowColumn,
  columnPlaces,
  columnValues,
  decodeMessage,
  encodeBatch,
  encodeSchema,
  END_OF_STREAM,
  type FloatColumn,
  metadataLength,
  PREFIX_BYTES,
} from './arrow-message.js';
import { Feeds } from './runner-feeds.js';
import { inspectModel } from './runner-inspection.js';
import { RunnerPipes } from './runner-pipes.js';
import { named, openSession, RunnerFault, type Tensor } from './runner-session.js';
import { JAIL_PATHS, RUNNER_EXIT, type RunnerTask } from './runner-task.js';
import { withoutZipMaps } from './zip-map.js';

const pipes = new RunnerPipes();

/** Messages, the schema among them: fewer are done before a second thread would be up. */
const READ_AHEAD_AFTER = 4;

/** Takes the score out of an output tensor: the column named, else column 1 of [n, 2], or [n], or [n, 1]. */
function extract(tensor: Tensor, task: RunnerTask, scores: FloatColumn, from: number, rows: number): void {
  const { data, dims } = tensor;
  const width = dims.length === 2 ? (dims[1] ?? 0) : 1;
  const column = task.output.column ?? (width === 2 ? 1 : width === 1 ? 0 : -1);
  const fits =
    (data instanceof Float32Array || data instanceof Float64Array) &&
    dims.length <= 2 &&
    dims[0] === task.batchRows &&
    column >= 0 &&
    column < width;
  if (!fits) {
    const shape = `output "${task.output.name.slice(0, 64)}" is ${tensor.type}[${dims.join(', ')}] for ${task.batchRows} rows`;
    const unsaid = column === -1 && dims[0] === task.batchRows;
    throw new RunnerFault(
      RUNNER_EXIT.shape,
      unsaid ? `${shape}: the binding must say which column is the score` : shape,
    );
  }
  for (let row = from, at = column; row < from + rows; row += 1, at += width)
    scores[row] = data[at] as number;
}

let last: { metadata: Uint8Array; message: ReturnType<typeof decodeMessage> } | undefined;

/** Messages of equal rows have equal metadata, byte for byte, where all columns are numbers. */
function decode(metadata: Uint8Array): ReturnType<typeof decodeMessage> {
  if (last === undefined || Buffer.compare(last.metadata, metadata) !== 0) {
    last = { metadata: metadata.slice(), message: decodeMessage(metadata) };
  }
  return last.message;
}

function readModel(task: RunnerTask): Uint8Array {
  const model = readFileSync(JAIL_PATHS.model);
  return task.zipMaps.length === 0 ? model : withoutZipMaps(model, new Map(task.zipMaps));
}

function score(task: RunnerTask): void {
  const session = openSession(readModel(task));
  const feeds = new Feeds(task);
  const fetches = named([[task.output.tensor, null]]);
  pipes.write(encodeSchema([{ name: 'score', type: task.output.type }]));
  let done = 0;
  for (let messages = 0; ; messages += 1) {
    if (messages > READ_AHEAD_AFTER) pipes.readAhead();
    const prefix = pipes.read(PREFIX_BYTES);
    if (prefix.length < PREFIX_BYTES) break;
    const length = metadataLength(prefix);
    if (length === 0) break;
    const message = decode(pipes.read(length));
    if (message.kind === 'schema') continue;
    const body = pipes.read(message.bodyLength);
    const places = columnPlaces(message, task.columns);
    const columns: ArrowColumn[] = task.columns.map((field, index) =>
      columnValues(body, field, message.rows, places[index] as (typeof places)[number]),
    );
    const scores =
      task.output.type === 'float32' ? new Float32Array(message.rows) : new Float64Array(message.rows);
    for (let from = 0; from < message.rows; from += task.batchRows) {
      const rows = Math.min(task.batchRows, message.rows - from);
      feeds.fill(columns, from, rows, done);
      let output: Tensor | undefined;
      try {
        output = session.run(feeds.tensors, fetches, {})[task.output.tensor];
      } catch (error) {
        throw new RunnerFault(RUNNER_EXIT.run, error);
      }
      if (output === undefined)
        throw new RunnerFault(RUNNER_EXIT.shape, `output "${task.output.name}" is missing`);
      extract(output, task, scores, from, rows);
    }
    done += message.rows;
    pipes.write(encodeBatch(message.rows, [scores]));
  }
  pipes.write(END_OF_STREAM);
}

try {
  const task = JSON.parse(readFileSync(JAIL_PATHS.task, 'utf8')) as RunnerTask;
  if (task.mode === 'inspect') pipes.write(new TextEncoder().encode(JSON.stringify(inspectModel())));
  else score(task);
  pipes.close();
} catch (error) {
  const { message } = error as Error;
  writeSync(2, `${message.replaceAll(/\s+/g, ' ').slice(0, 1000)}\n`);
  pipes.close();
  process.exit(error instanceof RunnerFault ? error.exit : RUNNER_EXIT.input);
}
