import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { PubSub } from 'graphql-subscriptions';
import { ChangeListener } from '../../platform/database/change-listener.js';

const CHANNEL = 'sandbox_run';
const LINES = 'sandbox_run_log';
/** Topic of all subscribers: what their runs did while nobody listened is not known. */
const RETURN = 'listening again';

/**
 * Run changes of all processes, as PostgreSQL's NOTIFY tells them: one listening connection a process, however many
 * subscribers. A change carries the run's id alone; who may see it is asked of the database for each subscriber.
 */
@Injectable()
export class RunChanges implements OnModuleInit, OnModuleDestroy {
  private readonly changes = new PubSub();

  constructor(private readonly listener: ChangeListener) {}

  async onModuleInit(): Promise<void> {
    this.listener.onReturn(() => void this.changes.publish(RETURN, { runId: '' }));
    await this.listener.listen(CHANNEL, (runId) => void this.changes.publish(runId, { runId }));
    await this.listener.listen(LINES, (runId) => void this.changes.publish(`log ${runId}`, { runId }));
  }

  async onModuleDestroy(): Promise<void> {
    await this.listener.close();
  }

  /** Endless: one element for each change of the run, and whenever there may have been one. */
  of(runId: string): AsyncIterableIterator<unknown> {
    return this.changes.asyncIterableIterator([runId, RETURN]);
  }

  /** Endless: one element each time that the run's log has more lines, or may have. */
  linesOf(runId: string): AsyncIterableIterator<unknown> {
    return this.changes.asyncIterableIterator([`log ${runId}`, RETURN]);
  }
}
