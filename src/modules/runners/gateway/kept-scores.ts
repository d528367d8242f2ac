import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';

const BYTES = 8;

/** What scores belong to: with anything else of it, those that are there say nothing. */
export interface ScoredRows {
  /** SHA-256 of the object that is scored */
  objectSha256: string;
  artefactSha256: string;
  rows: number;
  batchRows: number;
}

/** Scores of a batch that differ from those that were taken for it. */
export class ScoresDiffer extends Error {}

/**
 * The scores of one run as they come in, batch after batch, in a file that outlives this process: a run goes on where it
 * stood whichever of runner, connection and launcher was lost. A batch counts when all of it is on the disk.
 */
export class KeptScores {
  private writing: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly file: FileHandle,
    private readonly subject: ScoredRows,
    private rowsTaken: number,
  ) {}

  /** Opens the scores of a run, those of an attempt before included. */
  static async open(folder: string, runId: string, subject: ScoredRows): Promise<KeptScores> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const about = join(folder, `${runId}.json`);
    const place = join(folder, `${runId}.scores`);
    const said = JSON.stringify(subject);
    if ((await readFile(about, 'utf8').catch(() => '')) !== said) {
      await rm(place, { force: true });
      await writeFile(`${about}.new`, said, { mode: 0o600 });
      await rename(`${about}.new`, about);
    }
    const file = await open(place, 'a+', 0o600);
    const { size } = await file.stat();
    const rows = Math.min(Math.floor(size / BYTES), subject.rows);
    // A batch that a crash cut off did not count, and comes again.
    const whole = rows === subject.rows ? rows : rows - (rows % subject.batchRows);
    if (whole * BYTES !== size) await truncate(place, whole * BYTES);
    return new KeptScores(file, subject, whole);
  }

  /** Removes what belongs to runs that nobody works on any more. */
  static async sweep(
    folder: string,
    wanted: (runIds: string[]) => Promise<ReadonlySet<string>>,
  ): Promise<void> {
    const names = await readdir(folder).catch(() => [] as string[]);
    const runs = [...new Set(names.map((name) => name.split('.')[0] ?? ''))];
    if (runs.length === 0) return;
    const still = await wanted(runs);
    for (const name of names) {
      if (!still.has(name.split('.')[0] ?? '')) await rm(join(folder, name), { force: true });
    }
  }

  /** first batch that is wanted; the count of batches when all are there */
  get next(): number {
    return Math.ceil(this.rowsTaken / this.subject.batchRows);
  }

  get rows(): number {
    return this.rowsTaken;
  }

  get complete(): boolean {
    return this.rowsTaken === this.subject.rows;
  }

  /**
   * Keeps the scores of batch n, which is the next one or one that was taken. They are on the disk when this resolves.
   *
   * @throws ScoresDiffer for other scores of a batch that was taken
   */
  async take(n: number, scores: Float64Array): Promise<void> {
    const work = this.writing.then(() => this.write(n, scores));
    this.writing = work.catch(() => undefined);
    return work;
  }

  async all(): Promise<Float64Array> {
    const scores = new Float64Array(new SharedArrayBuffer(this.subject.rows * BYTES));
    await this.readInto(Buffer.from(scores.buffer), 0);
    return scores;
  }

  async close(): Promise<void> {
    await this.writing;
    await this.file.close();
  }

  private async write(n: number, scores: Float64Array): Promise<void> {
    const bytes = Buffer.from(scores.buffer, scores.byteOffset, scores.byteLength);
    const at = n * this.subject.batchRows * BYTES;
    if (n < this.next) {
      const before = Buffer.alloc(bytes.length);
      await this.readInto(before, at);
      if (!before.equals(bytes)) throw new ScoresDiffer(`batch ${n} was taken with other scores`);
      return;
    }
    await this.file.truncate(at);
    await this.file.appendFile(bytes);
    await this.file.datasync();
    this.rowsTaken += scores.length;
  }

  private async readInto(bytes: Buffer, position: number): Promise<void> {
    for (let got = 0; got < bytes.length;) {
      const { bytesRead } = await this.file.read(bytes, got, bytes.length - got, position + got);
      if (bytesRead === 0) throw new Error('scores that were kept are gone');
      got += bytesRead;
    }
  }
}
