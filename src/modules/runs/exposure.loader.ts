import type DataLoader from 'dataloader';
import type { RequestContext } from '../../platform/graphql/context.js';
import type { Actor } from '../identity/index.js';
import type { ExposedBy, ExposureService } from './exposure.service.js';
import type { BlindnessExposure, PlanWarning } from './exposure.type.js';

const EXPOSURES_OF = {};
const TAKEN_BEFORE = {};
const WARNINGS_OF = {};

/** The first exposures of a plan's split or of a version, one statement a request for each kind and size asked for. */
export async function firstExposuresOf(
  request: RequestContext<Actor>,
  actor: Actor,
  service: ExposureService,
  by: ExposedBy,
  id: string,
  first: number,
): Promise<BlindnessExposure[]> {
  const loader = request.loader<BlindnessExposure[]>(async (keys) => {
    const wanted = keys.map((key) => JSON.parse(key) as [by: ExposedBy, first: number, id: string]);
    const found = new Map<string, Promise<Map<string, BlindnessExposure[]>>>();
    for (const [kind, size] of wanted) {
      const name = `${kind} ${size}`;
      const ids = wanted.filter(([other, count]) => other === kind && count === size).map(([, , of]) => of);
      if (!found.has(name)) found.set(name, service.exposures(actor, kind, ids, size));
    }
    return Promise.all(
      wanted.map(async ([kind, size, of]) => (await found.get(`${kind} ${size}`))?.get(of) ?? []),
    );
  }, EXPOSURES_OF);
  return (await loader.load(JSON.stringify([by, first, id]))) ?? [];
}

/** By run, the exposure that took its split's blindness before it started; null where nothing did. */
export function takenBeforeLoader(
  request: RequestContext<Actor>,
  actor: Actor,
  service: ExposureService,
): DataLoader<string, BlindnessExposure | null> {
  return request.loader(async (runIds) => {
    const found = await service.takenBefore(actor, runIds);
    return runIds.map((id) => found.get(id) ?? null);
  }, TAKEN_BEFORE);
}

/** Warnings by plan, one transaction a request. */
export function planWarningsLoader(
  request: RequestContext<Actor>,
  actor: Actor,
  service: ExposureService,
): DataLoader<string, PlanWarning[] | null> {
  return request.loader(async (planIds) => {
    const found = await service.warnings(actor, planIds);
    return planIds.map((id) => found.get(id) ?? []);
  }, WARNINGS_OF);
}
