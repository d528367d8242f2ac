export { ReportRow } from './report.entity.js';
export { reportLoader } from './report.loader.js';
export { ReportService } from './report.service.js';
export { Report } from './report.type.js';
export { ReportsModule } from './reports.module.js';
export { BUILD_DIGEST, SealingStage, SIGNER } from './sealing.stage.js';
