import { TableFile } from '../../../engine/tables/index.js';
import type { Stores } from '../../../platform/storage/stores.js';
import { positions } from '../row-order.js';
import type { FeedRequest, Scored } from './scorer.js';

/**
 * Scores of events as scores of features: joined by the key that both have, never by position alone.
 *
 * @param features digest of the features' object
 * @param key name of the key column
 * @throws Error where the events are not of the very rows that the features are
 */
export async function inFeaturesOrder(
  stores: Stores,
  scores: Scored['scores'],
  feed: Extract<FeedRequest, { kind: 'EVENTS' }>,
  features: string,
  key: string,
): Promise<Scored['scores']> {
  const [wanted, fed] = [await keysOf(stores, features, key), await keysOf(stores, feed.events.sha256, key)];
  if (fed.length !== scores.length) throw new Error(`${scores.length} scores for ${fed.length} events`);
  const order = positions(wanted, fed);
  if (order === null) return scores;
  const arranged =
    scores instanceof Float64Array ? new Float64Array(scores.length) : new Float32Array(scores.length);
  order.forEach((from, to) => {
    arranged[to] = scores[from] as number;
  });
  return arranged;
}

async function keysOf(stores: Stores, sha256: string, key: string): Promise<Float64Array> {
  await stores.features.verify(sha256);
  const table = await TableFile.open(stores.features.path(sha256));
  try {
    return await table.numbers(key);
  } finally {
    table.close();
  }
}
