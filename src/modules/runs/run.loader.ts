import type DataLoader from 'dataloader';
import { inOrder, type RequestContext } from '../../platform/graphql/context.js';
import type { Actor } from '../identity/index.js';
import type { RunService } from './run.service.js';
import type { Run, SealedDraw } from './run.type.js';

const RUN = {};
const SEALED_DRAW = {};

/** Runs by id, one statement a request. */
export function runLoader(
  request: RequestContext<Actor>,
  actor: Actor,
  runs: RunService,
): DataLoader<string, Run | null> {
  return request.loader(async (ids) => inOrder(ids, await runs.runsById(actor, ids), ({ id }) => id), RUN);
}

/** Sealed draws by plan, one statement a request; null where none has been drawn. */
export function sealedDrawLoader(
  request: RequestContext<Actor>,
  actor: Actor,
  runs: RunService,
): DataLoader<string, SealedDraw | null> {
  return request.loader(
    async (planIds) => inOrder(planIds, await runs.sealedDraws(actor, planIds), ({ planId }) => planId),
    SEALED_DRAW,
  );
}
