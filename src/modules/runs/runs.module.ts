import { Module } from '@nestjs/common';
import { DatasetsModule } from '../datasets/index.js';
import { IdentityModule } from '../identity/index.js';
import { ModelsModule } from '../models/index.js';
import { PlansModule } from '../plans/index.js';
import {
  DatasetBlindnessResolver,
  PlanBlindnessResolver,
  RunBlindnessResolver,
} from './exposure.resolver.js';
import { ExposureService } from './exposure.service.js';
import { LookResolver, LookService, SealedRunGrantResolver } from './looks/looks.resolver.js';
import { SealedRunGrantService } from './looks/sealed-run-grant.service.js';
import { PlanForecastResolver, PreflightResolver } from './preflight/preflight.resolver.js';
import { PreflightService } from './preflight/preflight.service.js';
import { RunLogResolver } from './log/run-log.resolver.js';
import { RunLogService } from './log/run-log.service.js';
import { EngineMetrics } from './metrics/engine-metrics.js';
import { EngineMetricsController } from './metrics/engine-metrics.controller.js';
import { RunAttemptResolver } from './queue/run-attempt.resolver.js';
import { RunAttemptService } from './queue/run-attempt.service.js';
import { FeatureReleaseResolver } from './feature-release.resolver.js';
import { FeatureReleaseService } from './feature-release.service.js';
import { RunChanges } from './run.changes.js';
import { RunResolver } from './run.resolver.js';
import { RunService } from './run.service.js';

@Module({
  imports: [IdentityModule, ModelsModule, DatasetsModule, PlansModule],
  controllers: [EngineMetricsController],
  providers: [
    EngineMetrics,
    RunService,
    RunResolver,
    FeatureReleaseService,
    FeatureReleaseResolver,
    RunChanges,
    ExposureService,
    RunBlindnessResolver,
    PlanBlindnessResolver,
    DatasetBlindnessResolver,
    RunAttemptService,
    RunAttemptResolver,
    PreflightService,
    PreflightResolver,
    PlanForecastResolver,
    LookService,
    LookResolver,
    SealedRunGrantService,
    SealedRunGrantResolver,
    RunLogService,
    RunLogResolver,
  ],
  exports: [RunService],
})
export class RunsModule {}
