import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { jailHost } from '../src/engine/isolation/index.js';
import {
  defaultBinding,
  inspectArtefact,
  scoreOnnx,
  ScoringError,
  streamColumns,
} from '../src/engine/scoring/index.js';
import {
  FLOAT,
  floatTensor,
  INT64,
  linearModel,
  message,
  model,
  node,
  tensorValue,
} from '../src/engine/scoring/onnx-writer.js';
import { TableFile } from '../src/engine/tables/index.js';

const MAIN = new URL('../dist/main.js', import.meta.url).pathname;

interface Golden {
  model: string;
  columns: string[];
  rows: (string | number)[][];
  probabilities: number[];
}

/** Models and what scikit-learn gives for them: see text-models.py beside it. */
const GOLDEN = JSON.parse(
  readFileSync(new URL('./support/text-models.json', import.meta.url), 'utf8'),
) as Record<'mixed' | 'tensor', Golden>;

let work: string;
beforeAll(() => (work = mkdtempSync(join(tmpdir(), 'text-models-'))));
afterAll(() => rmSync(work, { recursive: true, force: true }));

function csv(
  name: string,
  columns: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const path = join(work, name);
  writeFileSync(path, [columns, ...rows].map((row) => row.join(',')).join('\n') + '\n');
  return path;
}

/** Scores a table as the service does. */
async function scoreFile(bytes: Uint8Array, path: string, features: readonly string[]): Promise<number[]> {
  const inspection = await inspectArtefact(bytes, 'ONNX', jailHost());
  const table = await TableFile.open(path);
  try {
    const typed = features.map((name) => table.columns.find((column) => column.name === name) ?? name);
    const binding = defaultBinding(inspection, typed);
    const batches = table.batches(streamColumns(binding, inspection), 1000) as Parameters<
      typeof scoreOnnx
    >[0]['batches'];
    const scored = await scoreOnnx({
      model: bytes,
      inspection,
      binding,
      batches,
      rows: table.rows,
      jail: jailHost(),
    });
    return [...scored.scores];
  } finally {
    table.close();
  }
}

describe('models of text, beside scikit-learn', () => {
  it.each(['mixed', 'tensor'] as const)('%s', async (name) => {
    const { model: base64, columns, rows, probabilities } = GOLDEN[name];
    const bytes = Buffer.from(base64, 'base64');
    const { outputs } = await inspectArtefact(bytes, 'ONNX', jailHost());
    expect(outputs[1]).toMatchObject({ name: 'output_probability', zipMap: { from: 'probabilities' } });
    // Many messages of text, each of another length, past the point where a thread reads ahead.
    const many = Array.from({ length: 20_000 }, (_, at) => rows[at % rows.length] as string[]);
    const scores = await scoreFile(bytes, csv(`${name}.csv`, columns, many), columns);
    expect(scores).toHaveLength(many.length);
    scores.forEach((score, at) => {
      const wanted = probabilities[at % rows.length] as number;
      if (Math.abs(score - wanted) > 2e-6) expect([at, score]).toEqual([at, wanted]);
    });
  });

  it('from the command line, which says how the score was read', () => {
    const { model: base64, columns, rows } = GOLDEN.mixed;
    const [file, out] = [join(work, 'mixed.onnx'), join(work, 'out.json')];
    writeFileSync(file, Buffer.from(base64, 'base64'));
    const labelled = Array.from({ length: 60 }, (_, at) => [...(rows[at % rows.length] as string[]), at % 2]);
    const data = csv('labelled.csv', [...columns, 'label'], labelled);
    const result = spawnSync(
      process.execPath,
      [
        MAIN,
        'evaluate',
        '--model',
        file,
        '--data',
        data,
        '--label',
        'label',
        '--features',
        columns.join(','),
        '--out',
        out,
      ],
      { encoding: 'utf8' },
    );
    expect(result).toMatchObject({ status: 0, stderr: '' });
    const document = JSON.parse(readFileSync(out, 'utf8')) as {
      model: { inspection: { outputs: unknown[] } };
    };
    expect(document.model.inspection.outputs[1]).toMatchObject({
      zipMap: { from: 'probabilities', classes: [0, 1] },
    });
  });

  it('names the row of a value that an integer cannot hold', async () => {
    const { model: base64, columns, rows } = GOLDEN.mixed;
    const broken = [...rows.slice(0, 3), ['HK', '2.5', 1], ...rows];
    await expect(
      scoreFile(Buffer.from(base64, 'base64'), csv('broken.csv', columns, broken), columns),
    ).rejects.toMatchObject({ code: 'INPUT_UNFIT', blame: 'model', message: /column "items", row 4/ });
  });
});

const text = (value: string) => new TextEncoder().encode(value);
const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
const PICKLE = Uint8Array.from([
  0x80,
  4,
  0x95,
  11,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0x8c,
  5,
  ...text('hello'),
  0x94,
  0x2e,
]);

