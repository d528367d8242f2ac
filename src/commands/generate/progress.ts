/**
 * Tells how far the work is: on a terminal in one line that is written over, elsewhere a line at every tenth, so that
 * a log stays short.
 */
export class Progress {
  private tenth = -1;
  private shown = '';

  constructor(private readonly out: NodeJS.WriteStream) {}

  tell(share: number, stage: string): void {
    const percent = Math.floor(share * 100);
    if (this.out.isTTY) {
      const line = `${stage} ${percent} %`;
      if (line === this.shown) return;
      this.shown = line;
      this.out.write(`\r\x1b[K${line}`);
      return;
    }
    const tenth = Math.floor(share * 10 + 1e-9);
    if (tenth <= this.tenth) return;
    this.tenth = tenth;
    this.out.write(`${tenth * 10} % ${stage}\n`);
  }

  /** Leaves the terminal's line empty. */
  end(): void {
    if (this.out.isTTY) this.out.write('\r\x1b[K');
  }
}
