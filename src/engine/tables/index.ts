export { TableFile } from './table-file.js';
export type { CategoricalColumn, ColumnBatch, ColumnRequest, ReadResult } from './table-file.js';
export type { ColumnInfo, ColumnKind } from './columns.js';
