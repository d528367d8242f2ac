import { type ParquetType, type ParquetValues } from './output/parquet.js';
import { type Parameters, type ParameterSpec } from './parameters.js';

/** In order of time: each split continues the world that the ones before it left behind. */
export const SPLITS = ['development', 'evaluation', 'sealed'] as const;
export type Split = (typeof SPLITS)[number];

/** A key of 32 bytes for each split up to the last that is written. */
export type SplitKeys = Readonly<Partial<Record<Split, Uint8Array>>>;

export interface ColumnSpec {
  readonly name: string;
  readonly type: ParquetType;
  readonly role: 'key' | 'entity' | 'time' | 'feature' | 'label' | 'protected' | 'control' | 'information';
  readonly definition: string;
  readonly unit: string;
  readonly window?: string;
  /** the words that codes stand for; `string` columns only */
  readonly dictionary?: readonly string[];
  /** may be null: see ParquetValues for how a null is given */
  readonly optional?: boolean;
}

export interface TableSpec {
  readonly name: string;
  readonly description: string;
  /** a table of each split, or one table of the version (entities) */
  readonly per: 'split' | 'version';
  /**
   * tells what was not known by the end of its split (a case nobody had reported, how a loan ended): whoever may read
   * the labels of a split may not read this
   */
  readonly hindsight?: boolean;
  /**
   * the raw events that the features are made of, one for each row of `features` and under the same key, in time order,
   * ties by key. A model that is fed event by event reads this table of blind splits, too: nothing in it may tell of
   * what came after the event's own time
   */
  readonly events?: boolean;
  readonly columns: readonly ColumnSpec[];
}

/** The three tables of a split that every preset has; they share `row_id`. */
export const CORE_TABLES = ['features', 'labels', 'protected'] as const;
export type CoreTable = (typeof CORE_TABLES)[number];

/**
 * A kind of dataset: its parameters, its tables, and the play that fills them. Every preset is one folder beside
 * this file, and one line in presets.ts.
 */
export interface Preset {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** what one row is, singular: payment, transfer, application */
  readonly row: string;
  readonly parameters: readonly ParameterSpec[];
  readonly tables: readonly TableSpec[];
  /** what a row takes on the disk over all tables, in bytes, rounded up */
  readonly bytesPerRow: number;
  readonly mostRows: number;
  /** Refuses parameters that contradict each other, or that so few rows cannot carry. */
  check(parameters: Parameters, rows: number): void;
  play(play: Play): Promise<Played>;
}

/** The columns of the three tables that every preset has, each with its table. */
export function coreColumns(preset: Preset): (ColumnSpec & { readonly table: CoreTable })[] {
  return CORE_TABLES.flatMap((table) =>
    (preset.tables.find(({ name }) => name === table)?.columns ?? []).map((column) => ({ ...column, table })),
  );
}

/** What a play is given. */
export interface Play {
  readonly parameters: Parameters;
  /**
   * of development and evaluation together, which is what the call asked for; the sealed split has
   * `rows × sealedMonths / (developmentMonths + evaluationMonths)` besides
   */
  readonly rows: number;
  readonly keys: SplitKeys;
  readonly threads: number;
  /** the splits that are played: all up to the last that is written; the sink drops what is not written */
  readonly splits: readonly Split[];
  readonly sink: Sink;
  /** tells how far the play is, 0 … 1, lets other work in, and throws when the play has been cancelled */
  pause(share: number, stage: string): Promise<void>;
}

/** Takes rows and turns them into files. */
export interface Sink {
  /**
   * The next rows of a split, in time order: one block is one row group, best about 122,880 rows. All the tables of
   * the block have the same rows in the same order. The sink has read the arrays when the promise resolves.
   */
  rows(split: Split, block: SplitBlock): Promise<void>;
  /** Every row of the split has come: its audit begins beside what else there is to do. */
  ended(split: Split): void;
  /** Rows of any other table: of a split, or of the version where `split` is undefined. */
  table(
    split: Split | undefined,
    table: string,
    rows: number,
    values: readonly ParquetValues[],
  ): Promise<void>;
}

export interface SplitBlock {
  readonly rows: number;
  /** by table: the columns in the order of its TableSpec */
  readonly tables: Readonly<Record<string, readonly ParquetValues[]>>;
  /** 1 where the row is truly positive; for the audits, which look at truth and not at what is known of it */
  readonly truth: Uint8Array;
  /** month of each row, counted from the first of the version; for the audits */
  readonly month: Uint8Array;
}

/** A cited figure, and what the play reached. */
export interface Calibration {
  readonly figure: string;
  readonly target: number;
  readonly reached: number | null;
  readonly unit: string;
  readonly source: string;
  /** share of the target by which the figure may be missed: 0.1 unless said */
  readonly tolerance?: number;
}

/** What a property of the data is, what real data shows, and where that is written. */
export interface RealismFigure {
  readonly figure: string;
  readonly reached: number | null;
  /** the range that real data shows; null where none is claimed */
  readonly range: readonly [low: number, high: number] | null;
  readonly definition: string;
  readonly source: string;
}

/** A drawing for the datasheet; drawn by documents/pictures.ts, readable in black and white. */
export type Picture =
  | {
      readonly kind: 'bars';
      readonly name: string;
      readonly title: string;
      readonly axis: string;
      readonly bars: readonly { readonly label: string; readonly value: number }[];
    }
  | {
      readonly kind: 'heatmap';
      readonly name: string;
      readonly title: string;
      readonly rows: readonly string[];
      readonly columns: readonly string[];
      readonly values: readonly (readonly number[])[];
      /** of the values */
      readonly unit?: string;
    }
  | {
      readonly kind: 'lines';
      readonly name: string;
      readonly title: string;
      readonly x: { readonly title: string; readonly log?: boolean };
      readonly y: { readonly title: string; readonly log?: boolean };
      readonly lines: readonly {
        readonly label: string;
        readonly points: readonly (readonly [x: number, y: number])[];
      }[];
    };

/** What a play tells about itself, for the datasheet and the realism report. */
export interface Played {
  readonly composition: Readonly<Record<string, unknown>>;
  readonly typologies: readonly {
    readonly name: string;
    readonly title: string;
    readonly description: string;
    readonly rows: Readonly<Partial<Record<Split, number>>>;
  }[];
  readonly calibration: readonly Calibration[];
  readonly realism: readonly RealismFigure[];
  /** further aggregates for realism.json: hour × weekday, first digits, prevalence by month, … */
  readonly aggregates: Readonly<Record<string, unknown>>;
  readonly pictures: readonly Picture[];
  readonly knownLimits: readonly string[];
}
