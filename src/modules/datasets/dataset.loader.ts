import type DataLoader from 'dataloader';
import { inOrder, type RequestContext } from '../../platform/graphql/context.js';
import type { Actor } from '../identity/index.js';
import type { DatasetService } from './dataset.service.js';
import type { DatasetFile, DatasetVersion } from './dataset.type.js';

const VERSION = {};
const FILES_OF = {};

/** Dataset versions by id, one statement a request. */
export function datasetVersionLoader(
  request: RequestContext<Actor>,
  actor: Actor,
  datasets: DatasetService,
): DataLoader<string, DatasetVersion | null> {
  return request.loader(
    async (ids) => inOrder(ids, await datasets.versionsById(actor, ids), ({ id }) => id),
    VERSION,
  );
}

/** Files to download by dataset version, one statement a request. */
export function datasetFilesLoader(
  request: RequestContext<Actor>,
  actor: Actor,
  datasets: DatasetService,
): DataLoader<string, DatasetFile[] | null> {
  return request.loader(async (ids) => {
    const files = await datasets.files(actor, ids);
    return ids.map((id) => files.get(id) ?? []);
  }, FILES_OF);
}
