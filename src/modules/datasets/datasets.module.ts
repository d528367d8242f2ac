import { Module } from '@nestjs/common';
import { IdentityModule } from '../identity/index.js';
import { UploadsModule } from '../uploads/index.js';
import { DatasetController } from './dataset.controller.js';
import { DatasetResolver } from './dataset.resolver.js';
import { DatasetService } from './dataset.service.js';
import { KeyRevealResolver } from './key-reveal.resolver.js';
import { KeyRevealService } from './key-reveal.service.js';

@Module({
  imports: [IdentityModule, UploadsModule],
  providers: [DatasetService, DatasetResolver, KeyRevealService, KeyRevealResolver],
  controllers: [DatasetController],
  exports: [DatasetService],
})
export class DatasetsModule {}
