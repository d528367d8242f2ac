import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { FirstOperator } from './first-operator.js';
import { IdentityResolver } from './identity.resolver.js';
import { IdentityService } from './identity.service.js';
import { PolicyGuard } from './policy.js';

@Module({
  providers: [
    IdentityService,
    IdentityResolver,
    FirstOperator,
    { provide: APP_GUARD, useClass: PolicyGuard },
  ],
  exports: [IdentityService, FirstOperator],
})
export class IdentityModule {}
