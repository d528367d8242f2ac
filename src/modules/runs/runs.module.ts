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
import { RunChanges } from './run.changes.js';
import { RunResolver } from './run.resolver.js';
import { RunService } from './run.service.js';

@Module({
  imports: [IdentityModule, ModelsModule, DatasetsModule, PlansModule],
  providers: [
    RunService,
    RunResolver,
    RunChanges,
    ExposureService,
    RunBlindnessResolver,
    PlanBlindnessResolver,
    DatasetBlindnessResolver,
  ],
  exports: [RunService],
})
export class RunsModule {}
