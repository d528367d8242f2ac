import type { StreamOptions } from '../../../engine/scoring/index.js';
import { TypedTable } from '../../../engine/tables/index.js';
import type { Stores } from '../../../platform/storage/stores.js';
import type { FeedRequest } from './scorer.js';

/** What of a stream into a jail the feed decides. */
export type FedStream = Pick<StreamOptions, 'columns' | 'batches' | 'rows' | 'messageRows'> & {
  lockstep: NonNullable<StreamOptions['lockstep']>;
  lanes: 1;
};

/**
 * The raw events of a split, every column as its own type, window by window in step with their scores.
 *
 * @param score scores the stream, for example by `scoreStream`
 */
export async function withEvents<T>(
  stores: Stores,
  { windowRows, events }: Extract<FeedRequest, { kind: 'EVENTS' }>,
  score: (stream: FedStream) => Promise<T>,
): Promise<T> {
  await stores.features.verify(events.sha256);
  const table = await TypedTable.open(stores.features.path(events.sha256));
  try {
    return await score({
      columns: [...table.fields],
      batches: table.batches(),
      rows: events.rows,
      messageRows: windowRows,
      lockstep: {},
      lanes: 1,
    });
  } finally {
    table.close();
  }
}
