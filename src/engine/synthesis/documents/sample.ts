import { type ParquetColumn } from '../output/parquet.js';
import { type SplitBlock } from '../preset.js';

/** How many rows of a split the audits look at, at most. */
export const AUDITED = 200_000;

/**
 * Every k-th row of a split with its features, kept for the audits. How long the split is need not be known: when
 * the sample is full every other row of it is dropped and k doubles, so what is kept depends on the rows alone. The
 * arrays are shared memory: the audits run in a thread of their own.
 */
export class Sample {
  readonly names: readonly string[];
  readonly features: readonly Float32Array[];
  readonly label: Uint8Array;
  readonly month: Uint8Array;
  rows = 0;
  private readonly places: readonly number[];
  private step = 1;
  private seen = 0;

  constructor(
    columns: readonly ParquetColumn[],
    private readonly limit = AUDITED,
  ) {
    const places = columns.flatMap(({ type }, place) => (type === 'float32' ? [place] : []));
    this.places = places;
    this.names = places.map((place) => columns[place]?.name ?? '');
    this.features = places.map(() => new Float32Array(new SharedArrayBuffer(4 * limit)));
    this.label = new Uint8Array(new SharedArrayBuffer(limit));
    this.month = new Uint8Array(new SharedArrayBuffer(limit));
  }

  /** Takes what falls to it of the next block. */
  take(block: SplitBlock): void {
    const values = block.tables['features'] ?? [];
    const columns = this.places.map((place) => values[place] as Float32Array);
    let row = (this.step - (this.seen % this.step)) % this.step;
    while (row < block.rows) {
      if (this.rows === this.limit) {
        this.thin();
        row += (this.step - ((this.seen + row) % this.step)) % this.step;
        continue;
      }
      const at = this.rows;
      for (let f = 0; f < columns.length; f += 1)
        (this.features[f] as Float32Array)[at] = columns[f]?.[row] ?? 0;
      this.label[at] = block.truth[row] ?? 0;
      this.month[at] = block.month[row] ?? 0;
      this.rows = at + 1;
      row += this.step;
    }
    this.seen += block.rows;
  }

  private thin(): void {
    const kept = (this.rows + 1) >> 1;
    for (const column of [...this.features, this.label, this.month])
      for (let at = 0; at < kept; at += 1) column[at] = column[2 * at] ?? 0;
    this.rows = kept;
    this.step *= 2;
  }
}
