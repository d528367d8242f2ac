export {
  type DatasetColumnDocument,
  DatasetObjectRow,
  DatasetVersionRow,
  type SplitName,
} from './dataset.entity.js';
export { datasetVersionLoader } from './dataset.loader.js';
export { DatasetService, findDatasetVersion } from './dataset.service.js';
export { DatasetVersion, Split } from './dataset.type.js';
export { DatasetsModule } from './datasets.module.js';
export { BlindSecret, PreparationStage } from './preparation.stage.js';
