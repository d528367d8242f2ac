import { Args, Query, Resolver } from '@nestjs/graphql';
import { type Connection, PageArguments } from '../../platform/graphql/pagination.js';
import { type Actor, Allow, CurrentActor, Role } from '../identity/index.js';
import { AuditService } from './audit.service.js';
import { AuditEvent, AuditEventConnection } from './audit.type.js';

@Resolver()
export class AuditResolver {
  constructor(private readonly audit: AuditService) {}

  @Allow(Role.OPERATOR, Role.REVIEWER)
  @Query(() => AuditEventConnection, { description: 'The audit trail, oldest first.' })
  auditEvents(@CurrentActor() actor: Actor, @Args() page: PageArguments): Promise<Connection<AuditEvent>> {
    return this.audit.events(actor, page);
  }
}
