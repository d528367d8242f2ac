const SHIFT = 16;
const ROWS = 1 << SHIFT;
const MASK = ROWS - 1;

/**
 * The rows of the last days in time order, three integers a row, in blocks that are used again once every window has
 * left them: memory follows the longest window, not the number of rows. Rows are counted from 0 for ever.
 */
export class Recent {
  /** rows taken in so far */
  head = 0;
  private readonly blocks: Int32Array[] = [];
  private readonly spare: Int32Array[] = [];
  private oldest = 0;

  push(first: number, second: number, third: number): void {
    const row = this.head;
    if ((row & MASK) === 0) this.blocks[row >>> SHIFT] = this.spare.pop() ?? new Int32Array(3 * ROWS);
    const block = this.blocks[row >>> SHIFT] as Int32Array;
    const at = (row & MASK) * 3;
    block[at] = first;
    block[at + 1] = second;
    block[at + 2] = third;
    this.head = row + 1;
  }

  /** The block that holds a row, for loops that read many: the row is at `place(row)` of it. */
  block(row: number): Int32Array {
    return this.blocks[row >>> SHIFT] as Int32Array;
  }

  /** Rows before this one are not asked for again. */
  forget(row: number): void {
    while (this.oldest < row >>> SHIFT) {
      this.spare.push(this.blocks[this.oldest] as Int32Array);
      this.blocks[this.oldest] = NONE;
      this.oldest += 1;
    }
  }
}

const NONE = new Int32Array(0);

/** Where a row begins in its block. */
export function place(row: number): number {
  return (row & MASK) * 3;
}
