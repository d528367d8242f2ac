/** Rows are summed block by block and the blocks in order, so that sums do not depend on the number of threads. */
export const BLOCK = 16384;

/** Splits rows among members at block boundaries. */
export function ranges(rows: number, members: number): { from: number; to: number }[] {
  const blocks = Math.ceil(rows / BLOCK);
  return Array.from({ length: members }, (_, member) => ({
    from: Math.min(rows, Math.floor((blocks * member) / members) * BLOCK),
    to: Math.min(rows, Math.floor((blocks * (member + 1)) / members) * BLOCK),
  }));
}

/** Neumaier's compensated sum. */
export class Sum {
  private total = 0;
  private lost = 0;

  add(value: number): void {
    const next = this.total + value;
    this.lost +=
      Math.abs(this.total) >= Math.abs(value) ? this.total - next + value : value - next + this.total;
    this.total = next;
  }

  get value(): number {
    return this.total + this.lost;
  }
}
