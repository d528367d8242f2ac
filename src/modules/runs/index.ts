export { MEASURING_THREADS, MeasuringStage } from './measuring.stage.js';
export { RunMeasurementRow, RunRow, RunScoreRow } from './run.entity.js';
export { walk } from './run.lifecycle.js';
export { runLoader } from './run.loader.js';
export { RunService } from './run.service.js';
export { Run } from './run.type.js';
export { RunsModule } from './runs.module.js';
export { SCORING_SETTINGS, type ScoringSettings, ScoringStage } from './scoring.stage.js';
export { RUN_REASONS, settleErrored } from './stage-outcome.js';
