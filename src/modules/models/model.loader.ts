import type DataLoader from 'dataloader';
import { inOrder, type RequestContext } from '../../platform/graphql/context.js';
import type { Actor } from '../identity/index.js';
import type { ModelService } from './model.service.js';
import type { Model, ModelVersion } from './model.type.js';

const MODEL = {};
const VERSION = {};

/** Models by id, one statement a request. */
export function modelLoader(
  request: RequestContext<Actor>,
  actor: Actor,
  models: ModelService,
): DataLoader<string, Model | null> {
  return request.loader(
    async (ids) => inOrder(ids, await models.modelsById(actor, ids), ({ id }) => id),
    MODEL,
  );
}

/** Versions by id, one statement a request. */
export function modelVersionLoader(
  request: RequestContext<Actor>,
  actor: Actor,
  models: ModelService,
): DataLoader<string, ModelVersion | null> {
  return request.loader(
    async (ids) => inOrder(ids, await models.versionsById(actor, ids), ({ id }) => id),
    VERSION,
  );
}
