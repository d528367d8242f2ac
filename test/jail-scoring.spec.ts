import { readFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { JailHost, jailHost } from '../src/engine/isolation/index.js';
import {
  boundColumns,
  defaultBinding,
  type FeatureBatch,
  inspectInJail,
  inspectOnnx,
  scoreOnnx,
  ScoringError,
  type ScoreOptions,
} from '../src/engine/scoring/index.js';
import {
  DOUBLE,
  externalTensor,
  FLOAT,
  INT64,
  linearModel,
  model,
  node,
  tensorValue,
} from '../src/engine/scoring/onnx-writer.js';

const FOREST = new URL('../src/baselines/strong.onnx', import.meta.url);

/** Rows cut into batches of any size; the features are a function of row and column alone. */
async function* batches(rows: number, width: number, size: number): AsyncGenerator<FeatureBatch> {
  for (let from = 0; from < rows; from += size) {
    const count = Math.min(size, rows - from);
    yield {
      rows: count,
      columns: Array.from({ length: width }, (_, column) =>
        Float32Array.from({ length: count }, (__, row) => feature(from + row, column)),
      ),
    };
  }
}

const feature = (row: number, column: number) => ((row * 7919 + column * 104729) % 1000) / 10;

function score(bytes: Uint8Array, rows: number, more: Partial<ScoreOptions> & { size?: number } = {}) {
  const inspection = inspectOnnx(bytes);
  const width = (inspection.inputs[0]?.shape[1] as number | undefined) ?? 1;
  const binding =
    more.binding ??
    defaultBinding(
      inspection,
      Array.from({ length: width }, (_, i) => `f${i}`),
    );
  const { size = 1000, ...rest } = more;
  return scoreOnnx({
    model: bytes,
    binding,
    batches: batches(rows, boundColumns(binding).length, size),
    rows,
    jail: jailHost(),
    ...rest,
  });
}

async function failure(promise: Promise<unknown>): Promise<ScoringError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ScoringError)) throw error;
  return error;
}

describe('scoring in the jail', () => {
  it('gives the very bits of bare ONNX Runtime, in any number of jails, however the rows are cut', async () => {
    const bytes = await readFile(FOREST);
    const inspection = inspectOnnx(bytes);
    const width = inspection.inputs[0]?.shape[1] as number;
    const rows = 5000;
    const expected = bareScores({
      width,
      rows,
      input: inspection.inputs[0]?.name ?? '',
      output: inspection.outputs.find(({ elementType }) => elementType === 'float')?.name ?? '',
    });
    for (const how of [{ size: 1000 }, { size: 333, lanes: 2 }, { size: 5000, lanes: 3 }]) {
      const result = await score(bytes, rows, how);
      expect(
        Buffer.compare(Buffer.from(result.scores.buffer as SharedArrayBuffer), Buffer.from(expected.buffer)),
      ).toBe(0);
      expect(result.outcomes.every(({ kind }) => kind === 'completed')).toBe(true);
      expect(result.usage.peakMemoryBytes).toBeGreaterThan(1e6);
    }
  });

  it('ends well with the few batches after which its reading thread is still starting', async () => {
    const weak = await readFile(new URL('../src/baselines/weak.onnx', import.meta.url));
    for (const rows of Array.from({ length: 24 }, (_, time) => 7_500 + 150 * (time % 8))) {
      const { scores, outcomes } = await score(weak, rows, { size: 16_384 });
      expect([scores.length, outcomes.map(({ kind }) => kind)]).toEqual([rows, ['completed']]);
    }
  });

  it('scores one row, a last row alone, and doubles beside integers', async () => {
    for (const rows of [1, 2049]) {
      const { scores } = await score(linearModel(2, 0.5, 1), rows);
      expect([...scores]).toEqual(
        Array.from({ length: rows }, (_, row) =>
          Math.fround(
            Math.fround(Math.fround(feature(row, 0)) * 0.5 + Math.fround(feature(row, 1)) * 0.5) + 1,
          ),
        ),
      );
    }
    const mixed = model({
      nodes: [node('Cast', ['count'], ['c'], [castTo(DOUBLE)]), node('Add', ['amount', 'c'], ['score'])],
      inputs: [tensorValue('amount', DOUBLE, ['n', 1]), tensorValue('count', INT64, ['n', 1])],
      outputs: [tensorValue('score', DOUBLE, ['n', 1])],
    });
    const result = await scoreOnnx({
      model: mixed,
      binding: defaultBinding(inspectOnnx(mixed), ['amount', 'count']),
      batches: once({ rows: 2, columns: [Float64Array.of(1 / 3, 2 ** 40), BigInt64Array.of(2n, -1n)] }),
      rows: 2,
      jail: jailHost(),
    });
    expect(result.scores).toBeInstanceOf(Float64Array);
    expect([...result.scores]).toEqual([1 / 3 + 2, 2 ** 40 - 1]);
  });

  it('keeps a model with a fixed number of rows to it', async () => {
    const fixed = model({
      nodes: [node('Identity', ['x'], ['score'])],
      inputs: [tensorValue('x', FLOAT, [3, 1])],
      outputs: [tensorValue('score', FLOAT, [3, 1])],
    });
    const { scores, batchRows } = await score(fixed, 10);
    expect([batchRows, ...scores]).toEqual([
      3,
      ...Array.from({ length: 10 }, (_, row) => Math.fround(feature(row, 0))),
    ]);
  });

  it('tells whose fault it was', async () => {
    const notFinite = model({
      nodes: [node('Log', ['x'], ['score'])],
      inputs: [tensorValue('x', FLOAT, ['n', 1])],
      outputs: [tensorValue('score', FLOAT, ['n', 1])],
    });
    // Row 1 is feature 0: its logarithm is no number a report could print.
    expect(await failure(score(notFinite, 5))).toMatchObject({
      code: 'SCORE_NOT_FINITE',
      blame: 'model',
      message: 'the score of row 1 is -Infinity',
    });
    const unknown = model({
      nodes: [node('NoSuchOperator', ['x'], ['score'])],
      inputs: [tensorValue('x', FLOAT, ['n', 1])],
      outputs: [tensorValue('score', FLOAT, ['n', 1])],
    });
    expect(await failure(score(unknown, 5))).toMatchObject({ code: 'MODEL_LOAD_FAILED', blame: 'model' });
    const shapes = model({
      nodes: [node('Transpose', ['x'], ['score'])],
      inputs: [tensorValue('x', FLOAT, ['n', 2])],
      outputs: [tensorValue('score', FLOAT, ['m', 'k'])],
    });
    expect(await failure(score(shapes, 5))).toMatchObject({ code: 'SCORE_SHAPE', blame: 'model' });
  });

  it('ends at the limits, and when it is told to', async () => {
    const bytes = await readFile(FOREST);
    expect(await failure(score(bytes, 10_000_000, { limits: { wallSeconds: 0.7 } }))).toMatchObject({
      code: 'LIMIT_WALL',
      blame: 'limit',
    });
    const cancel = new AbortController();
    const cancelled = failure(
      score(bytes, 10_000_000, { signal: cancel.signal, lanes: 2, onProgress: () => cancel.abort() }),
    );
    expect(await cancelled).toMatchObject({ code: 'CANCELLED', blame: 'cancelled' });
    expect(
      await failure(score(bytes, 10, { limits: { memoryBytes: 12 * 2 ** 20, addressSpaceBytes: 2 ** 40 } })),
    ).toMatchObject({
      blame: 'limit',
      code: 'LIMIT_MEMORY',
    });
  });

  it('passes on what the reading of features throws, and leaves no jail behind', async () => {
    async function* broken(): AsyncGenerator<FeatureBatch> {
      yield* batches(10, 2, 5);
      throw new RangeError('row 11 is damaged');
    }
    await expect(score(linearModel(2, 1, 0), 20, { batches: broken() })).rejects.toThrow('row 11 is damaged');
  });

  it('works without slots and cgroups', async () => {
    const jail = new JailHost({ slots: null, cgroupParent: null });
    expect((await score(linearModel(2, 1, 0), 3, { jail })).scores.length).toBe(3);
  });
});

