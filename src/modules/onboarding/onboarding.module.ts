import { Module } from '@nestjs/common';
import { IdentityModule } from '../identity/index.js';
import { OnboardingResolver } from './onboarding.resolver.js';
import { OnboardingService } from './onboarding.service.js';

@Module({ imports: [IdentityModule], providers: [OnboardingService, OnboardingResolver] })
export class OnboardingModule {}
