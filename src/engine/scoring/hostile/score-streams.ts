import { encodeBatch, encodeSchema, END_OF_STREAM } from '../arrow-message.js';
import { FlatBuilder } from '../flatbuffer.js';

/** What a program could print instead of its scores for {@link STREAM_ROWS} rows. */
export interface HostileStream {
  name: string;
  bytes: Uint8Array;
  /** What follows without an end, by the device it is read from. */
  then?: '/dev/zero';
  code: readonly string[];
}

export const STREAM_ROWS = 3;

const HEADER = { schema: 1, dictionary: 2, recordBatch: 3, tensor: 4 } as const;
const V5 = 4;

interface Crafted {
  kind?: number;
  rows?: number;
  nodeRows?: number;
  nulls?: number;
  offset?: number;
  length?: number;
  bodyLength?: number;
  body?: Uint8Array;
  compressed?: boolean;
  nodes?: number;
}

/** A record batch with one thing in it that is not so; what is not named is as it should be. */
function batch(wrong: Crafted = {}): Uint8Array {
  const rows = wrong.rows ?? STREAM_ROWS;
  const body = wrong.body ?? new Uint8Array(Float64Array.of(0.1, 0.2, 0.3).buffer);
  const builder = new FlatBuilder();
  const codec =
    wrong.compressed === true ? builder.table([{ index: 0, kind: 'uint8', value: 1 }]) : undefined;
  const columns = wrong.nodes ?? 1;
  const each = <T>(values: readonly T[]) => Array.from({ length: columns }, () => values).flat();
  const buffers = builder.pairs(
    each([
      [0, 0],
      [wrong.offset ?? 0, wrong.length ?? body.length],
    ] as const),
  );
  const nodes = builder.pairs(each([[wrong.nodeRows ?? rows, wrong.nulls ?? 0]] as const));
  const header = builder.table([
    { index: 0, kind: 'int64', value: rows },
    { index: 1, kind: 'offset', value: nodes },
    { index: 2, kind: 'offset', value: buffers },
    ...(codec === undefined ? [] : [{ index: 3, kind: 'offset' as const, value: codec }]),
  ]);
  const message = builder.table([
    { index: 3, kind: 'int64', value: wrong.bodyLength ?? body.length },
    { index: 2, kind: 'offset', value: header },
    { index: 0, kind: 'int16', value: V5 },
    { index: 1, kind: 'uint8', value: wrong.kind ?? HEADER.recordBatch },
  ]);
  const metadata = builder.finish(message);
  return joined(prefix(metadata.length), metadata, body);
}

function prefix(length: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0xffffffff, true);
  view.setInt32(4, length, true);
  return bytes;
}

const joined = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

const SCHEMA = encodeSchema([{ name: 'score', type: 'float64' }]);
const MALFORMED = ['SCORES_MALFORMED'];

const after = (name: string, ...parts: Uint8Array[]): HostileStream => ({
  name: `scores: ${name}`,
  bytes: joined(SCHEMA, ...parts),
  code: MALFORMED,
});

/** Garbage whose first offset leads somewhere else every time. */
function wild(root: number): Uint8Array {
  const metadata = new Uint8Array(64).fill(0xff);
  new DataView(metadata.buffer).setUint32(0, root, true);
  return joined(prefix(metadata.length), metadata);
}

export const HOSTILE_STREAMS: readonly HostileStream[] = [
  after('metadata of a negative length', prefix(-8)),
  after('metadata of two gibibytes', prefix(2 ** 31 - 1)),
  {
    name: 'scores: metadata without an end',
    bytes: joined(SCHEMA, prefix(1 << 20)),
    then: '/dev/zero',
    code: ['LIMIT_OUTPUT', 'SCORES_MALFORMED'],
  },
  after('a body longer than what comes', batch({ bodyLength: 1000 })),
  after('a body of a negative length', batch({ bodyLength: -24 })),
  after('a body of eight pebibytes', batch({ bodyLength: 2 ** 53 - 1 })),
  after('values outside the body', batch({ offset: 1 << 20 })),
  after('values before the body', batch({ offset: -8 })),
  after('values whose end overflows', batch({ offset: 2 ** 53 - 1, length: 2 ** 53 - 1 })),
  after('values shorter than the rows', batch({ length: 8 })),
  after('billions of rows', batch({ rows: 4e9, bodyLength: 32e9, length: 32e9 })),
  after('a negative number of rows', batch({ rows: -3 })),
  after('columns of other rows than the batch', batch({ nodeRows: 2 })),
  after('scores that are missing', batch({ nulls: 1 })),
  after('a second schema', SCHEMA, batch(), END_OF_STREAM),
  after('a dictionary', batch({ kind: HEADER.dictionary })),
  after('a tensor', batch({ kind: HEADER.tensor })),
  after('a compressed body', batch({ compressed: true })),
  after('a second column', batch({ nodes: 2 })),
  after('fewer than the rows', encodeBatch(2, [Float64Array.of(1, 2)]), END_OF_STREAM),
  after('more than the rows', batch(), batch(), END_OF_STREAM),
  after('bytes after the end', batch(), END_OF_STREAM, Uint8Array.of(1)),
  after('offsets that lead out', wild(0x7fffffff)),
  after('offsets that lead back', wild(4)),
  after('no end', batch()),
  {
    name: 'scores: empty batches without an end',
    bytes: joined(SCHEMA, ...Array.from({ length: 2000 }, () => batch({ rows: 0, body: new Uint8Array(0) }))),
    code: ['LIMIT_OUTPUT', 'SCORES_MALFORMED'],
  },
  {
    name: 'scores: no schema',
    bytes: joined(batch(), END_OF_STREAM),
    code: MALFORMED,
  },
  {
    name: 'scores: a column of another name',
    bytes: joined(encodeSchema([{ name: 'label', type: 'float64' }]), batch(), END_OF_STREAM),
    code: MALFORMED,
  },
  {
    name: 'scores: text',
    bytes: joined(encodeSchema([{ name: 'score', type: 'utf8' }]), batch(), END_OF_STREAM),
    code: MALFORMED,
  },
  { name: 'scores: nothing', bytes: new Uint8Array(0), code: MALFORMED },
  { name: 'scores: words', bytes: new TextEncoder().encode('0.1\n0.2\n0.3\n'), code: MALFORMED },
  {
    name: 'scores: not a number',
    bytes: joined(
      SCHEMA,
      batch({ body: new Uint8Array(Float64Array.of(0.1, NaN, 0.3).buffer) }),
      END_OF_STREAM,
    ),
    code: ['SCORE_NOT_FINITE'],
  },
  {
    name: 'scores: infinity',
    bytes: joined(
      SCHEMA,
      batch({ body: new Uint8Array(Float64Array.of(0.1, Infinity, 0.3).buffer) }),
      END_OF_STREAM,
    ),
    code: ['SCORE_NOT_FINITE'],
  },
];

/** What scores should be like: a suite in which this one failed too would prove nothing. */
export const SOUND_STREAM: Uint8Array = joined(SCHEMA, batch(), END_OF_STREAM);