describe('inspection in the jail', () => {
  it('loads the model and runs it', async () => {
    const bytes = await readFile(FOREST);
    const { inspection, loaded } = await inspectInJail(bytes, jailHost());
    expect(inspection).toEqual(inspectOnnx(bytes));
    expect(loaded.inputs).toEqual(inspection.inputs.map(({ name }) => name));
    expect(loaded.smoke?.length).toBe(inspection.outputs.length);
  });

  it.each<[string, Uint8Array, string]>([
    ['text', new TextEncoder().encode('not a model'), 'NOT_ONNX'],
    [
      'external data',
      model({ initializers: [externalTensor('w')], outputs: [tensorValue('w', FLOAT, [1])] }),
      'EXTERNAL_DATA',
    ],
    [
      'an unknown operator',
      model({ nodes: [node('Nope', [], ['w'])], outputs: [tensorValue('w', FLOAT, [1])] }),
      'MODEL_LOAD_FAILED',
    ],
  ])('refuses %s', async (_, bytes, code) => {
    expect(await failure(inspectInJail(bytes, jailHost()))).toMatchObject({ code, blame: 'model' });
  });
});

function castTo(type: number): Uint8Array {
  const name = new TextEncoder().encode('to');
  // AttributeProto: name = 1, i = 3, type = 20 (INT = 2).
  return Uint8Array.from([0x0a, name.length, ...name, 0x18, type, 0xa0, 0x01, 2]);
}

async function* once(batch: FeatureBatch): AsyncGenerator<FeatureBatch> {
  yield batch;
}

/** The score column's bytes from onnxruntime-node's public interface, in a process of its own, all rows in one call. */
function bareScores(how: { width: number; rows: number; input: string; output: string }): Buffer {
  const script = `
    import { InferenceSession, Tensor } from 'onnxruntime-node';
    const { width, rows, input, output } = ${JSON.stringify(how)};
    const feature = ${feature.toString()};
    const session = await InferenceSession.create(${JSON.stringify(fileURLToPath(FOREST))}, { intraOpNumThreads: 1 });
    const matrix = Float32Array.from({ length: rows * width }, (_, i) => feature(Math.floor(i / width), i % width));
    const { data } = (await session.run({ [input]: new Tensor('float32', matrix, [rows, width]) }))[output];
    const columns = data.length / rows;
    const scores = Float32Array.from({ length: rows }, (_, row) => data[row * columns + columns - 1]);
    process.stdout.write(Buffer.from(scores.buffer));`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    maxBuffer: 2 ** 26,
  });
}
