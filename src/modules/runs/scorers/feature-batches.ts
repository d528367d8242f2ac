import {
  type ArrowColumn,
  type ArrowField,
  type ArrowType,
  encodeSchema,
  END_OF_STREAM,
  equalMessages,
  type FeatureBatch,
} from '../../../engine/scoring/index.js';
import { InputError } from '../../../engine/input-error.js';
import type { TableFile } from '../../../engine/tables/index.js';

/** Batches a runner that lost one is likely to ask for again. */
const REMEMBERED = 2;
const READ_ROWS = 16_384;

/** Rows to be handed out in their order, from the start each time they are asked for. */
export interface BatchSource {
  readonly fields: readonly ArrowField[];
  batches(): AsyncIterable<FeatureBatch>;
  close(): void;
}

/**
 * Some columns of the features. Closing the source closes the table.
 *
 * @throws InputError `MISSING_COLUMN`
 */
export function boundFeatures(table: TableFile, columns: readonly string[]): BatchSource {
  const fields = columns.map((name) => {
    const column = table.columns.find((one) => one.name === name);
    if (column === undefined) throw new InputError('MISSING_COLUMN', `the features have no column ${name}`);
    return { name, type: arrowType(column.type) };
  });
  const values = (at: number, column: unknown): ArrowColumn =>
    fields[at]?.type === 'timestamp'
      ? BigInt64Array.from(column as string[], (text) => microseconds(text))
      : (column as ArrowColumn);
  return {
    fields,
    async *batches() {
      for await (const { rows, columns: read } of table.batches(columns, READ_ROWS))
        yield { rows, columns: read.map((column, at) => values(at, column)) };
    },
    close: () => table.close(),
  };
}

/**
 * Rows as numbered Arrow streams of equal size, read as they are asked for: forwards in one pass, and from the start
 * again for one that lies behind.
 */
export class FeatureBatches {
  private reading: AsyncGenerator<Uint8Array> | null = null;
  private at = 0;
  private readonly recent = new Map<number, Uint8Array>();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly source: BatchSource,
    private readonly rows: number,
    private readonly batchRows: number,
  ) {}

  get fields(): ArrowField[] {
    return [...this.source.fields];
  }

  /** The stream of batch n: the schema, one record batch, the end. */
  async batch(n: number): Promise<Uint8Array> {
    const work = this.turn.then(() => this.recent.get(n) ?? this.read(n));
    this.turn = work.catch(() => undefined);
    return work;
  }

  async close(): Promise<void> {
    await this.turn;
    await this.reading?.return(undefined);
    this.source.close();
  }

  private async read(n: number): Promise<Uint8Array> {
    const { fields } = this.source;
    if (this.reading === null || n < this.at) {
      await this.reading?.return(undefined);
      const size = { rows: this.rows, messageRows: this.batchRows };
      this.reading = equalMessages(fields, this.source.batches(), size);
      this.at = 0;
    }
    for (;;) {
      const next = await this.reading.next();
      if (next.done === true) throw new Error(`the features end before batch ${n}`);
      this.at += 1;
      if (this.at <= n) continue;
      const bytes = Buffer.concat([encodeSchema(fields), next.value, END_OF_STREAM]);
      this.recent.set(n, bytes);
      for (const old of this.recent.keys()) {
        if (this.recent.size <= REMEMBERED) break;
        this.recent.delete(old);
      }
      return bytes;
    }
  }
}

/** As a reader of tables gives the columns: floats, other numbers as doubles, times and the rest as text. */
function arrowType(type: string): ArrowType {
  if (type === 'FLOAT') return 'float32';
  if (/^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|BOOLEAN|DECIMAL.*)$/.test(type)) return 'float64';
  return type.startsWith('TIMESTAMP') ? 'timestamp' : 'utf8';
}

/** `2025-01-31 08:15:00.123456`, in UTC whether or not it says so, since 1970. */
function microseconds(text: string): bigint {
  const [, whole = '', fraction = ''] = /^(\d{4,}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d{1,6}))?/.exec(text) ?? [];
  return BigInt(Date.parse(`${whole.replace(' ', 'T')}Z`)) * 1_000n + BigInt(fraction.padEnd(6, '0'));
}
