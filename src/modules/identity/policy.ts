import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { GqlExecutionContext } from '@nestjs/graphql';
import type { RequestContext } from '../../platform/graphql/context.js';
import { forbidden, unauthenticated } from '../../platform/graphql/errors.js';
import { type Actor, Role } from './actor.js';

export const POLICY = 'sandbox:policy';

/** `public` needs nobody, `parent` is a field whose object was already allowed, roles need one of them. */
export type Policy = { kind: 'public' } | { kind: 'parent' } | { kind: 'roles'; roles: readonly Role[] };

/** Who may call this resolver: a token with at least one of the roles. */
export const Allow = (...roles: [Role, ...Role[]]): MethodDecorator & ClassDecorator =>
  SetMetadata(POLICY, { kind: 'roles', roles } satisfies Policy);

/** Anybody with a token: what they see is their scope's affair, in the database. */
export const AllowAnyRole = (): MethodDecorator & ClassDecorator =>
  SetMetadata(POLICY, { kind: 'roles', roles: Object.values(Role) } satisfies Policy);

/** Anybody, without a token. */
export const Public = (): MethodDecorator & ClassDecorator =>
  SetMetadata(POLICY, { kind: 'public' } satisfies Policy);

/** A field of an object that its caller was already allowed to have: adds nothing to what the object's policy says. */
export const AllowedWithParent = (): MethodDecorator & ClassDecorator =>
  SetMetadata(POLICY, { kind: 'parent' } satisfies Policy);

/** Closed by default: a resolver that states no policy is refused, whoever asks. */
@Injectable()
export class PolicyGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    if (context.getType<string>() !== 'graphql') return true;
    const policy = this.reflector.getAllAndOverride<Policy | undefined>(POLICY, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (policy === undefined)
      throw forbidden(`${context.getHandler().name} states no policy, so nobody may call it.`);
    if (policy.kind !== 'roles') return true;
    const { actor } = GqlExecutionContext.create(context).getContext<RequestContext<Actor>>();
    if (actor === null) throw unauthenticated();
    if (!policy.roles.some((role) => actor.roles.includes(role))) {
      throw forbidden(
        `This needs the role ${policy.roles.join(' or ')}; the token has ${actor.roles.join(', ')}.`,
      );
    }
    return true;
  }
}

/** The actor of a resolver whose policy names roles. */
export const CurrentActor = createParamDecorator((_data: unknown, context: ExecutionContext): Actor => {
  const { actor } = GqlExecutionContext.create(context).getContext<RequestContext<Actor>>();
  if (actor === null) throw unauthenticated();
  return actor;
});

/** The request, for its loaders and its address. */
export const CurrentRequest = createParamDecorator(
  (_data: unknown, context: ExecutionContext): RequestContext<Actor> =>
    GqlExecutionContext.create(context).getContext<RequestContext<Actor>>(),
);
