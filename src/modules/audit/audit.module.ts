import { Module } from '@nestjs/common';
import { IdentityModule } from '../identity/index.js';
import { AuditController } from './audit.controller.js';
import { AuditResolver } from './audit.resolver.js';
import { AuditService } from './audit.service.js';

@Module({
  imports: [IdentityModule],
  providers: [AuditService, AuditResolver],
  controllers: [AuditController],
})
export class AuditModule {}
