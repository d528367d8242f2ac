import {
  type FeatureColumn,
  featureColumn,
  type FeatureTable,
  isTextColumn,
  takeRows,
} from '../tables/index.js';
import { type ArrowColumn, type ArrowField } from './arrow-message.js';
import { type InputBinding, streamColumns } from './binding.js';
import { type OnnxInspection } from './onnx-inspection.js';
import { WHOLE_RANGES } from './runner-feeds.js';

/** A column of the stream, and which whole numbers it must hold where the model's inputs take no others. */
export interface FedField extends ArrowField {
  whole?: readonly [least: number, most: number];
}

/** The columns of a model's stream, with what its inputs hold. */
export function fedFields(binding: InputBinding, inspection: OnnxInspection): FedField[] {
  return streamColumns(binding, inspection).map((field) => {
    const ranges = binding.inputs.flatMap((input) => {
      const elementType = inspection.inputs.find(({ name }) => name === input.name)?.elementType ?? '';
      const range = input.columns.includes(field.name) ? WHOLE_RANGES.get(elementType) : undefined;
      return range === undefined ? [] : [range];
    });
    if (ranges.length === 0) return field;
    const least = Math.max(...ranges.map((range) => range[0]));
    return { ...field, whole: [least, Math.min(...ranges.map((range) => range[1]))] as const };
  });
}

/** The columns that a table of features must have to be fed, each once, and as what a file's are best read. */
export function heldFields(fields: readonly ArrowField[]): ArrowField[] {
  const rank = (type: ArrowField['type']) => ['int64', 'float64', 'float32', 'utf8'].indexOf(type);
  const held = new Map<string, ArrowField>();
  for (const field of fields) {
    const other = held.get(field.name);
    if (other === undefined || rank(field.type) < rank(other.type))
      held.set(field.name, { name: field.name, type: field.type });
  }
  return [...held.values()];
}

/** Rows as a stream takes them, and which rows it can't. */
export interface FittedRows {
  /** How many fit. */
  rows: number;
  columns: ArrowColumn[];
  /** Places of the rows that fit; undefined where all do. */
  places?: Int32Array;
}

/** Turns features into a stream's columns; rows with a value that the model's inputs can't hold are left out. */
export function fitFeatures(table: FeatureTable, fields: readonly FedField[]): FittedRows {
  const unfit = new Uint8Array(table.rows);
  for (const field of fields) markUnfit(featureColumn(table, field.name), field, unfit);
  const bad = unfit.reduce((sum, flag) => sum + flag, 0);
  if (bad === 0)
    return {
      rows: table.rows,
      columns: fields.map((field) => streamed(featureColumn(table, field.name), field)),
    };
  const places = new Int32Array(table.rows - bad);
  for (let row = 0, at = 0; row < table.rows; row++) if (unfit[row] === 0) places[at++] = row;
  const fitting = takeRows(table, places);
  return {
    rows: places.length,
    columns: fields.map((field) => streamed(featureColumn(fitting, field.name), field)),
    places,
  };
}

function markUnfit(column: FeatureColumn, { type, whole }: FedField, unfit: Uint8Array): void {
  if (isTextColumn(column)) {
    // Text where numbers go: no row fits.
    if (type !== 'utf8') unfit.fill(1);
    return;
  }
  if (type === 'utf8') {
    for (let row = 0; row < unfit.length; row++)
      if (!Number.isInteger(Number(column[row])) && !Number.isNaN(column[row])) unfit[row] = 1;
    return;
  }
  if (whole === undefined || column instanceof BigInt64Array) return;
  const [least, most] = whole;
  for (let row = 0; row < unfit.length; row++) {
    const value = column[row] as number;
    if (!(Number.isInteger(value) && value >= least && value <= most)) unfit[row] = 1;
  }
}

function streamed(column: FeatureColumn, { type }: FedField): ArrowColumn {
  if (isTextColumn(column)) return column;
  switch (type) {
    case 'utf8':
      return Array.from(column as ArrayLike<number | bigint>, (value) =>
        Number.isNaN(value) ? null : String(value),
      );
    case 'int64':
    case 'timestamp':
      return column instanceof BigInt64Array ? column : BigInt64Array.from(column as Float64Array, BigInt);
    case 'int32':
      return column instanceof Int32Array ? column : Int32Array.from(column as Float64Array, Number);
    default:
      return column instanceof Float32Array || column instanceof Float64Array
        ? column
        : Float64Array.from(column as Int32Array, Number);
  }
}
