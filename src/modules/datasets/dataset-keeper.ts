import { Injectable } from '@nestjs/common';
import { createReadStream } from 'node:fs';
import type { EntityManager } from 'typeorm';
import { Database } from '../../platform/database/index.js';
import type { ContentStore } from '../../platform/storage/content-store.js';
import { Stores } from '../../platform/storage/stores.js';
import type { SplitName } from './dataset.entity.js';

/** A file of a version before it is in its stores. */
export interface VersionFile {
  /** where it lies in the version, for example `development/features.parquet` */
  path: string;
  /** null: of the version as a whole */
  split: SplitName | null;
  table: string;
  /** tells what nobody knew by the end of its split: the evaluator's alone */
  hindsight: boolean;
  /** the raw events behind the features: see the engine's TableSpec */
  events: boolean;
  /** where it lies on the disk */
  place: string;
  /** null where it is no table */
  rows: number | null;
}

export interface KeptFile extends VersionFile {
  sha256: string;
  bytes: number;
}

type Keep = 'features' | 'labels' | 'protected' | 'development';

const NOTHING_LARGER = Number.MAX_SAFE_INTEGER;

/** Which stores a file goes to; none for what nobody may ever ask for. */
function storesOf({ split, table, hindsight, events }: VersionFile): Keep[] {
  if (split === null) return ['development'];
  const open: Keep[] = split === 'development' ? ['development'] : [];
  switch (table) {
    case 'features':
      return ['features', ...open];
    case 'labels':
      return ['labels', ...open];
    case 'protected':
      return ['protected', ...open];
    // What the evaluator measures against where labels are those that were known.
    case 'truth':
      return ['labels'];
    default:
      if (hindsight) return [];
      return events ? ['features', ...open] : open;
  }
}

/** Whether anybody with a token may download it. */
export const isOpen = (file: VersionFile): boolean => storesOf(file).includes('development');

/** What of a blind split only the evaluator reads. */
export const isBlind = (file: VersionFile): boolean =>
  file.split !== null && ['labels', 'protected', 'truth'].includes(file.table);

/** Puts the files of datasets into the stores that their kinds belong to, so that none stays that nothing names. */
@Injectable()
export class DatasetKeeper {
  constructor(
    private readonly database: Database,
    private readonly stores: Stores,
  ) {}

  /**
   * Keeps the files, then lets `record` name them in a transaction. When that fails, gives `false` (nobody wants them
   * any more) or the signal is aborted, what no row names is removed again.
   *
   * @returns what `record` gave
   */
  async keep(
    files: readonly VersionFile[],
    signal: AbortSignal,
    record: (tx: EntityManager, kept: readonly KeptFile[]) => Promise<boolean>,
  ): Promise<boolean> {
    const kept: KeptFile[] = [];
    let named = false;
    try {
      for (const file of files) {
        signal.throwIfAborted();
        for (const [place, store] of storesOf(file).entries()) {
          const { digest: sha256, bytes } = await put(this.stores[store], file.place, signal);
          // At once, so that a file that got into one of its stores only is removed from it again.
          if (place === 0) kept.push({ ...file, sha256, bytes });
        }
      }
      named = await this.database.asSystem(async (tx) => {
        await lock(tx);
        // Somebody who gave up on the same bytes may have removed them since.
        for (const file of kept)
          for (const store of storesOf(file))
            if (!(await this.stores[store].has(file.sha256)))
              await put(this.stores[store], file.place, signal);
        return record(tx, kept);
      });
      return named;
    } finally {
      if (!named) await this.forget(kept);
    }
  }

  /** Removes what no row of any dataset names. */
  private async forget(files: readonly KeptFile[]): Promise<void> {
    if (files.length === 0) return;
    await this.database.asSystem(async (tx) => {
      await lock(tx);
      for (const [store, names] of NAMES) {
        const digests = files.filter((file) => storesOf(file).includes(store)).map(({ sha256 }) => sha256);
        const found = await tx.query<{ sha256: string }[]>(names, [digests]);
        const named = new Set(found.map(({ sha256 }) => sha256));
        for (const digest of digests) if (!named.has(digest)) await this.stores[store].remove(digest);
      }
    });
  }
}

const BLIND = `SELECT sha256 FROM sandbox.blind_object WHERE sha256 = ANY ($1)
  UNION SELECT sha256 FROM sandbox.sealed_blind_object WHERE sha256 = ANY ($1)`;

/** By store: which of some digests are named. */
const NAMES: readonly (readonly [store: Keep, sql: string])[] = [
  [
    'features',
    `SELECT sha256 FROM sandbox.dataset_object WHERE sha256 = ANY ($1)
     UNION SELECT features_sha256 FROM sandbox.sealed_draw WHERE features_sha256 = ANY ($1)
     UNION SELECT events_sha256 FROM sandbox.sealed_draw WHERE events_sha256 = ANY ($1)`,
  ],
  ['development', 'SELECT sha256 FROM sandbox.dataset_file WHERE sha256 = ANY ($1)'],
  ['labels', BLIND],
  ['protected', BLIND],
];

/** Naming objects and removing what nothing names take turns. */
async function lock(tx: EntityManager): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('dataset objects', 0))`);
}

function put(
  store: ContentStore,
  place: string,
  signal: AbortSignal,
): Promise<{ digest: string; bytes: number }> {
  return store.put(createReadStream(place), { maxBytes: NOTHING_LARGER, signal });
}
