export { type Actor, OrganisationKind, Role, type Scope } from './actor.js';
export { FirstOperator } from './first-operator.js';
export { ApiTokenRow, OrganisationRow, PersonRow } from './identity.entity.js';
export { IdentityModule } from './identity.module.js';
export { IdentityService } from './identity.service.js';
export { NameTaken, Organisation, Person, TokenIssued } from './identity.type.js';
export {
  Allow,
  AllowAnyRole,
  AllowedWithParent,
  CurrentActor,
  CurrentRequest,
  POLICY,
  type Policy,
  Public,
} from './policy.js';
export { requireActor } from './http-actor.js';
