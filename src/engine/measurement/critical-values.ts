import { studentQuantile } from './distributions.js';
import { Z95 } from './intervals.js';
import { criticalDifference } from './studentized-range.js';

/** Critical values of one document, each sought once. */
export class CriticalValues {
  private readonly differences = new Map<string, number>();
  private readonly widenings = new Map<number, number>();

  /** At which all differences between so many groups are judged together: {@link criticalDifference}. */
  of(groups: number, confidence = 0.95): number {
    const key = `${groups} ${confidence}`;
    const value = this.differences.get(key) ?? criticalDifference(groups, confidence);
    this.differences.set(key, value);
    return value;
  }

  /** By how much Student's t over so many entities is wider than the normal. */
  wider(entities: number): number {
    const freedom = Math.max(1, entities - 1);
    const value = this.widenings.get(freedom) ?? studentQuantile(0.975, freedom) / Z95;
    this.widenings.set(freedom, value);
    return value;
  }
}
