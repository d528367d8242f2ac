export {
  generateDataset,
  GENERATOR_VERSION,
  type DatasetFile,
  type DatasetManifest,
  type GenerateOptions,
} from './generate.js';
export { parseParameters, PRESETS } from './presets/index.js';
export { type ParameterSpec, type Parameters } from './parameters.js';
export { SPLITS, type ColumnSpec, type Preset, type Split } from './presets/preset.js';
export { ParquetWriter, type ParquetColumn, type ParquetValues } from './parquet.js';
export { type SplitKeys } from './simulate.js';
