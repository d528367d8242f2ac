import { type ParameterSpec, type Parameters } from '../parameters.js';

export interface ColumnSpec {
  readonly name: string;
  readonly type: 'float32' | 'float64' | 'int32' | 'int64' | 'string' | 'timestamp';
  readonly table: 'features' | 'labels' | 'protected';
  readonly role: 'key' | 'entity' | 'time' | 'feature' | 'label' | 'protected' | 'control' | 'information';
  readonly definition: string;
  readonly unit: string;
  readonly window?: string;
}

export interface Preset {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly parameters: readonly ParameterSpec[];
  readonly columns: readonly ColumnSpec[];
  /** Refuses parameters that contradict each other. */
  check(parameters: Parameters): void;
}

export const SPLITS = ['development', 'evaluation'] as const;
export type Split = (typeof SPLITS)[number];