function tar(name: string): Uint8Array {
  const block = Buffer.alloc(1536);
  block.write(name);
  block.write('0000644\0', 100);
  block.write('00000000000\0', 124);
  block.write('ustar\0', 257);
  block.fill(' ', 148, 156);
  block.write(
    `${block
      .subarray(0, 512)
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)}\0`,
    148,
  );
  return block;
}

/** A ZIP of empty files, one that claims so many bytes among them. */
function zip(names: readonly string[], claimed = 0): Uint8Array {
  const entries = names.map((name, at) => {
    const entry = Buffer.alloc(46 + name.length);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt32LE(claimed, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at * 30, 42);
    entry.write(name, 46);
    return entry;
  });
  const directory = Buffer.concat(entries);
  const local = Buffer.alloc(30 * names.length);
  local.writeUInt32LE(0x04034b50, 0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(directory.length, 12);
  return joined(local, directory, end);
}

describe('what is no model is refused by its name, inside the jail', () => {
  const whole = linearModel(2, 1, 0);
  const cases: [string, string, Uint8Array][] = [
    ['EMPTY_FILE', 'nothing', new Uint8Array(0)],
    ['PICKLE', 'a pickle of protocol 4', PICKLE],
    ['PICKLE', 'a pickle of protocol 0', text("cos\nsystem\n(S'id'\ntR.")],
    [
      'PICKLE',
      'a pickle of protocol 1',
      joined(text(']q'), Uint8Array.of(0), text('K'), Uint8Array.of(1), text('a.')),
    ],
    ['PICKLE', 'a pickle with a model after it', joined(PICKLE, whole)],
    ['COMPRESSED_PICKLE', 'joblib, compressed', gzipSync(PICKLE)],
    ['COMPRESSED', 'a compressed model', gzipSync(whole)],
    ['COMPRESSED', 'a model that LZMA compressed', Uint8Array.of(0x5d, 0, 0, 0x80, 0, ...new Uint8Array(40))],
    ['COMPRESSED', 'a compressed bomb', gzipSync(Buffer.alloc(1 << 26))],
    ['ZIP_ARCHIVE', 'a ZIP', zip(['model.onnx'])],
    ['PYTORCH_ARCHIVE', 'PyTorch', zip(['archive/data.pkl', 'archive/data/0'])],
    ['NUMPY_ARRAYS', 'npz', zip(['a.npy', 'b.npy'])],
    ['KERAS_ARCHIVE', 'Keras', zip(['config.json', 'model.weights.h5'])],
    ['ARCHIVE_TRAVERSAL', 'a ZIP that leaves its folder', zip(['../../etc/passwd'])],
    ['ARCHIVE_BOMB', 'a ZIP bomb', zip(['a'], 0xfffffff0)],
    ['TAR_ARCHIVE', 'a tar', tar('model.onnx')],
    ['OCI_ARCHIVE', 'an OCI archive', tar('oci-layout')],
    ['DOCKER_ARCHIVE', 'docker save', tar('manifest.json')],
    ['GGUF', 'GGUF', joined(text('GGUF'), Uint8Array.of(3, 0, 0, 0))],
    ['SAFETENSORS', 'safetensors', joined(Uint8Array.of(16, 0, 0, 0, 0, 0, 0, 0), text('{"__metadata":{}}'))],
    ['HDF5', 'HDF5', joined(Uint8Array.of(0x89), text('HDF\r\n\x1a\n'), new Uint8Array(100))],
    ['EXECUTABLE', 'ELF', joined(Uint8Array.of(0x7f), text('ELF'), new Uint8Array(60))],
    ['SCRIPT', 'a shell script', text('#!/bin/sh\nid\n')],
    ['SCRIPT', 'Python source', text('import os\n\nos.system("id")\n')],
    ['JSON', 'JSON', text('{"learner": {}}')],
    ['PMML', 'PMML', text('<?xml version="1.0"?>\n<PMML version="4.4"/>')],
    ['TABLE', 'CSV', text('a,b\n1,2\n3,4\n')],
    ['TABLE', 'Parquet', joined(text('PAR1'), new Uint8Array(20), text('PAR1'))],
    ['NOT_ONNX', 'prose', text('This is a model.')],
    ['NOT_ONNX', 'a model with a pickle after it', joined(whole, PICKLE)],
    ['NOT_ONNX', 'a model with a ZIP after it', joined(whole, zip(['a']))],
    ['NOT_ONNX', 'noise', Uint8Array.from({ length: 500 }, (_, at) => (at * 193 + 7) & 0xff)],
    [
      'UNSUPPORTED_INPUT',
      'an input of float16',
      model({
        nodes: [node('Cast', ['x'], ['score'], [message([1, 'to'], [3, FLOAT], [20, 2])])],
        inputs: [tensorValue('x', 10, ['n', 2])],
        outputs: [tensorValue('score', FLOAT, ['n', 2])],
      }),
    ],
    [
      'UNSUPPORTED_OUTPUT',
      'a label alone',
      model({
        nodes: [node('Cast', ['x'], ['label'], [message([1, 'to'], [3, INT64], [20, 2])])],
        inputs: [tensorValue('x', FLOAT, ['n', 1])],
        outputs: [tensorValue('label', INT64, ['n', 1])],
      }),
    ],
    [
      'MODEL_LOAD_FAILED',
      'an initialiser that is missing',
      model({
        nodes: [node('MatMul', ['x', 'w'], ['score'])],
        inputs: [tensorValue('x', FLOAT, ['n', 1])],
        outputs: [tensorValue('score', FLOAT, ['n', 1])],
      }),
    ],
  ];

  it.each(cases)('%s: %s', async (code, _, bytes) => {
    const path = join(work, 'artefact.onnx');
    writeFileSync(path, bytes);
    const error: unknown = await inspectArtefact({ file: path }, 'ONNX', jailHost()).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ScoringError);
    expect(error).toMatchObject({ code, blame: 'model' });
    expect((error as Error).message).not.toMatch(/\n/);
  });
});

