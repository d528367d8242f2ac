import { decodeText, encodeText, isText, type TextColumn } from './arrow-text.js';
import { ArrowCutError, ArrowError } from './arrow-error.js';
import { FlatBuilder, type Offset, TableReader } from './flatbuffer.js';

export { ArrowCutError, ArrowError, type TextColumn };

/**
 * The messages of an Apache Arrow IPC stream (format version V5) with flat columns: all that the scoring protocol needs,
 * small enough to start in a jail within a millisecond and to be read in full.
 *
 * On the wire a message is `FFFFFFFF`, the metadata's length as int32, the metadata (a FlatBuffer), the body.
 *
 * | type | Arrow's | in memory | missing |
 * |---|---|---|---|
 * | `float32`, `float64` | FloatingPoint | `Float32Array`, `Float64Array` | NaN |
 * | `int32`, `int64` | Int, signed | `Int32Array`, `BigInt64Array` | can't be |
 * | `timestamp` | Timestamp, microseconds, zone UTC | `BigInt64Array` | can't be |
 * | `utf8` | Utf8 | array of strings | null |
 *
 * Features are any of these; scores are floats.
 */
export type ArrowType = FloatType | 'int32' | 'int64' | 'timestamp' | 'utf8';
export type FloatType = 'float32' | 'float64';
export type FloatColumn = Float32Array | Float64Array;
export type NumberColumn = FloatColumn | Int32Array | BigInt64Array;
export type ArrowColumn = NumberColumn | TextColumn;

export interface ArrowField {
  name: string;
  type: ArrowType;
}

export interface SchemaMessage {
  kind: 'schema';
  fields: ArrowField[];
}

export interface BatchMessage {
  kind: 'batch';
  rows: number;
  bodyLength: number;
  /** For each column its rows and its count of nulls. */
  nodes: (readonly [rows: number, nulls: number])[];
  /** Places in the body, column after column: two for numbers, three for text. */
  buffers: Place[];
}

type Place = readonly [offset: number, length: number];

/** Where a column's values are: validity, then values, or offsets and values. */
export interface ColumnPlace {
  nulls: number;
  buffers: readonly Place[];
}

/** What comes before the metadata: the mark and the length. */
export const PREFIX_BYTES = 8;
export const CONTINUATION = 0xffffffff;
/** Metadata longer than this is not of this protocol. */
export const MAX_METADATA_BYTES = 1 << 22;
/** More columns than this are not of this protocol. */
export const MAX_COLUMNS = 16_384;

const VERSION_V5 = 4;
const HEADER = { schema: 1, recordBatch: 3 } as const;
/** Numbers of Arrow's union of types. */
const TYPE = { int: 2, floatingPoint: 3, utf8: 5, timestamp: 10 } as const;
const PRECISIONS: readonly (FloatType | undefined)[] = [undefined, 'float32', 'float64'];
const MICROSECOND = 2;

const BUFFERS = { number: 2, utf8: 3 } as const;

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  timestamp: BigInt64Array,
} as const;

