import { readFile } from 'node:fs/promises';
import { baseProfile, jailHost, startJail } from '../src/engine/isolation/index.js';
import {
  defaultBinding,
  type FeatureBatch,
  inspectOnnx,
  type ModelSession,
  type ModelSessionOptions,
  openModelSession,
  ReopeningScorer,
  scoreOnnx,
  ScoringError,
} from '../src/engine/scoring/index.js';
import { encodeBatch, encodeSchema, END_OF_STREAM } from '../src/engine/scoring/arrow-message.js';
import {
  floatTensor,
  FLOAT,
  INT64,
  linearModel,
  model,
  node,
  tensorValue,
} from '../src/engine/scoring/onnx-writer.js';
import { StreamSession } from '../src/engine/scoring/stream-session.js';
import { type FeatureTable, featureTable, takeRows } from '../src/engine/tables/index.js';

const FOREST = new URL('../src/baselines/strong.onnx', import.meta.url);

const feature = (row: number, column: number) => ((row * 7919 + column * 104729) % 1000) / 10;

function features(rows: number, width: number): FeatureTable {
  return featureTable(
    Object.fromEntries(
      Array.from({ length: width }, (_, column) => [
        `f${column}`,
        Float32Array.from({ length: rows }, (__, row) => feature(row, column)),
      ]),
    ),
  );
}

/** AttributeProto: name = 1, i = 3, type = 20 (INT = 2). */
const CAST_TO_FLOAT = Uint8Array.from([
  ...[0x0a, 2, ...new TextEncoder().encode('to')],
  ...[0x18, FLOAT, 0xa0, 0x01, 2],
]);

async function* once(batch: FeatureBatch): AsyncGenerator<FeatureBatch> {
  yield batch;
}

async function open(bytes: Uint8Array, more: Partial<ModelSessionOptions> = {}): Promise<ModelSession> {
  const inspection = more.inspection ?? inspectOnnx(bytes);
  const width = (inspection.inputs[0]?.shape[1] as number | undefined) ?? 1;
  const binding = defaultBinding(
    inspection,
    Array.from({ length: width }, (_, column) => `f${column}`),
  );
  const { session } = await openModelSession({ model: bytes, binding, jail: jailHost(), ...more });
  return session;
}

async function failure(promise: Promise<unknown>): Promise<ScoringError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ScoringError)) throw error;
  return error;
}

