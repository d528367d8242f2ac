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
    for (let row = ahead; row < rows; row += this.step) {
      this.features.forEach((column, index) => {
        column[this.rows] = values[index]?.[row] ?? 0;
      });
      this.label[this.rows] = (typology[first + row] ?? 0) > 0 ? 1 : 0;
      this.rows += 1;
    }
  }
}
