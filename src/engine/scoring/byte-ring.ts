const SEQUENCE = 0;
const FILLED = 1;
const ENDED = 2;
const READY = 3;
const BEGUN = 4;
const WORDS = 5;

/**
 * Bytes on their way from one thread that reads them to one that uses them, in shared memory, in order and without a
 * copy. Either side sleeps while it has nothing to do.
 */
export class ByteRing {
  private readonly bytes: Uint8Array<SharedArrayBuffer>;
  private readonly state: Int32Array<SharedArrayBuffer>;
  /** Each thread has a ring object of its own, and with it its own place in the bytes. */
  private at = 0;
  private borrowed = 0;

  constructor(readonly memory: { bytes: SharedArrayBuffer; state: SharedArrayBuffer }) {
    this.bytes = new Uint8Array(memory.bytes);
    this.state = new Int32Array(memory.state);
  }

  static ofSize(bytes: number): ByteRing {
    return new ByteRing({
      bytes: new SharedArrayBuffer(bytes),
      state: new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT),
    });
  }

  /** Said by the reading thread when it is up; it sleeps until `begin`. */
  waitForBeginning(): void {
    Atomics.store(this.state, READY, 1);
    Atomics.notify(this.state, READY);
    while (Atomics.load(this.state, BEGUN) === 0) Atomics.wait(this.state, BEGUN, 0);
  }

  get ready(): boolean {
    return Atomics.load(this.state, READY) === 1;
  }

  /** Sleeps until the reading thread is up, or for so long at most. */
  waitUntilReady(milliseconds: number): void {
    Atomics.wait(this.state, READY, 0, milliseconds);
  }

  begin(): void {
    Atomics.store(this.state, BEGUN, 1);
    Atomics.notify(this.state, BEGUN);
  }

  /**
   * Lets `read` fill free space, once there is some.
   *
   * @param read says how many bytes it read; none at all means the end
   * @returns whether more may come
   */
  put(read: (space: Uint8Array) => number): boolean {
    for (let seen = this.sequence(); this.filled() === this.bytes.length; seen = this.sequence()) {
      Atomics.wait(this.state, SEQUENCE, seen);
    }
    const free = this.bytes.length - this.filled();
    const got = read(this.bytes.subarray(this.at, Math.min(this.bytes.length, this.at + free)));
    if (got === 0) Atomics.store(this.state, ENDED, 1);
    this.at = (this.at + got) % this.bytes.length;
    this.changed(got);
    return got > 0;
  }

  /**
   * The next bytes, fewer only at the end: where they lie, or a copy where they go round the ring's end or are more
   * than it holds. They stay until the next call.
   *
   * @param idle called before the thread sleeps
   */
  take(count: number, idle: () => void): Uint8Array {
    if (count > this.bytes.length) return this.takeInParts(count, idle);
    if (this.borrowed > 0) this.changed(-this.borrowed);
    let rested = false;
    let available: number;
    for (;;) {
      const seen = this.sequence();
      const ended = Atomics.load(this.state, ENDED) === 1;
      // Looked at after the end is: the last bytes come before the end is said.
      available = Math.min(count, this.filled());
      if (available === count || ended) break;
      if (rested) Atomics.wait(this.state, SEQUENCE, seen);
      else idle();
      rested = true;
    }
    const first = this.bytes.subarray(this.at, Math.min(this.bytes.length, this.at + available));
    this.borrowed = available;
    this.at = (this.at + available) % this.bytes.length;
    if (first.length === available) return first;
    const whole = new Uint8Array(available);
    whole.set(first);
    whole.set(this.bytes.subarray(0, available - first.length), first.length);
    return whole;
  }

  private takeInParts(count: number, idle: () => void): Uint8Array {
    const whole = new Uint8Array(count);
    let got = 0;
    while (got < count) {
      const part = this.take(Math.min(this.bytes.length, count - got), idle);
      if (part.length === 0) break;
      whole.set(part, got);
      got += part.length;
    }
    return whole.subarray(0, got);
  }

  private changed(by: number): void {
    Atomics.add(this.state, FILLED, by);
    Atomics.add(this.state, SEQUENCE, 1);
    Atomics.notify(this.state, SEQUENCE);
  }

  private filled(): number {
    return Atomics.load(this.state, FILLED);
  }

  private sequence(): number {
    return Atomics.load(this.state, SEQUENCE);
  }
}
