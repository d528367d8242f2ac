import { Module } from '@nestjs/common';
import { IdentityModule } from '../identity/index.js';
import { RunsModule } from '../runs/index.js';
import { ReportController } from './report.controller.js';
import { CriterionOutcomeResolver, ReportResolver, RunReportResolver } from './report.resolver.js';
import { ReportService } from './report.service.js';

@Module({
  imports: [IdentityModule, RunsModule],
  providers: [ReportService, ReportResolver, CriterionOutcomeResolver, RunReportResolver],
  controllers: [ReportController],
  exports: [ReportService],
})
export class ReportsModule {}
