/** Rows are summed block by block and the blocks in order, so that sums do not depend on the number of threads. */
export const BLOCK = 16384;

const LANES = 8;

/** Rows a lane: an eighth of all, in whole blocks. */
export function laneOf(rows: number): number {
  return Math.ceil(rows / BLOCK / LANES) * BLOCK;
}

/** Splits rows among members by whole lanes. */
export function ranges(rows: number, members: number): { from: number; to: number }[] {
  const lane = laneOf(rows);
  return Array.from({ length: members }, (_, member) => ({
    from: Math.min(rows, Math.floor((LANES * member) / members) * lane),
    to: Math.min(rows, Math.floor((LANES * (member + 1)) / members) * lane),
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
