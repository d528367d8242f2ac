import { Module } from '@nestjs/common';
import { DatasetsModule } from '../datasets/index.js';
import { ModelsModule } from '../models/index.js';
import { PlanResolver } from './plan.resolver.js';
import { PlanService } from './plan.service.js';

@Module({
  imports: [ModelsModule, DatasetsModule],
  providers: [PlanService, PlanResolver],
  exports: [PlanService],
})
export class PlansModule {}
