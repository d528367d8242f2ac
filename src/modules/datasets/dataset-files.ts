import type { DatasetFileRow } from './dataset.entity.js';
import { DatasetFile, DevelopmentFile, Split } from './dataset.type.js';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  parquet: 'application/vnd.apache.parquet',
  json: 'application/json; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
  html: 'text/html; charset=utf-8',
  svg: 'image/svg+xml',
};

/** By the ending of a file's name. */
export function mediaTypeOf(path: string): string {
  const ending = path.slice(path.lastIndexOf('.') + 1);
  return (Object.hasOwn(MEDIA_TYPES, ending) ? MEDIA_TYPES[ending] : undefined) ?? 'application/octet-stream';
}

export function toDatasetFile(row: DatasetFileRow): DatasetFile {
  return Object.assign(new DatasetFile(), {
    path: row.path,
    url: `/datasets/${row.datasetVersionId}/${row.path}`,
    split: row.split === null ? null : Split.DEVELOPMENT,
    table: row.tableName,
    mediaType: mediaTypeOf(row.path),
    sha256: row.sha256,
    sizeBytes: Number(row.bytes),
    rows: row.rows === null ? null : Number(row.rows),
  });
}

export function toDevelopmentFile({
  path,
  url,
  table,
  sha256,
  sizeBytes,
  rows,
}: DatasetFile): DevelopmentFile {
  return { name: path.replace('development/', ''), url, table, sha256, sizeBytes, rows: rows ?? 0 };
}
