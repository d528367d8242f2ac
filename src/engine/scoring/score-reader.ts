import { type Readable } from 'node:stream';
import {
  ArrowCutError,
  ArrowError,
  columnPlaces,
  decodeMessage,
  type FloatColumn,
  type FloatType,
  metadataLength,
  numberValues,
  PREFIX_BYTES,
} from './arrow-message.js';

const SCORE_COLUMN = 'score';

/** One column needs a hundred bytes of metadata; a schema may carry notes of its writer's. */
const MAX_METADATA_BYTES = 1 << 20;

/** Takes exact counts of bytes out of a stream, never holding more than was asked for and one chunk. */
class ByteReader {
  private readonly chunks: AsyncIterator<Buffer>;
  private rest: Uint8Array = new Uint8Array(0);

  constructor(stream: Readable) {
    this.chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** That many bytes, or fewer where the stream ends. */
  async take(count: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(count);
    let got = 0;
    while (got < count) {
      if (this.rest.length === 0) {
        const next = await this.chunks.next();
        if (next.done === true) break;
        this.rest = next.value;
        continue;
      }
      const part = this.rest.subarray(0, count - got);
      bytes.set(part, got);
      this.rest = this.rest.subarray(part.length);
      got += part.length;
    }
    return bytes.subarray(0, got);
  }
}

/**
 * Reads a stream of scores that a hostile program may have written. Nothing is allocated by a length it claims beyond
 * what the rows still expected could fill.
 *
 * @param rows how many scores the whole stream must hold, asked at its end
 * @param sent for how many rows scores may have come by now
 * @param onScores called for every batch with the row it begins at
 * @throws ArrowError when the stream is malformed, too short, too long, or no single `score` column
 */
export async function readScores(
  stream: Readable,
  { rows, sent }: { rows: number | (() => number); sent: () => number },
  onScores: (from: number, scores: FloatColumn) => void,
): Promise<void> {
  const reader = new ByteReader(stream);
  let field: { name: string; type: FloatType } | undefined;
  let at = 0;
  for (;;) {
    const prefix = await reader.take(PREFIX_BYTES);
    if (prefix.length < PREFIX_BYTES) throw new ArrowCutError(`the scores end after ${at} rows`);
    const length = metadataLength(prefix, MAX_METADATA_BYTES);
    if (length === 0) break;
    const metadata = await reader.take(length);
    if (metadata.length < length) throw new ArrowCutError(`the scores end after ${at} rows`);
    const message = decodeMessage(metadata);
    if (message.kind === 'schema') {
      if (field !== undefined) throw new ArrowError('a second schema');
      const [first, second] = message.fields;
      if (first?.name !== SCORE_COLUMN || second !== undefined) {
        throw new ArrowError(`the stream must hold one column, "${SCORE_COLUMN}"`);
      }
      const { name, type } = first;
      if (type !== 'float32' && type !== 'float64') {
        throw new ArrowError(`the column "${SCORE_COLUMN}" is ${type}, neither float32 nor float64`);
      }
      field = { name, type };
      continue;
    }
    const [place] = field === undefined ? [] : columnPlaces(message, [field]);
    if (field === undefined || place === undefined) {
      throw new ArrowError('a batch that does not fit the schema');
    }
    const left = sent() - at;
    if (message.rows > left) throw new ArrowError(`more scores than the ${sent()} rows that were sent`);
    // Some writers say of every row that it is there, a bit each, even where none is missing.
    if (message.bodyLength > 8.125 * message.rows + 1024) throw new ArrowError('a body larger than its rows');
    const body = await reader.take(message.bodyLength);
    if (body.length < message.bodyLength) throw new ArrowCutError(`the scores end after ${at} rows`);
    onScores(at, numberValues(body, field, message.rows, place) as FloatColumn);
    at += message.rows;
  }
  const expected = typeof rows === 'number' ? rows : rows();
  if (at !== expected) throw new ArrowError(`${at} scores for ${expected} rows`);
  if ((await reader.take(1)).length > 0) throw new ArrowError('bytes after the end of the stream');
}
