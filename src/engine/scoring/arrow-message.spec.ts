import {
  type DataType,
  Field,
  Float32,
  Float64,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Table,
  tableFromArrays,
  tableFromIPC,
  tableToIPC,
  TimestampMicrosecond,
  Uint16,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import fc from 'fast-check';
import { Readable } from 'node:stream';
import {
  type ArrowColumn,
  ArrowCutError,
  ArrowError,
  type ArrowField,
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

/** A stream of features as the runner reads it. */
function features(bytes: Uint8Array): { fields: ArrowField[]; batches: ArrowColumn[][] } {
  let fields: ArrowField[] = [];
  let at = 0;
  const take = (count: number) => {
    if (at + count > bytes.length) throw new ArrowCutError('cut');
    at += count;
    return bytes.subarray(at - count, at);
  };
  for (const batches: ArrowColumn[][] = []; ;) {
    const length = metadataLength(take(PREFIX_BYTES));
    if (length === 0) return { fields, batches };
    const message = decodeMessage(take(length));
    if (message.kind === 'schema') fields = message.fields;
    else {
      const body = take(message.bodyLength);
      const places = columnPlaces(message, fields);
      batches.push(fields.map((field, i) => columnValues(body, field, message.rows, places[i]!)));
    }
  }
}

const EVERY_TYPE: ArrowField[] = [
  { name: 'amount', type: 'float32' },
  { name: 'country', type: 'utf8' },
  { name: 'items', type: 'int32' },
  { name: 'account', type: 'int64' },
  { name: 'at', type: 'timestamp' },
  { name: 'note', type: 'utf8' },
  { name: 'ratio', type: 'float64' },
];

function everyType(rows: number): ArrowColumn[] {
  const each = <T>(value: (row: number) => T) => Array.from({ length: rows }, (_, row) => value(row));
  return [
    Float32Array.from(each((row) => row / 3)),
    each((row) => (row % 3 === 1 ? null : ['HK', '', '港 🀄', 'größe'][row % 4]!)),
    Int32Array.from(each((row) => -row * 1e6)),
    BigInt64Array.from(each((row) => 2n ** 62n - BigInt(row))),
    BigInt64Array.from(each((row) => 1_764_000_000_123_456n + BigInt(row))),
    each((row) => `#${'x'.repeat(row % 17)}`),
    Float64Array.from(each((row) => -row / 7)),
  ];
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

describe('every type', () => {
  it.each([0, 1, 7, 8, 9, 2048])('%i rows, written by us', (rows) => {
    const columns = everyType(rows);
    const bytes = concat(
      encodeSchema(EVERY_TYPE),
      encodeBatch(rows, columns),
      encodeBatch(rows, columns),
      END_OF_STREAM,
    );
    const table = tableFromIPC(bytes);
    expect(table.schema.fields.map(({ name, type, nullable }) => [name, String(type), nullable])).toEqual([
      ['amount', 'Float32', false],
      ['country', 'Utf8', true],
      ['items', 'Int32', false],
      ['account', 'Int64', false],
      ['at', 'Timestamp<MICROSECOND, UTC>', false],
      ['note', 'Utf8', true],
      ['ratio', 'Float64', false],
    ]);
    expect(table.numRows).toBe(2 * rows);
    columns.forEach((column, i) => {
      const vector = table.getChildAt(i)!;
      const values = Array.isArray(column) ? vector.toJSON() : [...(vector.toArray() as Iterable<unknown>)];
      expect(values).toEqual([...column, ...column]);
    });
    expect(features(bytes)).toEqual({ fields: EVERY_TYPE, batches: [columns, columns] });
  });

  it.each([1, 7, 8, 9, 2048])('%i rows, read by us', (rows) => {
    const columns = everyType(rows);
    const types: DataType[] = [
      new Float32(),
      new Utf8(),
      new Int32(),
      new Int64(),
      new TimestampMicrosecond('UTC'),
      new Utf8(),
      new Float64(),
    ];
    const children = columns.map((column, i) =>
      Array.isArray(column)
        ? vectorFromArray(column, new Utf8()).data[0]!
        : makeData({ type: types[i] as Float64, data: column as Float64Array }),
    );
    const schema = new Schema(EVERY_TYPE.map(({ name }, i) => new Field(name, types[i]!, true)));
    const struct = makeData({ type: new Struct(schema.fields), length: rows, nullCount: 0, children });
    const table = new Table(schema, new RecordBatch(schema, struct));
    expect(features(tableToIPC(table, 'stream'))).toEqual({ fields: EVERY_TYPE, batches: [columns] });
  });

  it('no other', () => {
    for (const type of [
      new Uint16(),
      new TimestampMicrosecond(),
      new TimestampMicrosecond('Asia/Hong_Kong'),
    ]) {
      const table = new Table({ it: vectorFromArray([], type) });
      expect(() => features(tableToIPC(table, 'stream'))).toThrow(/"it" is of a type/);
    }
  });

  it('5,000 columns of text', () => {
    const fields = Array.from({ length: 5000 }, (_, i): ArrowField => ({ name: `f${i}`, type: 'utf8' }));
    const bytes = concat(
      encodeSchema(fields),
      encodeBatch(
        2,
        fields.map(({ name }) => [name, null]),
      ),
      END_OF_STREAM,
    );
    expect(features(bytes).batches[0]?.[4999]).toEqual(['f4999', null]);
    expect(tableFromIPC(bytes).getChildAt(4999)?.toJSON()).toEqual(['f4999', null]);
  });

  it('altered anywhere gives an ArrowError or values, and nothing else', () => {
    const good = concat(encodeSchema(EVERY_TYPE), encodeBatch(9, everyType(9)), END_OF_STREAM);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        (changes) => {
          const bytes = good.slice();
          for (const [at, value] of changes) bytes[at] = value;
          try {
            features(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(ArrowError);
          }
        },
      ),
      { numRuns: 2000 },
    );
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
    ['text values', concat(encodeSchema([{ name: 'score', type: 'utf8' }])), /is utf8, neither/],
    ['a dictionary of texts', text({ score: ['a', 'b', 'c'] }), /./],
    ['integers', concat(encodeSchema([{ name: 'score', type: 'int64' }])), /is int64, neither/],
    ['times', concat(encodeSchema([{ name: 'score', type: 'timestamp' }])), /is timestamp, neither/],
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

it('scores of which a writer says row by row that none is missing', async () => {
  const rows = 65_536;
  const scores = Float64Array.from({ length: rows }, (_, row) => row / rows);
  const plain = Buffer.from(encodeBatch(rows, [scores]));
  const head = plain.subarray(0, plain.length - 8 * rows);
  const bitmap = Buffer.alloc(rows / 8, 0xff);
  // In the metadata the body's length stands alone, and the values' behind the validity's place and length and their own place.
  let told = 0;
  for (let at = PREFIX_BYTES; at + 8 <= head.length; at += 8) {
    if (head.readBigInt64LE(at) !== BigInt(8 * rows)) continue;
    told += 1;
    const isValues = at >= 24 && head.subarray(at - 24, at).every((byte) => byte === 0);
    if (!isValues) head.writeBigInt64LE(BigInt(8 * rows + bitmap.length), at);
    else {
      head.writeBigInt64LE(BigInt(bitmap.length), at - 16);
      head.writeBigInt64LE(BigInt(bitmap.length), at - 8);
    }
  }
  expect(told).toBe(2);
  const schema = encodeSchema([{ name: 'score', type: 'float64' }]);
  const bytes = concat(schema, head, bitmap, plain.subarray(head.length), END_OF_STREAM);
  expect(await read(bytes, rows)).toEqual([...scores]);
});