export const END_OF_STREAM = new Uint8Array([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);

export function encodeSchema(fields: readonly ArrowField[]): Uint8Array {
  const builder = new FlatBuilder();
  const offsets = fields.map((field) => {
    const name = builder.string(field.name);
    const children = builder.offsets([]);
    const type = encodeType(builder, field.type);
    return builder.table([
      { index: 0, kind: 'offset', value: name },
      { index: 3, kind: 'offset', value: type.table },
      { index: 5, kind: 'offset', value: children },
      { index: 1, kind: 'uint8', value: field.type === 'utf8' ? 1 : 0 },
      { index: 2, kind: 'uint8', value: type.kind },
    ]);
  });
  const vector = builder.offsets(offsets);
  const schema = builder.table([
    { index: 1, kind: 'offset', value: vector },
    { index: 0, kind: 'int16', value: 0 },
  ]);
  return framed(finish(builder, HEADER.schema, schema, 0), 0);
}

function encodeType(builder: FlatBuilder, type: ArrowType): { kind: number; table: Offset } {
  switch (type) {
    case 'float32':
    case 'float64':
      return {
        kind: TYPE.floatingPoint,
        table: builder.table([{ index: 0, kind: 'int16', value: PRECISIONS.indexOf(type) }]),
      };
    case 'int32':
    case 'int64':
      return {
        kind: TYPE.int,
        table: builder.table([
          { index: 0, kind: 'int32', value: type === 'int32' ? 32 : 64 },
          { index: 1, kind: 'uint8', value: 1 },
        ]),
      };
    case 'timestamp': {
      const zone = builder.string('UTC');
      return {
        kind: TYPE.timestamp,
        table: builder.table([
          { index: 1, kind: 'offset', value: zone },
          { index: 0, kind: 'int16', value: MICROSECOND },
        ]),
      };
    }
    case 'utf8':
      return { kind: TYPE.utf8, table: builder.table([]) };
  }
}

/**
 * A record batch, whole: prefix, metadata, body.
 *
 * @param columns the first `rows` values of each are taken
 */
export function encodeBatch(rows: number, columns: readonly ArrowColumn[]): Uint8Array {
  const builder = new FlatBuilder();
  const nodes: [number, number][] = [];
  const buffers: [number, number][] = [];
  const parts: { at: number; bytes: Uint8Array }[] = [];
  let bodyLength = 0;
  const put = (bytes: Uint8Array) => {
    buffers.push([bodyLength, bytes.length]);
    parts.push({ at: bodyLength, bytes });
    bodyLength += padded(bytes.length);
  };
  for (const column of columns) {
    if (isText(column)) {
      const text = encodeText(column, rows);
      nodes.push([rows, text.nulls]);
      put(text.validity);
      put(text.offsets);
      put(text.bytes);
    } else {
      nodes.push([rows, 0]);
      buffers.push([bodyLength, 0]);
      put(new Uint8Array(column.buffer, column.byteOffset, rows * column.BYTES_PER_ELEMENT));
    }
  }
  const bufferVector = builder.pairs(buffers);
  const nodeVector = builder.pairs(nodes);
  const batch = builder.table([
    { index: 0, kind: 'int64', value: rows },
    { index: 1, kind: 'offset', value: nodeVector },
    { index: 2, kind: 'offset', value: bufferVector },
  ]);
  const message = framed(finish(builder, HEADER.recordBatch, batch, bodyLength), bodyLength);
  const body = message.length - bodyLength;
  for (const { at, bytes } of parts) message.set(bytes, body + at);
  return message;
}

export function newNumbers(type: Exclude<ArrowType, 'utf8'>, rows: number): NumberColumn {
  return new ARRAYS[type](rows);
}

/** A record batch of that many rows whose columns, all of numbers, are written where they lie, again and again. */
export function batchInPlace(
  types: readonly Exclude<ArrowType, 'utf8'>[],
  rows: number,
): { bytes: Uint8Array; columns: NumberColumn[] } {
  const zeros = types.map((type) => newNumbers(type, rows));
  const bytes = encodeBatch(rows, zeros);
  const bodyLength = zeros.reduce((sum, { byteLength }) => sum + padded(byteLength), 0);
  let at = bytes.length - bodyLength;
  const columns = zeros.map((column, index) => {
    const place = at;
    at += padded(column.byteLength);
    return new ARRAYS[types[index] ?? 'float32'](bytes.buffer as ArrayBuffer, place, rows);
  });
  return { bytes, columns };
}

function finish(builder: FlatBuilder, kind: number, header: number, bodyLength: number): Uint8Array {
  const message = builder.table([
    { index: 3, kind: 'int64', value: bodyLength },
    { index: 2, kind: 'offset', value: header },
    { index: 0, kind: 'int16', value: VERSION_V5 },
    { index: 1, kind: 'uint8', value: kind },
  ]);
  return builder.finish(message);
}

function framed(metadata: Uint8Array, bodyLength: number): Uint8Array {
  const message = new Uint8Array(PREFIX_BYTES + metadata.length + bodyLength);
  const view = new DataView(message.buffer);
  view.setUint32(0, CONTINUATION, true);
  view.setInt32(4, metadata.length, true);
  message.set(metadata, PREFIX_BYTES);
  return message;
}

function padded(length: number): number {
  return (length + 7) & ~7;
}

/**
 * The length of the metadata that follows, 0 at the stream's end.
 *
 * @throws ArrowError when the bytes are no message's beginning
 */
export function metadataLength(prefix: Uint8Array, most = MAX_METADATA_BYTES): number {
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength);
  if (view.getUint32(0, true) !== CONTINUATION) throw new ArrowError('no Arrow message begins here');
  const length = view.getInt32(4, true);
  if (length < 0 || length > most) throw new ArrowError(`metadata of ${length} bytes`);
  return length;
}

