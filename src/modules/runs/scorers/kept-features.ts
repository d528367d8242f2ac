import type { ArrowField, FeatureBatch } from '../../../engine/scoring/index.js';
import { TableFile } from '../../../engine/tables/index.js';
import type { ContentStore } from '../../../platform/storage/content-store.js';

const READ_ROWS = 16_384;
/** Numbers of one split that are kept at most, 8 MiB as doubles, and splits. */
const KEPT_VALUES = 1 << 20;
const KEPT_SPLITS = 8;

export interface OpenFeatures {
  batches: AsyncIterable<FeatureBatch>;
  close(): void;
}

/**
 * The features that models are fed. Numbers of small splits stay in memory, by digest and columns: run after run asks for
 * the same, and opening a table costs more than scoring a thousand rows of it.
 */
export class KeptFeatures {
  private readonly kept = new Map<string, readonly FeatureBatch[]>();

  constructor(private readonly store: ContentStore) {}

  /**
   * The file is verified each time, and compared byte by byte whenever it is not the one that was before.
   *
   * @throws StorageError `CORRUPT`, `NOT_FOUND`; InputError `MISSING_COLUMN`, `COLUMN_UNFIT`
   */
  async open(sha256: string, columns: readonly ArrowField[]): Promise<OpenFeatures> {
    await this.store.verify(sha256);
    const key = JSON.stringify([sha256, columns]);
    const kept = this.kept.get(key);
    if (kept !== undefined) return { batches: again(kept), close: () => undefined };
    const table = await TableFile.open(this.store.path(sha256));
    const read = table.batches(columns, READ_ROWS) as AsyncIterable<FeatureBatch>;
    const small = table.rows * columns.length <= KEPT_VALUES && columns.every(({ type }) => type !== 'utf8');
    return { batches: small ? this.keeping(key, read) : read, close: () => table.close() };
  }

  private async *keeping(key: string, read: AsyncIterable<FeatureBatch>): AsyncGenerator<FeatureBatch> {
    const all: FeatureBatch[] = [];
    for await (const batch of read) {
      all.push(batch);
      yield batch;
    }
    this.kept.set(key, all);
    const [oldest] = this.kept.keys();
    if (this.kept.size > KEPT_SPLITS && oldest !== undefined) this.kept.delete(oldest);
  }
}

async function* again(batches: readonly FeatureBatch[]): AsyncGenerator<FeatureBatch> {
  yield* batches;
}
