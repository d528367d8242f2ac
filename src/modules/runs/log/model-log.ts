import { StringDecoder } from 'node:string_decoder';
import { visibleText } from '../../../platform/logging/index.js';
import { Redaction } from './redaction.js';

/** What is kept of a run's model over all its attempts, and of one line. */
export const MODEL_LOG_LINES = 2_000;
export const MODEL_LOG_BYTES = 256 * 1024;
const LINE_BYTES = 2_048;
const CUT = ' … [cut]';
const EVERY_MS = 500;
/** What waits to be written is bounded too, should the database be slow. */
const PENDING_LINES = 500;

export interface Batch {
  lines: string[];
  bytes: number;
  dropped: number;
}

/**
 * What a model prints, on its way to its run's log: cut into lines, secrets struck out, control characters shown by their
 * codes. Reading it costs the model nothing: what comes faster than it is written, or beyond what is kept, is counted
 * and let go.
 */
export class ModelLog {
  private readonly decoder = new StringDecoder('utf8');
  private readonly redaction = new Redaction();
  private readonly timer: NodeJS.Timeout;
  private writing: Promise<void> = Promise.resolve();
  private partial = '';
  private skipping = false;
  private pending: Batch = { lines: [], bytes: 0, dropped: 0 };
  private dropped = 0;

  /**
   * @param kept what earlier attempts left already
   * @param write keeps a batch; what it throws loses the batch and nothing else
   */
  constructor(
    private readonly kept: { lines: number; bytes: number },
    private readonly write: (batch: Batch) => Promise<void>,
  ) {
    this.timer = setInterval(() => this.flush(), EVERY_MS);
  }

  readonly take = (chunk: Uint8Array): void => {
    const text = this.decoder.write(Buffer.from(chunk));
    for (let from = 0; from < text.length;) {
      const end = text.indexOf('\n', from);
      this.append(text.slice(from, end < 0 ? text.length : end));
      if (end < 0) return;
      this.finishLine();
      from = end + 1;
    }
  };

  /** Writes what is left, and how much was let go; nothing is taken any more. */
  async end(): Promise<void> {
    clearInterval(this.timer);
    this.append(this.decoder.end());
    if (this.partial !== '') this.finishLine();
    if (this.dropped > 0) {
      const line = `[${this.dropped} more lines were not kept]`;
      this.pending.lines.push(line);
      this.pending.bytes += line.length;
    }
    this.flush();
    await this.writing;
  }

  private append(text: string): void {
    if (this.skipping) return;
    this.partial += text;
    if (this.partial.length <= LINE_BYTES) return;
    this.partial = this.partial.slice(0, LINE_BYTES) + CUT;
    this.skipping = true;
  }

  private finishLine(): void {
    const line = shortened(visibleText(this.redaction.of(this.partial)));
    this.partial = '';
    this.skipping = false;
    const bytes = Buffer.byteLength(line);
    const { kept, pending } = this;
    if (
      kept.lines >= MODEL_LOG_LINES ||
      kept.bytes + bytes > MODEL_LOG_BYTES ||
      pending.lines.length >= PENDING_LINES
    ) {
      this.dropped += 1;
      pending.dropped += 1;
      return;
    }
    kept.lines += 1;
    kept.bytes += bytes;
    pending.lines.push(line);
    pending.bytes += bytes;
  }

  private flush(): void {
    if (this.pending.lines.length === 0 && this.pending.dropped === 0) return;
    const batch = this.pending;
    this.pending = { lines: [], bytes: 0, dropped: 0 };
    this.writing = this.writing.then(() => this.write(batch)).catch(() => undefined);
  }
}

/** At most `LINE_BYTES` and the mark of a cut: codes of control characters are longer than they. */
function shortened(line: string): string {
  const bytes = Buffer.from(line);
  if (bytes.length <= LINE_BYTES + CUT.length) return line;
  // A character that the cut goes through is left out whole.
  return (
    bytes
      .subarray(0, LINE_BYTES)
      .toString()
      .replace(/\uFFFD$/, '') + CUT
  );
}
