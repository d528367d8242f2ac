export { DatasetKeeper } from './dataset-keeper.js';
export {
  type DatasetColumnDocument,
  DatasetFileRow,
  DatasetObjectRow,
  DatasetVersionRow,
  SealedDrawRow,
  type SplitName,
} from './dataset.entity.js';
export { datasetVersionLoader } from './dataset.loader.js';
export { DatasetService, findDatasetVersion } from './dataset.service.js';
export { DatasetVersion, Split } from './dataset.type.js';
export { FeatureReleaseRow, RELEASED_PATH } from './feature-release.entity.js';
export { DatasetsModule } from './datasets.module.js';
export { SplitKeyRevealRow } from './key-reveal.entity.js';
export { KeyRevealStage } from './key-reveal.stage.js';
export { PreparationStage } from './preparation.stage.js';
export { Scratch } from './scratch.js';
export { canBeDrawnFrom, SealedDraws, type SealedSubject } from './sealed-draws.js';
export { BlindSecret } from './split-keys.js';
