import { FlatBuilder, TableReader } from './flatbuffer.js';

/**
 * The messages of an Apache Arrow IPC stream (format version V5) with flat columns of floating-point numbers: all that
 * the scoring protocol needs, small enough to start in a jail within a millisecond and to be read in full.
 *
 * On the wire a message is `FFFFFFFF`, the metadata's length as int32, the metadata (a FlatBuffer), the body.
 */
export type FloatType = 'float32' | 'float64';
export type FloatColumn = Float32Array | Float64Array;

export interface ArrowField {
  name: string;
  type: FloatType;
}

export interface SchemaMessage {
  kind: 'schema';
  fields: ArrowField[];
}

export interface BatchMessage {
  kind: 'batch';
  rows: number;
  bodyLength: number;
  /** For each column its count of nulls, and its values' place in the body. */
  columns: { nulls: number; offset: number; length: number }[];
}

/** What comes before the metadata: the mark and the length. */
export const PREFIX_BYTES = 8;
export const CONTINUATION = 0xffffffff;
/** Metadata longer than this is not of this protocol. */
export const MAX_METADATA_BYTES = 1 << 20;
/** More columns than this are not of this protocol. */
export const MAX_COLUMNS = 4096;

const VERSION_V5 = 4;
const HEADER = { schema: 1, recordBatch: 3 } as const;
const TYPE_FLOATING_POINT = 3;
const PRECISIONS: readonly (FloatType | undefined)[] = [undefined, 'float32', 'float64'];

export const BYTES_PER_VALUE: Readonly<Record<FloatType, number>> = { float32: 4, float64: 8 };

export const END_OF_STREAM = new Uint8Array([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);

/** A stream that is not what the protocol says: hostile or broken, the sender's fault either way. */
export class ArrowError extends Error {}

/** The stream ended before its end was said: most likely because its sender did. */
export class ArrowCutError extends ArrowError {}

export function encodeSchema(fields: readonly ArrowField[]): Uint8Array {
  const builder = new FlatBuilder();
  const offsets = fields.map((field) => {
    const name = builder.string(field.name);
    const children = builder.offsets([]);
    const type = builder.table([{ index: 0, kind: 'int16', value: PRECISIONS.indexOf(field.type) }]);
    return builder.table([
      { index: 0, kind: 'offset', value: name },
      { index: 3, kind: 'offset', value: type },
      { index: 5, kind: 'offset', value: children },
      { index: 1, kind: 'uint8', value: 0 },
      { index: 2, kind: 'uint8', value: TYPE_FLOATING_POINT },
    ]);
  });
  const vector = builder.offsets(offsets);
  const schema = builder.table([
    { index: 1, kind: 'offset', value: vector },
    { index: 0, kind: 'int16', value: 0 },
  ]);
  return framed(finish(builder, HEADER.schema, schema, 0), 0);
}

/** A record batch, whole: prefix, metadata, body. No column has nulls. */
export function encodeBatch(rows: number, columns: readonly FloatColumn[]): Uint8Array {
  const builder = new FlatBuilder();
  const lengths = columns.map((column) => rows * column.BYTES_PER_ELEMENT);
  const buffers: [number, number][] = [];
  let bodyLength = 0;
  for (const length of lengths) {
    buffers.push([bodyLength, 0], [bodyLength, length]);
    bodyLength += padded(length);
  }
  const bufferVector = builder.pairs(buffers);
  const nodes = builder.pairs(columns.map(() => [rows, 0] as const));
  const batch = builder.table([
    { index: 0, kind: 'int64', value: rows },
    { index: 1, kind: 'offset', value: nodes },
    { index: 2, kind: 'offset', value: bufferVector },
  ]);
  const message = framed(finish(builder, HEADER.recordBatch, batch, bodyLength), bodyLength);
  const body = message.length - bodyLength;
  columns.forEach((column, index) => {
    const bytes = new Uint8Array(column.buffer, column.byteOffset, lengths[index]);
    message.set(bytes, body + (buffers[2 * index + 1]?.[0] ?? 0));
  });
  return message;
}

/** A record batch of that many rows whose columns are written where they lie, again and again. */
export function batchInPlace(
  fields: readonly ArrowField[],
  rows: number,
): { bytes: Uint8Array; columns: FloatColumn[] } {
  const zeros = fields.map(({ type }) =>
    type === 'float32' ? new Float32Array(rows) : new Float64Array(rows),
  );
  const bytes = encodeBatch(rows, zeros);
  const bodyLength = zeros.reduce((sum, { byteLength }) => sum + padded(byteLength), 0);
  let at = bytes.length - bodyLength;
  const columns = zeros.map((column) => {
    const place = at;
    at += padded(column.byteLength);
    return column instanceof Float32Array
      ? new Float32Array(bytes.buffer, place, rows)
      : new Float64Array(bytes.buffer, place, rows);
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
export function metadataLength(prefix: Uint8Array): number {
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength);
  if (view.getUint32(0, true) !== CONTINUATION) throw new ArrowError('no Arrow message begins here');
  const length = view.getInt32(4, true);
  if (length < 0 || length > MAX_METADATA_BYTES) throw new ArrowError(`metadata of ${length} bytes`);
  return length;
}

/** @throws ArrowError for anything that is not a schema or a batch of floating-point columns */
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
    const type =
      field.uint8(2) === TYPE_FLOATING_POINT ? PRECISIONS[field.table(3)?.int16(0) ?? 0] : undefined;
    if (type === undefined || field.has(4)) {
      throw new ArrowError(`column "${name.slice(0, 64)}" is neither float32 nor float64`);
    }
    return { name, type };
  });
  return { kind: 'schema', fields };
}

function decodeBatch(batch: TableReader, bodyLength: number): BatchMessage {
  if (batch.has(3)) throw new ArrowError('a compressed batch');
  const nodes = batch.pairs(1, MAX_COLUMNS);
  const buffers = batch.pairs(2, 2 * MAX_COLUMNS);
  const rows = batch.int64(0);
  if (buffers.length !== 2 * nodes.length) throw new ArrowError('buffers and columns do not match');
  const columns = nodes.map(([length, nulls], index) => {
    if (length !== rows) throw new ArrowError(`a column of ${length} rows in a batch of ${rows}`);
    const [offset, bytes] = buffers[2 * index + 1] ?? [0, 0];
    if (offset + bytes > bodyLength) throw new ArrowError('a column leaves the body');
    return { nulls, offset, length: bytes };
  });
  return { kind: 'batch', rows, bodyLength, columns };
}

/** A column's values: a view into the body where it is aligned there, otherwise a copy. */
export function columnValues(
  body: Uint8Array,
  field: ArrowField,
  rows: number,
  place: { nulls: number; offset: number; length: number },
): FloatColumn {
  const width = BYTES_PER_VALUE[field.type];
  if (place.nulls !== 0) throw new ArrowError(`column "${field.name.slice(0, 64)}" has nulls`);
  if (place.length < rows * width) throw new ArrowError(`column "${field.name.slice(0, 64)}" is too short`);
  const start = body.byteOffset + place.offset;
  const aligned = start % width === 0;
  const buffer = aligned ? body.buffer : body.buffer.slice(start, start + rows * width);
  const offset = aligned ? start : 0;
  return field.type === 'float32'
    ? new Float32Array(buffer, offset, rows)
    : new Float64Array(buffer, offset, rows);
}
