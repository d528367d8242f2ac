import type DataLoader from 'dataloader';
import { inOrder, type RequestContext } from '../../platform/graphql/context.js';
import type { Actor } from '../identity/index.js';
import type { DatasetService } from './dataset.service.js';
import type { DatasetVersion } from './dataset.type.js';

const VERSION = {};

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
