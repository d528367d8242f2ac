import { closeSync, readSync, writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { ByteRing } from './byte-ring.js';

/** Batches that may lie read and unused; a multiple of eight bytes in all, so that columns stay aligned. */
const BATCHES_AHEAD = 12;

/** Where rows are so wide that the batches ahead would take more, fewer of them lie read; a multiple of eight. */
const MOST_AHEAD_BYTES = 1 << 26;

/** What was stdout when the runner started: see `RUNNER_COMMAND`. */
const SCORES_FD = 3;

/** Far longer than a thread takes to start on a busy machine. */
const STARTING_MS = 10_000;

/**
 * The runner's stdin and the pipe for its scores. At first both are used with plain calls: nothing has to be started before the first
 * score. Later a thread reads ahead, and scores are written together: a pipe holds a fifth of a batch, so
 * without that the model would wait for its host several times a batch, and longer the busier the machine is.
 */
export class RunnerPipes {
  private scratch = new Uint8Array(1 << 16);
  private ring: ByteRing | undefined;
  private reading = false;
  private pending: Uint8Array[] = [];
  private pendingBytes = 0;

  /**
   * Reads ahead as soon as a thread for that is up. To be called between two messages; those that follow are copied where
   * they are longer than what may lie read.
   */
  readAhead(): void {
    if (this.reading) return;
    if (this.ring === undefined) {
      this.ring = ByteRing.ofSize(
        Math.min(MOST_AHEAD_BYTES, BATCHES_AHEAD * ((this.scratch.length + 7) & ~7)),
      );
      const reader = new Worker(new URL('./onnx.reader.js', import.meta.url), {
        workerData: this.ring.memory,
        // Passing a thread's output on would make our own stdout one that does not wait.
        stdout: true,
        stderr: true,
      });
      reader.unref();
    } else if (this.ring.ready) {
      this.reading = true;
      this.ring.begin();
    }
  }

  /** Exactly that many bytes of stdin, fewer only at its end; they stay until the next call. */
  read(count: number): Uint8Array {
    if (this.ring !== undefined && this.reading) return this.ring.take(count, () => this.flush());
    // Whoever waits for scores before sending more gets them now.
    this.flush();
    if (this.scratch.length < count) this.scratch = new Uint8Array(count);
    const bytes = this.scratch.subarray(0, count);
    let got = 0;
    while (got < count) {
      const more = readSync(0, bytes, got, count - got, null);
      if (more === 0) break;
      got += more;
    }
    return bytes.subarray(0, got);
  }

  /** Writes at the latest before the thread next waits for stdin, or when a good part of a pipe's room is filled. */
  write(bytes: Uint8Array): void {
    this.pending.push(bytes);
    this.pendingBytes += bytes.length;
    if (this.pendingBytes >= 1 << 15) this.flush();
  }

  flush(): void {
    if (this.pendingBytes === 0) return;
    const bytes = this.pending.length === 1 ? this.pending[0] : Buffer.concat(this.pending);
    this.pending = [];
    this.pendingBytes = 0;
    if (bytes === undefined) return;
    for (let sent = 0; sent < bytes.length;) sent += writeSync(SCORES_FD, bytes, sent);
  }

  /**
   * Ends the scores, once no thread is starting: one that opened its first file then would get the pipe's number, which
   * its event loop may not close again, and the process would end as if it had crashed. The host then closes stdin,
   * without which a thread that reads it would hold the process back.
   */
  close(): void {
    this.flush();
    this.ring?.waitUntilReady(STARTING_MS);
    closeSync(SCORES_FD);
  }
}
