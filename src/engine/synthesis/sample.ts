/** Every k-th row of a split with its features, kept for the audits: at most `limit` rows. */
export class Sample {
  readonly features: Float32Array[];
  readonly label: Uint8Array;
  rows = 0;
  private readonly step: number;

  constructor(total: number, columns: number, limit: number) {
    this.step = Math.max(1, Math.ceil(total / limit));
    const room = Math.ceil(total / this.step);
    this.features = Array.from({ length: columns }, () => new Float32Array(room));
    this.label = new Uint8Array(room);
  }

  /** Takes what falls to it of a block of rows that starts at `first`, counted from the start of the split. */
  take(first: number, rows: number, values: readonly Float32Array[], typology: Uint8Array): void {
    const ahead = (this.step - (first % this.step)) % this.step;
    for (const [index, column] of this.features.entries()) {
      const from = values[index] as Float32Array;
      let at = this.rows;
      for (let row = ahead; row < rows; row += this.step, at += 1) column[at] = from[row] ?? 0;
    }
    let at = this.rows;
    for (let row = ahead; row < rows; row += this.step, at += 1)
      this.label[at] = (typology[first + row] ?? 0) > 0 ? 1 : 0;
    this.rows = at;
  }
}
