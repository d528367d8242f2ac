/** What a fraudster can turn: a number between bounds, or one of several choices, 0 being as it is. */
export interface Variable {
  name: string;
  kind: 'number' | 'choice';
  /** Of a number: its value as it is and its bounds in the row attacked; equal ones leave nothing to turn. */
  origin: number;
  least: number;
  most: number;
}

/** A value a variable, in their order; of a choice its number. */
export type Point = Float64Array;

/** What the model would see if the fraudster did so: one row, or several of which all must pass. */
export interface Realised {
  /** Of each row the columns that are other than before. */
  rows: Readonly<Record<string, number | string | null>>[];
  /** What it costs the fraudster against not changing anything, what is no longer taken included; HKD, never below 0. */
  costHkd: number;
  /** What is left of the fraud's takings after what was spent; null where nobody said what a fraud takes. */
  netHkd: number | null;
}

/** Feasible changes of rows: what may be turned, what follows from it, and what it costs. */
export interface EvasionSpace {
  name: string;
  /** In the same order for every row. */
  variables(row: number): readonly Variable[];
  /**
   * The nearest feasible change: values are brought within bounds, onto their steps, and whatever follows from them is
   * computed again. Null where nothing feasible comes of it.
   */
  realise(row: number, point: Point): Realised | null;
  /** What the fraud takes as it is, HKD; null where nobody said. */
  gain(row: number): number | null;
  /** What its constraints and costs are, and leave out. */
  limits: readonly string[];
}
