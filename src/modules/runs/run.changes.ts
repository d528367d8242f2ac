import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { PubSub } from 'graphql-subscriptions';
import { ChangeListener } from '../../platform/database/change-listener.js';

const CHANNEL = 'sandbox_run';
const LINES = 'sandbox_run_log';

/**
 * Run changes of all processes, as PostgreSQL's NOTIFY tells them: one listening connection a process, however many
 * subscribers. A change carries the run's id alone; who may see it is asked of the database for each subscriber.
 */
@Injectable()
export class RunChanges implements OnModuleInit, OnModuleDestroy {
  private readonly changes = new PubSub();

  constructor(private readonly listener: ChangeListener) {}

  async onModuleInit(): Promise<void> {
    await this.listener.listen(CHANNEL, (runId) => void this.changes.publish(runId, { runId }));
    await this.listener.listen(LINES, (runId) => void this.changes.publish(`log ${runId}`, { runId }));
  }

  async onModuleDestroy(): Promise<void> {
    await this.listener.close();
  }

  /** Endless: one element for each change of the run. */
  of(runId: string): AsyncIterableIterator<{ runId: string }> {
    return this.changes.asyncIterableIterator<{ runId: string }>(runId);
  }

  /** Endless: one element each time that the run's log has more lines. */
  linesOf(runId: string): AsyncIterableIterator<{ runId: string }> {
    return this.changes.asyncIterableIterator<{ runId: string }>(`log ${runId}`);
  }
}
