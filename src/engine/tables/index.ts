export { TableFile } from './table-file.js';
export type { CategoricalColumn, ColumnBatch, ColumnRequest, ReadResult } from './table-file.js';
export type { ColumnInfo, ColumnKind } from './columns.js';
export { IMPORT_KEY, splitTable, type DeclaredColumn, type SplitPart } from './split-table.js';