describe('a model kept open in its jails', () => {
  it('gives a row the bits of scoreOnnx wherever it stands, in one jail a lane', async () => {
    const bytes = await readFile(FOREST);
    const inspection = inspectOnnx(bytes);
    const width = inspection.inputs[0]?.shape[1] as number;
    const table = features(5000, width);
    const { scores } = await scoreOnnx({
      model: bytes,
      binding: defaultBinding(inspection, table.names),
      batches: once({ rows: table.rows, columns: table.columns }),
      rows: table.rows,
      jail: jailHost(),
    });
    const expected = Float64Array.from(scores);
    for (const lanes of [1, 2]) {
      const session = await open(bytes, { lanes });
      const backwards = Int32Array.from({ length: 5000 }, (_, row) => 4999 - row);
      const few = Int32Array.of(4321, 7, 7, 2048, 2047);
      const all = await Promise.all([
        session.score(table),
        session.score(takeRows(table, backwards)),
        session.score(takeRows(table, few)),
        ...Array.from({ length: 40 }, (_, row) => session.score(takeRows(table, [row]))),
        session.score(takeRows(table, [])),
      ]);
      expect(all[0]).toEqual(expected);
      expect(all[1]).toEqual(expected.toReversed());
      expect(all[2]).toEqual(Float64Array.from(few, (row) => expected[row] ?? NaN));
      all.slice(3, 43).forEach((one, row) => expect([...one]).toEqual([expected[row]]));
      expect(all[43]).toHaveLength(0);
      // After a pause, the rest of it.
      expect(await session.score(takeRows(table, few))).toEqual(all[2]);
      const end = await session.close();
      expect(end.outcomes.map(({ kind }) => kind)).toEqual(Array<string>(lanes).fill('completed'));
      expect(end.rows).toBe(10_050);
      // Small batches that waited together went together: five full messages, a short one, and the last five rows.
      expect(end.messages).toBe(6);
    }
  });

  it('marks what a tolerant session may meet, and goes on', async () => {
    const whole = model({
      nodes: [node('Cast', ['f0'], ['c'], [CAST_TO_FLOAT]), node('Log', ['c'], ['score'])],
      inputs: [tensorValue('f0', INT64, ['n', 1])],
      outputs: [tensorValue('score', FLOAT, ['n', 1])],
    });
    const table = featureTable({ f0: Float64Array.of(1, NaN, -1, 0.5, 1) });
    const tolerant = await open(whole, { tolerant: true });
    expect([...(await tolerant.score(table))]).toEqual([0, NaN, NaN, NaN, 0]);
    expect([...(await tolerant.score(takeRows(table, [0])))]).toEqual([0]);
    expect((await tolerant.close()).rows).toBe(4);

    const strict = await open(whole);
    expect((await failure(strict.score(table))).code).toBe('INPUT_UNFIT');
    expect([...(await strict.score(takeRows(table, [0])))]).toEqual([0]);
    const bad = await failure(strict.score(takeRows(table, [0, 2])));
    expect([bad.code, bad.blame, bad.message]).toEqual([
      'SCORE_NOT_FINITE',
      'model',
      'the score of row 2 is NaN',
    ]);
    expect(await failure(strict.score(takeRows(table, [0])))).toBe(bad);
    expect(await failure(strict.close())).toBe(bad);
  });

  it('opens again what failed, tells it of the table that it failed on, and of no other', async () => {
    const lookup = model({
      nodes: [node('Gather', ['table', 'f0'], ['score'])],
      initializers: [floatTensor('table', [0.1, 0.2, 0.3], [3])],
      inputs: [tensorValue('f0', INT64, ['n', 1])],
      outputs: [tensorValue('score', FLOAT, ['n', 1])],
    });
    const scorer = new ReopeningScorer(() => open(lookup, { lanes: 2, tolerant: true }));
    const table = (...values: number[]) => featureTable({ f0: Float64Array.from(values) });
    expect(await scorer.score(table(0, 2))).toEqual(Float64Array.of(Math.fround(0.1), Math.fround(0.3)));
    const [good, bad, other] = await Promise.allSettled([
      scorer.score(table(1)),
      scorer.score(table(0, 7)),
      scorer.score(table(2)),
    ]);
    expect(good).toEqual({ status: 'fulfilled', value: Float64Array.of(Math.fround(0.2)) });
    expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'MODEL_RUN_FAILED', blame: 'model' } });
    expect(other).toMatchObject({ status: 'fulfilled' });
    expect(await scorer.score(table(1))).toHaveLength(1);
    const { jails, rows } = await scorer.close();
    // Two lanes before, two for each of the three alone, two after; rows of sessions that came to a good end.
    expect([jails, rows]).toEqual([10, 3]);
  });

  it('says of a model that does not load, of limits and of a cancelled session what scoreOnnx says', async () => {
    const broken = linearModel(2, 0.5, 1);
    const inspection = inspectOnnx(broken);
    const loads = await open(broken.slice(0, broken.length - 40), { inspection });
    const unloaded = await failure(loads.score(features(10, 2)));
    expect([unloaded.code, unloaded.blame]).toEqual(['MODEL_LOAD_FAILED', 'model']);

    const slow = await open(await readFile(FOREST), { limits: { wallSeconds: 1 } });
    const table = features(2000, 55);
    const late = await failure(
      (async () => {
        for (;;) await Promise.all(Array.from({ length: 20 }, () => slow.score(table)));
      })(),
    );
    expect([late.code, late.blame]).toEqual(['LIMIT_WALL', 'limit']);

    const stop = new AbortController();
    const session = await open(await readFile(FOREST), { signal: stop.signal, lanes: 2 });
    const running = Array.from({ length: 50 }, () => session.score(table));
    await running[0];
    stop.abort();
    const cut = await failure(Promise.all(running));
    expect([cut.code, cut.blame]).toEqual(['CANCELLED', 'cancelled']);
    await Promise.allSettled(running);
    expect((await failure(session.close())).code).toBe('CANCELLED');

    const killed = await open(linearModel(2, 0.5, 1));
    await killed.score(features(3, 2));
    await killed.kill();
    expect((await failure(killed.score(features(3, 2)))).code).toBe('CANCELLED');
  });

  const three = encodeBatch(3, [Float64Array.of(0.1, 0.2, 0.3)]);
  const schema = encodeSchema([{ name: 'score', type: 'float64' }]);
  it.each([
    ['floods', 'cat /dev/zero', ['LIMIT_OUTPUT', 'SCORES_MALFORMED'], /./],
    ['floods stderr', 'cat /dev/zero >&2', ['LIMIT_OUTPUT'], /printed more than it may/],
    ['is killed', 'head -c 100 > /dev/null; kill -9 $$', ['MODEL_CRASHED'], /SIGKILL/],
    ['swallows', 'cat > /dev/null', ['WINDOW_UNANSWERED'], /for window 1 /],
    [
      'ends too early',
      'cat /job/schema /job/three /job/end',
      ['SCORES_MALFORMED'],
      /before the features do|3 scores for 6 rows/,
      'score',
    ],
    ['gives too much', 'cat /job/schema /job/three /job/three', ['SCORES_MALFORMED'], /more scores than/],
    ['stops short', 'cat /job/schema', ['SCORES_MALFORMED'], /the scores end after 0 rows/],
  ])('is not taken in by a program that %s', async (_name, script, codes, words, next = 'close') => {
    const profile = baseProfile({ wallSeconds: 20, outputBytes: 4096 });
    const mounts = Object.entries({ schema, three, end: END_OF_STREAM }).map(
      ([name, bytes]) => ({ kind: 'data', bytes, at: `/job/${name}` }) as const,
    );
    const session = new StreamSession({
      columns: [{ name: 'x', type: 'float64' }],
      messageRows: 16,
      stallSeconds: 0.5,
      start: () =>
        startJail(
          jailHost(),
          { ...profile, mounts: [...profile.mounts, ...mounts] },
          { program: 'sh', args: ['-c', script] },
        ),
    });
    const batch = { rows: 3, columns: [Float64Array.of(1, 2, 3)] };
    const error = await failure(
      (async () => {
        await session.score(batch);
        // A program that ended while nothing was asked of it is found out by the next who asks, or at the end.
        for (;;) await (next === 'close' ? session.close() : session.score(batch));
      })(),
    );
    expect(codes).toContain(error.code);
    expect(error.message).toMatch(words);
    expect((await failure(session.score(batch))).code).toBe(error.code);
  });
});
