import * as path from 'node:path';
import { ContentStore } from './content-store.js';

/** The kinds of object that are kept apart, a folder each below `objects/`. */
export const STORE_NAMES = [
  'artefacts',
  'imports',
  'features',
  'labels',
  'protected',
  'development',
  'scores',
  'reports',
] as const;
export type StoreName = (typeof STORE_NAMES)[number];

/** The stores that a process may use. Asking for another is a mistake in the code, and says so. */
export class Stores {
  private constructor(private readonly opened: ReadonlyMap<StoreName, ContentStore>) {}

  /**
   * @param dataFolder the data folder
   * @param writes stores whose folders are the process's own
   * @param reads stores that others write
   */
  static async open(
    dataFolder: string,
    writes: readonly StoreName[],
    reads: readonly StoreName[],
  ): Promise<Stores> {
    const opened = new Map<StoreName, ContentStore>();
    for (const name of [...writes, ...reads]) {
      const root = path.join(dataFolder, 'objects', name);
      opened.set(name, writes.includes(name) ? await ContentStore.open(root) : ContentStore.reading(root));
    }
    return new Stores(opened);
  }

  get artefacts(): ContentStore {
    return this.store('artefacts');
  }
  get imports(): ContentStore {
    return this.store('imports');
  }
  get features(): ContentStore {
    return this.store('features');
  }
  get labels(): ContentStore {
    return this.store('labels');
  }
  get protected(): ContentStore {
    return this.store('protected');
  }
  get development(): ContentStore {
    return this.store('development');
  }
  get scores(): ContentStore {
    return this.store('scores');
  }
  get reports(): ContentStore {
    return this.store('reports');
  }

  private store(name: StoreName): ContentStore {
    const store = this.opened.get(name);
    if (store === undefined) throw new Error(`this process has no store ${name}`);
    return store;
  }
}
