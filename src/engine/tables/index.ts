export {
  type FeatureColumn,
  featureColumn,
  type FeatureTable,
  featureTable,
  isTextColumn,
  type ScoreRows,
  takeRows,
  withColumns,
} from './feature-table.js';
export { TableFile } from './table-file.js';
export type { CategoricalColumn, ColumnBatch, ColumnRequest, ReadResult } from './table-file.js';
export { TypedTable, type TypedBatch, type TypedColumn, type TypedField } from './typed-table.js';
export { closest, isNumeric, type ColumnInfo, type ColumnKind } from './columns.js';
export { IMPORT_KEY, splitTable, type DeclaredColumn, type SplitPart } from './split-table.js';
