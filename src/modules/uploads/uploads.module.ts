import { Module } from '@nestjs/common';
import { UploadController } from './upload.controller.js';
import { UploadService } from './upload.service.js';

@Module({ providers: [UploadService], controllers: [UploadController], exports: [UploadService] })
export class UploadsModule {}
