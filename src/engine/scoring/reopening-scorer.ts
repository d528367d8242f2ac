import { type Usage } from '../isolation/index.js';
import { type FeatureTable } from '../tables/index.js';
import { totalUsage } from './lanes.js';
import { type ModelSession } from './model-session.js';
import { ScoringError } from './scoring-error.js';

/** What scoring through sessions took in all. */
export interface ScorerUsage {
  /** Started in all: as many as lanes, but for those that a failing model took with it. */
  jails: number;
  rows: number;
  usage: Usage;
}

/**
 * Scores tables by one open session. Where the model fails on what it is given, tables that were under way with it are
 * asked again, each in a session of its own: the failure is then told of the one that causes it, and the rest goes on.
 */
export class ReopeningScorer {
  private current: Promise<ModelSession> | undefined;
  private alone: Promise<unknown> = Promise.resolve();
  private readonly ends: { rows: number; usage: Usage }[] = [];
  private jails = 0;

  constructor(private readonly open: () => Promise<ModelSession>) {}

  /** @throws ScoringError, of blame `model` when the model fails on this table, and also for every other blame */
  readonly score = async (features: FeatureTable): Promise<Float64Array> => {
    const opened = (this.current ??= this.begin());
    try {
      return await (await opened).score(features);
    } catch (error) {
      if (!isOfModel(error)) throw error;
      if (this.current === opened) this.current = undefined;
      const retry = this.alone.then(() => this.scoreAlone(features));
      this.alone = retry.catch(() => undefined);
      return await retry;
    }
  };

  /** Ends it when all that was asked for is scored. @throws ScoringError */
  async close(): Promise<ScorerUsage> {
    const session = await this.current;
    this.current = undefined;
    if (session !== undefined) await this.end(session);
    const usage = totalUsage(this.ends.map((end) => ({ kind: 'completed', usage: end.usage })));
    return { jails: this.jails, rows: this.ends.reduce((sum, { rows }) => sum + rows, 0), usage };
  }

  /** Ends it at once; never rejects. */
  async kill(): Promise<void> {
    await (await this.current?.catch(() => undefined))?.kill();
  }

  private async begin(): Promise<ModelSession> {
    const session = await this.open();
    this.jails += session.lanes;
    return session;
  }

  private async scoreAlone(features: FeatureTable): Promise<Float64Array> {
    const session = await this.begin();
    try {
      const scores = await session.score(features);
      await this.end(session);
      return scores;
    } finally {
      await session.kill();
    }
  }

  private async end(session: ModelSession): Promise<void> {
    const { rows, usage } = await session.close();
    this.ends.push({ rows, usage });
  }
}

function isOfModel(error: unknown): error is ScoringError {
  return error instanceof ScoringError && error.blame === 'model';
}
