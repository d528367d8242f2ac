import { createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AUDITED, Sample } from '../documents/sample.js';
import { type Preset, type Sink, type Split, type SplitBlock, type TableSpec } from '../preset.js';
import { Staging } from './direct-file.js';
import { Arenas } from './encode.js';
import { ParquetWriter, type ParquetValues } from './parquet.js';

export interface DatasetFile {
  /** relative to the dataset's folder */
  readonly path: string;
  readonly split?: Split;
  readonly table: string;
  /** see TableSpec */
  readonly hindsight: boolean;
  /** see TableSpec */
  readonly events: boolean;
  readonly sha256: string;
  readonly bytes: number;
  readonly rows: number;
}

interface OpenTable {
  readonly split?: Split;
  readonly table: string;
  readonly writer: Promise<ParquetWriter>;
  /** once no more rows come */
  finished?: ReturnType<ParquetWriter['finish']>;
}

export interface SinkHints {
  /** rows of each split, about */
  readonly expected?: Readonly<Partial<Record<Split, number>>>;
  /** called with the sample of each split when all its rows have come */
  readonly onSplit?: (split: Split, sample: Sample) => void;
}

/** Writes the tables of a version below one folder, and keeps a sample of each split for the audits. */
export class FolderSink implements Sink {
  private readonly samples = new Map<Split, Sample>();
  readonly rowCounts = new Map<Split, number>();
  readonly positives = new Map<Split, number>();
  private readonly writers = new Map<string, OpenTable>();
  /** tables that come block by block, and end with their split */
  private readonly blockwise = new Set<string>();
  private readonly staging = new Staging();
  private readonly arenas = new Arenas();

  constructor(
    private readonly preset: Preset,
    private readonly folder: string,
    private readonly written: readonly Split[],
    private readonly signal?: AbortSignal,
    private readonly hints: SinkHints = {},
  ) {}

  async rows(split: Split, block: SplitBlock): Promise<void> {
    if (!this.written.includes(split)) return;
    this.sampleOf(split).take(block);
    this.rowCounts.set(split, (this.rowCounts.get(split) ?? 0) + block.rows);
    let positives = this.positives.get(split) ?? 0;
    for (let row = 0; row < block.rows; row += 1) positives += block.truth[row] ?? 0;
    this.positives.set(split, positives);
    await Promise.all(
      Object.entries(block.tables).map(([table, values]) => {
        this.blockwise.add(table);
        return this.table(split, table, block.rows, values);
      }),
    );
  }

  ended(split: Split): void {
    const sample = this.samples.get(split);
    if (sample === undefined) return;
    this.samples.delete(split);
    this.hints.onSplit?.(split, sample);
    for (const open of this.writers.values()) {
      if (open.split !== split || !this.blockwise.has(open.table)) continue;
      open.finished = open.writer.then((writer) => writer.finish());
      // Heard at the end.
      open.finished.catch(() => undefined);
    }
  }

  async table(
    split: Split | undefined,
    table: string,
    rows: number,
    values: readonly ParquetValues[],
  ): Promise<void> {
    this.signal?.throwIfAborted();
    if (split !== undefined && !this.written.includes(split)) return;
    const writer = await this.writerOf(split, table);
    await writer.group(rows, values);
  }

  /** Writes a document beside the tables. */
  async document(path: string, text: string): Promise<DatasetFile> {
    const bytes = Buffer.from(text);
    await mkdir(dirname(join(this.folder, path)), { recursive: true });
    const file = await open(join(this.folder, path), 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return {
      path,
      table: path.replace(/\.\w+$/, ''),
      hindsight: false,
      events: false,
      sha256,
      bytes: bytes.length,
      rows: 0,
    };
  }

  /** Ends every table; those that no row came for are written empty, so that every version has the same files. */
  async finish(): Promise<DatasetFile[]> {
    for (const split of [...this.samples.keys()]) this.ended(split);
    for (const { name, per } of this.preset.tables)
      for (const split of per === 'split' ? this.written : [undefined]) await this.writerOf(split, name);
    return Promise.all(
      [...this.writers]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(async ([path, { writer, split, table, finished }]) => ({
          path,
          ...(split === undefined ? {} : { split }),
          table,
          hindsight: this.specOf(table).hindsight ?? false,
          events: this.specOf(table).events ?? false,
          ...(await (finished ?? (await writer).finish())),
        })),
    );
  }

  /** Closes what is open, after a failure. */
  async abandon(): Promise<void> {
    await Promise.all(
      [...this.writers.values()].map(async ({ writer, finished }) => {
        await finished?.catch(() => undefined);
        const open = await writer.catch(() => undefined);
        await open?.abandon();
      }),
    );
  }

  private writerOf(split: Split | undefined, table: string): Promise<ParquetWriter> {
    const path = `${split === undefined ? '' : `${split}/`}${table}.parquet`;
    const open = this.writers.get(path);
    if (open !== undefined) return open.writer;
    const writer = this.create(path, this.specOf(table));
    this.writers.set(path, { writer, ...(split === undefined ? {} : { split }), table });
    return writer;
  }

  private async create(path: string, { columns }: TableSpec): Promise<ParquetWriter> {
    const file = join(this.folder, path);
    await mkdir(dirname(file), { recursive: true });
    return ParquetWriter.create(file, columns, this.staging, this.arenas);
  }

  private sampleOf(split: Split): Sample {
    let sample = this.samples.get(split);
    if (sample === undefined) {
      sample = new Sample(this.preset.tables, AUDITED, this.hints.expected?.[split]);
      this.samples.set(split, sample);
    }
    return sample;
  }

  private specOf(table: string): TableSpec {
    const spec = this.preset.tables.find(({ name }) => name === table);
    if (spec === undefined) throw new Error(`preset ${this.preset.name} has no table ${table}`);
    return spec;
  }
}
