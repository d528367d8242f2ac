export { type CataloguedFeature, featureCatalogue } from './feature-catalogue.js';
export {
  generateDataset,
  GENERATOR_VERSION,
  intend,
  type DatasetManifest,
  type GenerateOptions,
  type Intended,
  type Weighed,
} from './generate.js';
export { type JudgedGate } from './documents/judgement.js';
export { type DatasetFile } from './output/sink.js';
export { ParquetWriter, type ParquetColumn, type ParquetValues } from './output/parquet.js';
export { type ParameterSpec, type Parameters } from './parameters.js';
export {
  CORE_TABLES,
  coreColumns,
  SPLITS,
  type ColumnSpec,
  type CoreTable,
  type Preset,
  type Split,
  type SplitKeys,
  type TableSpec,
} from './preset.js';
export { parseParameters, presetOf, PRESETS } from './presets.js';