/** @throws ArrowError for anything that is not a schema or a batch of columns of the types above */
export function decodeMessage(metadata: Uint8Array): SchemaMessage | BatchMessage {
  try {
    const message = TableReader.root(metadata);
    const kind = message.uint8(1);
    const header = message.table(2);
    if (header === undefined) throw new ArrowError('a message without a header');
    if (kind === HEADER.schema) return decodeSchema(header);
    if (kind === HEADER.recordBatch) return decodeBatch(header, message.int64(3));
    throw new ArrowError(`a message of type ${kind} (only schema and record batch are understood)`);
  } catch (error) {
    if (error instanceof ArrowError) throw error;
    throw new ArrowError(`damaged metadata: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function decodeSchema(schema: TableReader): SchemaMessage {
  if (schema.int16(0) !== 0) throw new ArrowError('big-endian data');
  const fields = schema.tables(1, MAX_COLUMNS).map((field): ArrowField => {
    const name = field.string(0) ?? '';
    const type = decodeType(field);
    if (type === undefined || field.has(4)) {
      throw new ArrowError(`column "${name.slice(0, 64)}" is of a type that this protocol does not have`);
    }
    return { name, type };
  });
  return { kind: 'schema', fields };
}

function decodeType(field: TableReader): ArrowType | undefined {
  const type = field.table(3);
  if (type === undefined) return undefined;
  switch (field.uint8(2)) {
    case TYPE.floatingPoint:
      return PRECISIONS[type.int16(0)];
    case TYPE.int:
      return type.uint8(1) === 0 ? undefined : INTEGERS.get(type.int32(0));
    case TYPE.timestamp:
      return type.int16(0) === MICROSECOND && type.string(1) === 'UTC' ? 'timestamp' : undefined;
    case TYPE.utf8:
      return 'utf8';
    default:
      return undefined;
  }
}

const INTEGERS: ReadonlyMap<number, ArrowType> = new Map([
  [32, 'int32'],
  [64, 'int64'],
]);

function decodeBatch(batch: TableReader, bodyLength: number): BatchMessage {
  if (batch.has(3)) throw new ArrowError('a compressed batch');
  const nodes = batch.pairs(1, MAX_COLUMNS);
  const buffers = batch.pairs(2, BUFFERS.utf8 * MAX_COLUMNS);
  const rows = batch.int64(0);
  const other = nodes.find(([length]) => length !== rows);
  if (other !== undefined) throw new ArrowError(`a column of ${other[0]} rows in a batch of ${rows}`);
  for (const [offset, bytes] of buffers) {
    if (offset + bytes > bodyLength) throw new ArrowError('a column leaves the body');
  }
  return { kind: 'batch', rows, bodyLength, nodes, buffers };
}

/** Each column's place in the body. @throws ArrowError when the batch is not one of those columns */
export function columnPlaces(batch: BatchMessage, fields: readonly ArrowField[]): ColumnPlace[] {
  let at = 0;
  const places = fields.map(({ type }, index): ColumnPlace => {
    const from = at;
    at += type === 'utf8' ? BUFFERS.utf8 : BUFFERS.number;
    return { nulls: batch.nodes[index]?.[1] ?? 0, buffers: batch.buffers.slice(from, at) };
  });
  if (batch.nodes.length !== fields.length || batch.buffers.length !== at) {
    throw new ArrowError('a batch that does not fit the schema');
  }
  return places;
}

/** A column's values: numbers as a view into the body where they are aligned there, otherwise as a copy. */
export function columnValues(
  body: Uint8Array,
  field: ArrowField,
  rows: number,
  place: ColumnPlace,
): ArrowColumn {
  if (field.type === 'utf8') {
    const [validity, offsets, bytes] = place.buffers.map(([at, size]) => body.subarray(at, at + size));
    const empty = new Uint8Array(0);
    const parts = { validity: validity ?? empty, offsets: offsets ?? empty, bytes: bytes ?? empty };
    return decodeText({ ...parts, nulls: place.nulls }, rows, field.name);
  }
  return numberValues(body, { name: field.name, type: field.type }, rows, place);
}

/** As {@link columnValues}, for a column that is known to be of numbers. */
export function numberValues(
  body: Uint8Array,
  field: { name: string; type: Exclude<ArrowType, 'utf8'> },
  rows: number,
  place: ColumnPlace,
): NumberColumn {
  const ColumnArray = ARRAYS[field.type];
  const width = ColumnArray.BYTES_PER_ELEMENT;
  const [offset, length] = place.buffers[1] ?? [0, 0];
  if (place.nulls !== 0) throw new ArrowError(`column "${field.name.slice(0, 64)}" has nulls`);
  if (length < rows * width) throw new ArrowError(`column "${field.name.slice(0, 64)}" is too short`);
  const start = body.byteOffset + offset;
  if (start % width === 0) return new ColumnArray(body.buffer as ArrayBuffer, start, rows);
  return new ColumnArray((body.buffer as ArrayBuffer).slice(start, start + rows * width), 0, rows);
}
