import { Module } from '@nestjs/common';
import { UploadsModule } from '../uploads/index.js';
import { ModelResolver, ModelVersionResolver } from './model.resolver.js';
import { ModelService } from './model.service.js';

@Module({
  imports: [UploadsModule],
  providers: [ModelService, ModelResolver, ModelVersionResolver],
  exports: [ModelService],
})
export class ModelsModule {}
