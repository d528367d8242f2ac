import { type ParquetValues } from '../output/parquet.js';
import { readParameters } from '../parameters.js';
import { type Play, type Played, type Sink, type Split, type SplitBlock, type SplitKeys } from '../preset.js';
import { deriveKey, keyOfSeed } from '../random.js';
import { PARAMETERS, type NetworkParameters } from './parameters.js';
import { play, settleNetwork } from './play.js';
import { TABLES } from './tables.js';

export function parametersOf(overrides: Record<string, unknown> = {}): NetworkParameters {
  return readParameters(PARAMETERS, overrides) as unknown as NetworkParameters;
}

export function keysOf(seed: string): Required<SplitKeys> {
  const root = keyOfSeed(seed);
  return {
    development: deriveKey(root, 'development'),
    evaluation: deriveKey(root, 'evaluation'),
    sealed: deriveKey(root, 'sealed'),
  };
}

export function smallNetwork(overrides: Record<string, unknown> = {}) {
  return settleNetwork(parametersOf(overrides), 40_000, keysOf('network').development);
}

/** Everything that a play hands over, kept in memory: columns by `split/table/column`. */
export class MemorySink implements Sink {
  readonly columns = new Map<string, number[]>();
  readonly truth = new Map<Split, number[]>();

  ended(): void {
    // No audit waits for it.
  }

  rows(split: Split, block: SplitBlock): Promise<void> {
    this.truth.set(split, [...(this.truth.get(split) ?? []), ...block.truth.subarray(0, block.rows)]);
    for (const [table, values] of Object.entries(block.tables)) this.keep(split, table, block.rows, values);
    return Promise.resolve();
  }

  table(
    split: Split | undefined,
    table: string,
    rows: number,
    values: readonly ParquetValues[],
  ): Promise<void> {
    this.keep(split, table, rows, values);
    return Promise.resolve();
  }

  column(split: Split | undefined, table: string, name: string): number[] {
    return this.columns.get(`${split ?? ''}/${table}/${name}`) ?? [];
  }

  /** All columns of a split as one text: equal texts are equal tables. */
  textOf(split: Split | undefined): string {
    return [...this.columns]
      .filter(([name]) => name.startsWith(`${split ?? ''}/`))
      .map(([name, values]) => `${name}:${values.join(',')}`)
      .join('\n');
  }

  private keep(
    split: Split | undefined,
    table: string,
    rows: number,
    values: readonly ParquetValues[],
  ): void {
    const spec = TABLES.find(({ name }) => name === table);
    if (spec?.columns.length !== values.length) throw new Error(`table ${table}: columns do not fit`);
    spec.columns.forEach(({ name }, place) => {
      const path = `${split ?? ''}/${table}/${name}`;
      const kept = this.columns.get(path) ?? [];
      for (let row = 0; row < rows; row += 1) kept.push(Number(values[place]?.[row]));
      this.columns.set(path, kept);
    });
  }
}

export async function playSmall(
  overrides: Record<string, unknown>,
  rows: number,
  given: Partial<Pick<Play, 'keys' | 'threads' | 'splits'>> = {},
): Promise<{ sink: MemorySink; told: Played }> {
  const sink = new MemorySink();
  const told = await play({
    parameters: parametersOf(overrides) as unknown as Play['parameters'],
    rows,
    keys: keysOf('play'),
    threads: 1,
    splits: ['development', 'evaluation'],
    sink,
    pause: () => Promise.resolve(),
    ...given,
  });
  return { sink, told };
}
