import type DataLoader from 'dataloader';
import { inOrder, type RequestContext } from '../../platform/graphql/context.js';
import type { Connection, PageArguments } from '../../platform/graphql/pagination.js';
import type { Actor } from '../identity/index.js';
import type { ModelService } from './model.service.js';
import type { Model, ModelVersion } from './model.type.js';

const MODEL = {};
const VERSION = {};
const VERSIONS_OF = {};

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

/** A page of each model's versions, one statement a request for every size and place asked for. */
export async function versionsOfModel(
  request: RequestContext<Actor>,
  actor: Actor,
  models: ModelService,
  modelId: string,
  { first, after = null }: PageArguments,
): Promise<Connection<ModelVersion> | null> {
  const loader = request.loader<Connection<ModelVersion>>(async (keys) => {
    const wanted = keys.map((key) => JSON.parse(key) as [page: PageArguments, modelId: string]);
    const pages = new Map<string, Promise<Map<string, Connection<ModelVersion>>>>();
    for (const [page] of wanted) {
      const name = JSON.stringify(page);
      const ids = wanted.filter(([other]) => JSON.stringify(other) === name).map(([, id]) => id);
      if (!pages.has(name)) pages.set(name, models.versionPages(actor, ids, page));
    }
    return Promise.all(
      wanted.map(async ([page, id]) => (await pages.get(JSON.stringify(page)))?.get(id) ?? null),
    );
  }, VERSIONS_OF);
  return loader.load(JSON.stringify([{ first, after }, modelId]));
}
