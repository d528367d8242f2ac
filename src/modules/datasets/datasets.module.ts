import { Module } from '@nestjs/common';
import { IdentityModule } from '../identity/index.js';
import { UploadsModule } from '../uploads/index.js';
import { DatasetController } from './dataset.controller.js';
import { DatasetResolver } from './dataset.resolver.js';
import { DatasetService } from './dataset.service.js';

@Module({
  imports: [IdentityModule, UploadsModule],
  providers: [DatasetService, DatasetResolver],
  controllers: [DatasetController],
  exports: [DatasetService],
})
export class DatasetsModule {}
