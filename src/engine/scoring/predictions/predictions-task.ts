/** Where things lie inside the jail that reads a file of predictions. */
export const PREDICTIONS_PATHS = {
  folder: '/runner',
  program: '/runner/scoring/predictions/predictions.runner.js',
  file: '/input/predictions',
} as const;

/** The columns of a file of predictions: the key of every dataset, and the score. */
export const PREDICTIONS_COLUMNS = { id: 'row_id', score: 'score' } as const;

/** What admission found in a file of predictions. */
export interface PredictionsInspection {
  format: 'csv' | 'parquet';
  rows: number;
  /** those that are there, the ones that nobody reads too */
  columns: string[];
}

/** Why a file of predictions is refused. */
export const PREDICTIONS_REFUSALS = [
  'UNREADABLE_TABLE',
  'EMPTY_TABLE',
  'MISSING_COLUMN',
  'NOT_A_NUMBER',
  'NOT_AN_ID',
  'DUPLICATE_ID',
] as const;
