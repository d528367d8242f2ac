import { type ColumnSpec, type SplitBlock, type TableSpec } from '../preset.js';

/** How many rows of a split the audits look at, at most. */
export const AUDITED = 200_000;

/** A column of numbers that name something, or of times (seconds). */
export interface Numbers {
  readonly name: string;
  readonly role: ColumnSpec['role'];
  readonly values: Float64Array;
}

/**
 * Every k-th row of a split with its features, kept for the audits. How long the split is need not be known, though
 * an expectation saves work: when the sample is full every other row of it is dropped and k doubles. The
 * arrays are shared memory: the audits run in a thread of their own.
 */
export class Sample {
  /** the feature columns, and whether each may have missing values */
  readonly names: readonly string[];
  readonly optional: readonly boolean[];
  readonly features: readonly Float32Array[];
  /** every number of a row or an entity, and every time, that a block of rows has; NO_ID or NaN where it is null */
  readonly ids: Numbers[] = [];
  /** code of the random attribute, in presets that have one */
  readonly control: Uint8Array | undefined;
  readonly label: Uint8Array;
  readonly month: Uint8Array;
  rows = 0;
  private readonly places: readonly number[];
  private readonly controlPlace: number;
  private idPlaces: readonly (readonly [table: string, place: number])[] | undefined;
  private step = 1;
  private seen = 0;

  constructor(
    private readonly tables: readonly TableSpec[],
    private readonly limit = AUDITED,
    expected = 0,
  ) {
    while (expected > this.step * limit) this.step *= 2;
    const columns = columnsOf(tables, 'features');
    const places = columns.flatMap(({ type }, place) => (type === 'float32' ? [place] : []));
    this.places = places;
    this.names = places.map((place) => columns[place]?.name ?? '');
    this.optional = places.map((place) => columns[place]?.optional === true);
    this.features = places.map(() => new Float32Array(new SharedArrayBuffer(4 * limit)));
    this.controlPlace = columnsOf(tables, 'protected').findIndex(({ role }) => role === 'control');
    this.control = this.controlPlace < 0 ? undefined : new Uint8Array(new SharedArrayBuffer(limit));
    this.label = new Uint8Array(new SharedArrayBuffer(limit));
    this.month = new Uint8Array(new SharedArrayBuffer(limit));
  }

  /** Takes what falls to it of the next block. */
  take(block: SplitBlock): void {
    this.idPlaces ??= this.findIds(block);
    const { tables } = block;
    const sources = [
      ...this.places.map((place) => tables['features']?.[place] as Float32Array),
      ...this.idPlaces.map(([table, place]) => tables[table]?.[place] as Int32Array | Float64Array),
      ...(this.control === undefined ? [] : [tables['protected']?.[this.controlPlace] as Uint8Array]),
      block.truth,
      block.month,
    ];
    let row = (this.step - (this.seen % this.step)) % this.step;
    while (row < block.rows) {
      const { step, rows } = this;
      const count = Math.min(Math.ceil((block.rows - row) / step), this.limit - rows);
      this.columns().forEach((column, place) => {
        const source = sources[place] as Float32Array;
        if (step === 1) column.set(source.subarray(row, row + count), rows);
        else for (let k = 0; k < count; k += 1) column[rows + k] = source[row + k * step] ?? 0;
      });
      this.rows = rows + count;
      row += count * step;
      if (row < block.rows) {
        this.thin();
        row += (this.step - ((this.seen + row) % this.step)) % this.step;
      }
    }
    this.seen += block.rows;
  }

  /** Numbers and times in any table that comes with the block and tells no label; a name counts once. */
  private findIds(block: SplitBlock): (readonly [table: string, place: number])[] {
    const found: (readonly [table: string, place: number])[] = [];
    for (const table of Object.keys(block.tables).sort()) {
      if (table === 'labels' || table === 'truth') continue;
      columnsOf(this.tables, table).forEach(({ name, type, role, unit }, place) => {
        const isNumber = (type === 'int32' || type === 'int64') && unit === 'number';
        if ((!isNumber && type !== 'timestamp') || this.ids.some((id) => id.name === name)) return;
        const values = new Float64Array(new SharedArrayBuffer(8 * this.limit));
        this.ids.push({ name, role: type === 'timestamp' ? 'time' : role, values });
        found.push([table, place]);
      });
    }
    return found;
  }

  private thin(): void {
    const kept = (this.rows + 1) >> 1;
    for (const column of this.columns())
      for (let at = 0; at < kept; at += 1) column[at] = column[2 * at] ?? 0;
    this.rows = kept;
    this.step *= 2;
  }

  /** Everything that is kept of a row. */
  private columns(): (Float32Array | Float64Array | Uint8Array)[] {
    const { features, ids, control, label, month } = this;
    return [
      ...features,
      ...ids.map(({ values }) => values),
      ...(control === undefined ? [] : [control]),
      label,
      month,
    ];
  }
}

/** How an int32 column gives a null; one of int64 gives NaN. */
export const NO_ID = -2_147_483_648;

function columnsOf(tables: readonly TableSpec[], table: string): readonly ColumnSpec[] {
  return tables.find(({ name }) => name === table)?.columns ?? [];
}
