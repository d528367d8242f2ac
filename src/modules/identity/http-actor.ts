import { unauthenticated } from '../../platform/graphql/errors.js';
import type { Actor } from './actor.js';
import type { IdentityService } from './identity.service.js';

/** Who sends a plain HTTP request. @throws CodedError `UNAUTHENTICATED` without a good token */
export async function requireActor(
  identity: IdentityService,
  authorization: string | undefined,
): Promise<Actor> {
  const actor = await identity.authenticate(authorization);
  if (actor === null) throw unauthenticated();
  return actor;
}