describe('models that are taken', () => {
  const identity = (name: string) =>
    model({
      nodes: [node('Identity', [name], ['score'])],
      inputs: [tensorValue(name, FLOAT, ['n', 1])],
      outputs: [tensorValue('score', FLOAT, ['n', 1])],
    });

  it.each(['__proto__', 'constructor', 'toString', 'größe 港 "x"', 'a b\tc'])(
    'an input named %j',
    async (name) => {
      const path = csv('named.csv', ['f'], [[0.25], [0.5]]);
      expect(await scoreFile(identity(name), path, ['f'])).toEqual([0.25, 0.5]);
    },
  );

  // Converters leave it open by default; how many columns the weights want shows only when they meet some.
  it.each<[string, (number | string)[] | undefined]>([
    ['of a width it leaves open', ['n', 'k']],
    ['of a shape it does not say', undefined],
  ])('an input %s', async (_, shape) => {
    const bytes = model({
      nodes: [node('MatMul', ['x', 'w'], ['score'])],
      initializers: [floatTensor('w', [1, 2], [2, 1])],
      inputs: [tensorValue('x', FLOAT, shape)],
      outputs: [tensorValue('score', FLOAT, ['n', 1])],
    });
    const path = csv(
      'open.csv',
      ['f', 'g'],
      [
        [0.25, 0.5],
        [0.5, 0.125],
      ],
    );
    expect(await scoreFile(bytes, path, ['f', 'g'])).toEqual([1.25, 0.75]);
    await expect(scoreFile(bytes, path, ['f'])).rejects.toMatchObject({ code: 'MODEL_RUN_FAILED' });
  });

  it('classes whose number the model leaves open, once the binding says which is the score', async () => {
    const bytes = model({
      nodes: [node('Identity', ['x'], ['classes'])],
      inputs: [tensorValue('x', FLOAT, ['n', 3])],
      outputs: [tensorValue('classes', FLOAT, ['n', 'k'])],
    });
    const path = csv('classes.csv', ['f', 'g', 'h'], [[0.25, 0.5, 0.125]]);
    await expect(scoreFile(bytes, path, ['f', 'g', 'h'])).rejects.toThrow(
      /\[2048, 3\].*the binding must say which column is the score/,
    );
  });

  it('5,000 columns', async () => {
    const names = Array.from({ length: 5000 }, (_, at) => `f${at}`);
    const bytes = linearModel(5000, 1, 0);
    const inspection = await inspectArtefact(bytes, 'ONNX', jailHost());
    const rows = 3000;
    const column = Float32Array.from({ length: rows }, (_, row) => row % 7);
    async function* batches() {
      yield { rows, columns: names.map(() => column) };
    }
    const { scores } = await scoreOnnx({
      model: bytes,
      inspection,
      binding: defaultBinding(inspection, names),
      batches: batches(),
      rows,
      jail: jailHost(),
    });
    expect([...scores]).toEqual(Array.from(column, (value) => 5000 * value));
  });

  it('a model whose scores depend on the batch, with a warning', async () => {
    const ranks = model({
      nodes: [node('CumSum', ['x', 'axis'], ['score'])],
      initializers: [message([2, 6], [8, 'axis'], [5, Uint8Array.of(0)])],
      inputs: [tensorValue('x', FLOAT, ['n', 1])],
      outputs: [tensorValue('score', FLOAT, ['n', 1])],
    });
    expect((await inspectArtefact(ranks, 'ONNX', jailHost())).warnings).toEqual([
      expect.stringMatching(/^BATCH_DEPENDENT/),
    ]);
    expect((await inspectArtefact(linearModel(2, 1, 0), 'ONNX', jailHost())).warnings).toBeUndefined();
  });
});
