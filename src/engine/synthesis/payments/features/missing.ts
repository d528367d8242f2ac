import { log } from '../../arithmetic.js';
import { Stream } from '../../random.js';
import { FEATURES, SOURCES } from './specs.js';

/**
 * Loses values as failing systems do: each of SOURCES fails for a payment with the same probability, by chance alone,
 * and then every feature that comes from it is NaN. What is lost depends on the key and on the row's place in the
 * split, so neither on the label nor on how the rows are cut into blocks.
 */
export class Missingness {
  private readonly streams: readonly Stream[];
  /** next row of the split for which each system fails */
  private readonly next: number[];
  private readonly places: readonly (readonly number[])[];
  private seen = 0;

  /** @param share of payments for which a system fails, 0 … 1 */
  constructor(
    key: Uint8Array,
    private readonly share: number,
  ) {
    this.streams = SOURCES.map((_, source) => new Stream(key, source));
    this.next = SOURCES.map((_, source) => this.gap(source));
    this.places = SOURCES.map((source) =>
      FEATURES.flatMap((feature, place) => (feature.source === source ? [place] : [])),
    );
  }

  /** The next rows of the split, all FEATURES. */
  blot(out: readonly Float32Array[], rows: number): void {
    const end = this.seen + rows;
    SOURCES.forEach((_, source) => {
      let row = this.next[source] ?? Infinity;
      for (; row < end; row += 1 + this.gap(source))
        for (const place of this.places[source] ?? [])
          (out[place] as Float32Array)[row - this.seen] = Number.NaN;
      this.next[source] = row;
    });
    this.seen = end;
  }

  /** Rows until the next failure: geometric. */
  private gap(source: number): number {
    if (this.share <= 0) return Infinity;
    if (this.share >= 1) return 0;
    const uniform = 1 - (this.streams[source] as Stream).uniform();
    return Math.floor(log(uniform) / log(1 - this.share));
  }
}
