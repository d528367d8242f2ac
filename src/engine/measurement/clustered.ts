import type { Clusters, ClustersShare } from './clusters-task.js';
import { addMoments, noMoments, spreadOf, type Spread } from './influence.js';
import { wald, type Interval } from './intervals.js';
import type { Team } from './team.js';

/** What of the metrics' errors each entity's rows add together: rows of one customer are not independent. */
export class ClusteredErrors {
  private constructor(
    private readonly parts: readonly Clusters[],
    readonly entities: number,
  ) {}

  static of(share: Omit<ClustersShare, 'first' | 'last'>, entities: number, team: Team): ClusteredErrors {
    const at = (member: number): number => Math.floor((entities * member) / team.size);
    const shares = Array.from({ length: team.size }, (_, member) => ({
      ...share,
      first: at(member),
      last: at(member + 1),
    }));
    return new ClusteredErrors(team.run('clusters', shares), entities);
  }

  /** Spread of ROC AUC over clusters that may hold both classes (Obuchowski 1997). */
  auc(): Spread | null {
    let positives = 0;
    let negatives = 0;
    let m = 0;
    let n = 0;
    this.each((part, unit) => {
      m += part.positives[unit] as number;
      n += part.negatives[unit] as number;
    });
    const all = noMoments();
    let ofPositives = 0;
    let ofNegatives = 0;
    let products = 0;
    this.each((part, unit) => {
      const a = part.aucPositives[unit] as number;
      const b = part.aucNegatives[unit] as number;
      if ((part.positives[unit] as number) > 0) positives++;
      if ((part.negatives[unit] as number) > 0) negatives++;
      ofPositives += a * a;
      ofNegatives += b * b;
      products += a * b;
      addMoments(all, 1, a / m + b / n);
    });
    if (positives < 2 || negatives < 2) return null;
    const variance =
      (factor(positives) * ofPositives) / m ** 2 +
      (factor(negatives) * ofNegatives) / n ** 2 +
      (2 * factor(this.entities) * products) / m / n;
    return spreadOf(variance, all, positives, negatives, Math.min(positives, negatives));
  }

  averagePrecision(): Spread | null {
    const all = noMoments();
    let positives = 0;
    let negatives = 0;
    this.each((part, unit) => {
      addMoments(all, 1, part.averagePrecision[unit] as number);
      if ((part.positives[unit] as number) > 0) positives++;
      if ((part.negatives[unit] as number) > 0) negatives++;
    });
    if (positives < 2) return null;
    return spreadOf(factor(this.entities) * all.squares, all, positives, negatives, positives);
  }

  /** Interval of a mean loss over rows: by the spread of what entities add (Liang and Zeger 1986). */
  loss(name: 'logLoss' | 'brier', mean: number, rows: number, ceiling: number): Interval {
    let squares = 0;
    this.each((part, unit) => {
      const own = (part.positives[unit] as number) + (part.negatives[unit] as number);
      squares += ((part[name][unit] as number) - own * mean) ** 2;
    });
    return wald(mean, Math.sqrt(factor(this.entities) * squares) / rows, 0, ceiling);
  }

  /**
   * How many independent trials a rate above a cut is worth by its clustered variance (Kish's effective sample size), never
   * more than its rows; at 0 and 1, which show no spread, each entity is one.
   *
   * @param of `hits` among the positives, or `alarms` among the negatives
   */
  trials(of: 'hits' | 'alarms', cut: number, rate: number, rows: number): number {
    const members = of === 'hits' ? 'positives' : 'negatives';
    let squares = 0;
    let entities = 0;
    this.each((part, unit) => {
      const own = part[members][unit] as number;
      if (own === 0) return;
      entities++;
      squares += ((part[of][cut]?.[unit] as number) - own * rate) ** 2;
    });
    const variance = (factor(entities) * squares) / rows ** 2;
    return variance > 0 ? Math.min(rows, (rate * (1 - rate)) / variance) : entities;
  }

  private each(visit: (part: Clusters, unit: number) => void): void {
    for (const part of this.parts) for (let unit = 0; unit < part.positives.length; unit++) visit(part, unit);
  }
}

/** Corrects a sum of squares about a mean that was itself estimated. */
function factor(units: number): number {
  return units > 1 ? units / (units - 1) : 1;
}
