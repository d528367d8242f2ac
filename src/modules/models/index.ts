export { ASSURANCE_TIERS, AssuranceTierName } from './assurance-tier.js';
export { InspectionStage } from './inspection.stage.js';
export { ModelRow, ModelVersionRow, type RuntimeName, RUNTIMES } from './model.entity.js';
export { modelVersionLoader } from './model.loader.js';
export { findModelVersion, ModelService } from './model.service.js';
export { Model, ModelVersion } from './model.type.js';
export { ModelsModule } from './models.module.js';
