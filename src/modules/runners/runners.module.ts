import { Module } from '@nestjs/common';
import { RunnerResolver } from './runner.resolver.js';
import { RunnerService } from './runner.service.js';

@Module({ providers: [RunnerService, RunnerResolver] })
export class RunnersModule {}
