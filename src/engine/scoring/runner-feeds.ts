import { type ArrowColumn, type FloatColumn, type TextColumn } from './arrow-message.js';
import {
  named,
  newTensor,
  RunnerFault,
  type Tensor,
  type TensorData,
  type Tensors,
} from './runner-session.js';
import { RUNNER_EXIT, type RunnerTask } from './runner-task.js';

const BLOCK_ROWS = 64;

/** Integers that a float holds exactly, by the type of the input that they go to. */
export const WHOLE_RANGES: ReadonlyMap<string, readonly [least: number, most: number, otherwise: string]> =
  new Map([
    ['int32', [-(2 ** 31), 2 ** 31 - 1, 'no whole number of 32 bits']],
    ['int64', [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 'no whole number that is exact']],
    ['bool', [0, 1, 'neither 0 nor 1']],
  ]);

type Input = RunnerTask['inputs'][number];

/** A model's input tensors, filled with one batch of rows after another. */
export class Feeds {
  readonly tensors: Tensors;
  private readonly pairs: readonly (readonly [Input, Tensor])[];

  constructor(private readonly task: RunnerTask) {
    this.pairs = task.inputs.map((input) => {
      const width = input.columns.length;
      const dims = input.rank === 1 ? [task.batchRows] : [task.batchRows, width];
      return [input, newTensor(input.elementType, dims)] as const;
    });
    this.tensors = named(this.pairs.map(([{ name }, tensor]) => [name, tensor] as const));
  }

  /**
   * @param from where in the columns the batch begins
   * @param before rows of earlier messages, for a message that names one
   * @throws RunnerFault for a value that the model's input cannot hold
   */
  fill(columns: readonly ArrowColumn[], from: number, rows: number, before: number): void {
    for (const [input, { data }] of this.pairs) {
      for (const source of input.columns) this.check(input, source, columns[source], { from, rows, before });
      if (Array.isArray(data)) fillTexts(input, data, columns, from, rows);
      else this.fillBlocks(input, data, columns, from, rows);
    }
  }

  private fillBlocks(
    input: Input,
    data: Exclude<TensorData, string[]>,
    columns: readonly ArrowColumn[],
    from: number,
    rows: number,
  ): void {
    const width = input.columns.length;
    // A block of rows at a time stays in the nearest cache while column after column is written across it.
    for (let row = 0; row < this.task.batchRows; row += BLOCK_ROWS) {
      const block = data.subarray(row * width, (row + BLOCK_ROWS) * width);
      const known = Math.min(BLOCK_ROWS, rows - row);
      input.columns.forEach((source, place) => {
        const column = columns[source];
        if (column === undefined) return;
        // Rows past the end repeat the last, whose values are sure to be lawful.
        const [start, count] = known > 0 ? [from + row, known] : [from + rows - 1, 1];
        if (block instanceof BigInt64Array)
          fillIntegers(block, width, place, column as BigInt64Array | FloatColumn, start, count);
        else fillNumbers(block, width, place, column as FloatColumn, start, count);
      });
    }
  }

  /** Floats on their way to integers or to booleans; what comes as integers of 64 bits was made to fit before it came. */
  private check(
    input: Input,
    source: number,
    column: ArrowColumn | undefined,
    at: { from: number; rows: number; before: number },
  ): void {
    const { elementType } = input;
    const range = WHOLE_RANGES.get(elementType);
    if (range === undefined || column instanceof BigInt64Array) return;
    const [least, most, what] = range;
    for (let row = at.from; row < at.from + at.rows; row += 1) {
      const value = column?.[row] as number;
      if (Number.isInteger(value) && value >= least && value <= most) continue;
      const where = `column "${this.task.columns[source]?.name.slice(0, 64) ?? ''}", row ${at.before + row + 1}`;
      throw new RunnerFault(
        RUNNER_EXIT.input,
        `${where}: ${Number.isNaN(value) ? 'a missing value' : value} is ${what}, as input "${input.name.slice(0, 64)}" takes`,
      );
    }
  }
}

/** The loop that every feature passes through: no test in it. */
function fillNumbers(
  data: Exclude<TensorData, BigInt64Array | string[]>,
  width: number,
  place: number,
  column: FloatColumn,
  from: number,
  rows: number,
): void {
  let at = place;
  for (let row = from; row < from + rows; row += 1, at += width) data[at] = column[row] as number;
  const last = column[from + rows - 1] as number;
  for (; at < data.length; at += width) data[at] = last;
}

function fillIntegers(
  data: BigInt64Array,
  width: number,
  place: number,
  column: BigInt64Array | FloatColumn,
  from: number,
  rows: number,
): void {
  for (let row = 0, at = place; at < data.length; row += 1, at += width) {
    data[at] = BigInt(column[from + Math.min(row, rows - 1)] as bigint | number);
  }
}

/** A tensor of strings has no missing values: the empty string stands for one. */
function fillTexts(
  input: Input,
  data: string[],
  columns: readonly ArrowColumn[],
  from: number,
  rows: number,
): void {
  const width = input.columns.length;
  input.columns.forEach((source, place) => {
    const column = columns[source] as TextColumn;
    for (let row = 0, at = place; at < data.length; row += 1, at += width) {
      data[at] = column[from + Math.min(row, rows - 1)] ?? '';
    }
  });
}
