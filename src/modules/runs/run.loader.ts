import type DataLoader from 'dataloader';
import { inOrder, type RequestContext } from '../../platform/graphql/context.js';
import type { Actor } from '../identity/index.js';
import type { RunService } from './run.service.js';
import type { Run } from './run.type.js';

const RUN = {};

/** Runs by id, one statement a request. */
export function runLoader(
  request: RequestContext<Actor>,
  actor: Actor,
  runs: RunService,
): DataLoader<string, Run | null> {
  return request.loader(async (ids) => inOrder(ids, await runs.runsById(actor, ids), ({ id }) => id), RUN);
}
