import {
  type ArrowColumn,
  type ArrowField,
  type ArrowType,
  encodeBatch,
  encodeSchema,
  END_OF_STREAM,
} from '../../../engine/scoring/index.js';
import { InputError } from '../../../engine/input-error.js';
import type { TableFile } from '../../../engine/tables/index.js';

/** Batches a runner that lost one is likely to ask for again. */
const REMEMBERED = 2;

/**
 * The columns of a table as numbered Arrow streams of equal rows, read as they are asked for: forwards in one pass, and from
 * the start again for one that lies behind.
 */
export class FeatureBatches {
  readonly fields: ArrowField[];
  private reading: AsyncGenerator<{ rows: number; columns: unknown[] }> | null = null;
  private at = 0;
  private readonly recent = new Map<number, Uint8Array>();
  private turn: Promise<unknown> = Promise.resolve();

  /** @throws InputError `MISSING_COLUMN` */
  constructor(
    private readonly table: TableFile,
    private readonly columns: readonly string[],
    private readonly batchRows: number,
  ) {
    this.fields = columns.map((name) => {
      const column = table.columns.find((one) => one.name === name);
      if (column === undefined) throw new InputError('MISSING_COLUMN', `the features have no column ${name}`);
      return { name, type: arrowType(column.type) };
    });
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
    this.table.close();
  }

  private async read(n: number): Promise<Uint8Array> {
    if (this.reading === null || n < this.at) {
      await this.reading?.return(undefined);
      this.reading = this.table.batches(this.columns, this.batchRows);
      this.at = 0;
    }
    for (;;) {
      const next = await this.reading.next();
      if (next.done === true) throw new Error(`the features end before batch ${n}`);
      this.at += 1;
      if (this.at <= n) continue;
      const { rows, columns } = next.value;
      const bytes = Buffer.concat([
        encodeSchema(this.fields),
        encodeBatch(
          rows,
          columns.map((column, at) => this.values(at, column)),
        ),
        END_OF_STREAM,
      ]);
      this.recent.set(n, bytes);
      for (const old of this.recent.keys()) {
        if (this.recent.size <= REMEMBERED) break;
        this.recent.delete(old);
      }
      return bytes;
    }
  }

  private values(at: number, column: unknown): ArrowColumn {
    if (this.fields[at]?.type !== 'timestamp') return column as ArrowColumn;
    return BigInt64Array.from(column as string[], (text) => microseconds(text));
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
