import {
  makeData,
  Field,
  Float32,
  Float64,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  tableFromIPC,
  tableFromArrays,
  tableToIPC,
} from 'apache-arrow';
import fc from 'fast-check';
import { Readable } from 'node:stream';
import {
  ArrowError,
  type ArrowField,
  encodeBatch,
  encodeSchema,
  END_OF_STREAM,
  type FloatColumn,
} from './arrow-message.js';
import { readScores } from './score-reader.js';

const concat = (...parts: Uint8Array[]) => Uint8Array.from(Buffer.concat(parts));

async function read(bytes: Uint8Array, rows: number, cut = bytes.length): Promise<number[]> {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += cut) chunks.push(Buffer.from(bytes.subarray(at, at + cut)));
  const scores: number[] = [];
  await readScores(Readable.from(chunks), { rows, sent: () => rows }, (from, values: FloatColumn) => {
    expect(from).toBe(scores.length);
    scores.push(...values);
  });
  return scores;
}

describe('what we write, apache-arrow reads', () => {
  it.each([1, 2, 7, 2048])('%i rows of floats and doubles', (rows) => {
    const fields: ArrowField[] = [
      { name: 'amount', type: 'float32' },
      { name: 'größe 港', type: 'float64' },
      { name: 'x'.repeat(300), type: 'float32' },
    ];
    const columns = [
      Float32Array.from({ length: rows }, (_, i) => i / 3),
      Float64Array.from({ length: rows }, (_, i) => -i / 7),
      new Float32Array(rows).fill(NaN),
    ];
    const table = tableFromIPC(
      concat(encodeSchema(fields), encodeBatch(rows, columns), encodeBatch(rows, columns), END_OF_STREAM),
    );
    expect(table.schema.fields.map(({ name }) => name)).toEqual(fields.map(({ name }) => name));
    expect(table.numRows).toBe(2 * rows);
    columns.forEach((column, index) => {
      expect([...(table.getChildAt(index)?.toArray() as Float64Array)]).toEqual([...column, ...column]);
    });
  });

  it('hundreds of columns', () => {
    const fields = Array.from({ length: 700 }, (_, i): ArrowField => ({ name: `f${i}`, type: 'float32' }));
    const columns = fields.map((_, i) => new Float32Array([i, i + 0.5, i + 0.25]));
    const table = tableFromIPC(concat(encodeSchema(fields), encodeBatch(3, columns), END_OF_STREAM));
    expect(table.getChildAt(699)?.toJSON()).toEqual([699, 699.5, 699.25]);
  });
});

describe('what apache-arrow writes, we read', () => {
  it.each([
    ['float32', Float32Array.from([0, 0.25, 1e-30, 1])],
    ['float64', Float64Array.from([0, 1 / 3, 1e-300, 1])],
  ])('a column of %s, cut anywhere', async (_, values) => {
    const bytes = tableToIPC(tableFromArrays({ score: values }), 'stream');
    for (const cut of [1, 3, 8, 64, bytes.length]) expect(await read(bytes, 4, cut)).toEqual([...values]);
  });

  it('several batches', async () => {
    const schema = new Schema([new Field('score', new Float32(), false)]);
    const batch = (values: number[]) =>
      new RecordBatch(
        schema,
        makeData({
          type: new Struct(schema.fields),
          length: values.length,
          nullCount: 0,
          children: [makeData({ type: new Float32(), data: Float32Array.from(values) })],
        }),
      );
    const writer = new RecordBatchStreamWriter();
    for (const values of [[1, 2, 3], [4], [5, 6]]) writer.write(batch(values));
    writer.finish();
    expect(await read(await writer.toUint8Array(), 6)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('a stream of scores is refused', () => {
  const schema = encodeSchema([{ name: 'score', type: 'float32' }]);
  const batch = encodeBatch(3, [new Float32Array(3)]);
  const good = concat(schema, batch, END_OF_STREAM);
  const text = (value: object) => tableToIPC(tableFromArrays(value as Record<string, string[]>), 'stream');

  it.each<[string, Uint8Array, RegExp]>([
    ['empty', new Uint8Array(0), /end after 0 rows/],
    ['text', new TextEncoder().encode('0.1\n0.2\n0.3\n'), /no Arrow message/],
    ['without its end', concat(schema, batch), /end after 3 rows/],
    ['too few', concat(schema, END_OF_STREAM), /0 scores for 3 rows/],
    ['too many', concat(schema, batch, batch, END_OF_STREAM), /more scores than the 3 rows/],
    [
      'another name',
      concat(encodeSchema([{ name: 'scores', type: 'float32' }]), batch),
      /one column, "score"/,
    ],
    [
      'two columns',
      concat(
        encodeSchema([
          { name: 'score', type: 'float32' },
          { name: 'b', type: 'float32' },
        ]),
      ),
      /one column/,
    ],
    ['a batch before the schema', concat(batch, END_OF_STREAM), /does not fit the schema/],
    ['two schemas', concat(schema, schema), /second schema/],
    ['bytes after the end', concat(good, Uint8Array.of(1)), /after the end/],
    ['text values', text({ score: ['a', 'b', 'c'] }), /./],
    ['metadata of 2 GB', Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 127), /metadata of/],
  ])('%s', async (_, bytes, message) => {
    const failure = read(bytes, 3);
    await expect(failure).rejects.toThrow(ArrowError);
    await expect(failure).rejects.toThrow(message);
  });

  it('with nulls', async () => {
    const table = tableFromArrays({ score: [0.5, null, 0.25] });
    expect(table.schema.fields[0]?.type).toBeInstanceOf(Float64);
    await expect(read(tableToIPC(table, 'stream'), 3)).rejects.toThrow(/nulls/);
  });

  it('in no other way than by an ArrowError, whatever bytes are altered', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (changes) => {
          const bytes = good.slice();
          for (const [at, value] of changes) bytes[at] = value;
          const result: unknown = await read(bytes, 3).catch((error: unknown) => error);
          expect(Array.isArray(result) || result instanceof ArrowError).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
