import { Module } from '@nestjs/common';
import { DatasetsModule } from '../datasets/index.js';
import { ModelsModule } from '../models/index.js';
import { CriteriaPackResolver } from './packs/criteria-pack.resolver.js';
import { CriteriaPackService } from './packs/criteria-pack.service.js';
import { PlanResolver } from './plan.resolver.js';
import { PlanService } from './plan.service.js';

@Module({
  imports: [ModelsModule, DatasetsModule],
  providers: [PlanService, PlanResolver, CriteriaPackService, CriteriaPackResolver],
  exports: [PlanService],
})
export class PlansModule {}
