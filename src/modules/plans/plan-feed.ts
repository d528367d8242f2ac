import { registerEnumType } from '@nestjs/graphql';
import type { EntityManager } from 'typeorm';
import type { EventFeed } from '../../engine/assessment/index.js';
import { PRESETS } from '../../engine/synthesis/index.js';
import { DatasetObjectRow, type DatasetVersionRow, Split } from '../datasets/index.js';
import type { RuntimeName } from '../models/index.js';

export enum Feed {
  BATCH = 'BATCH',
  EVENTS = 'EVENTS',
}

registerEnumType(Feed, {
  name: 'Feed',
  description: 'How a model is fed.',
  valuesMap: {
    BATCH: {
      description:
        'The features of the whole split, batch by batch: a model could see later rows before it scores earlier ones.',
    },
    EVENTS: {
      description:
        'Raw events in time order, ties by row_id. A window is released only after the scores of the one before have arrived: a model makes its own features and cannot see the future.',
    },
  },
});

/** Runtimes whose model may remember what it saw, and answers while it is still being fed. */
const FED_BY_EVENTS: ReadonlySet<RuntimeName> = new Set(['OCI_IMAGE', 'REMOTE_RUNNER']);

/** Why a feed, or a runtime, does not go with a model and a split, as code and message; null where it does. */
export async function feedProblem(
  tx: EntityManager,
  feed: EventFeed | undefined,
  runtime: RuntimeName,
  dataset: DatasetVersionRow,
  split: Split,
): Promise<[code: string, message: string] | null> {
  if (runtime === 'PREDICTIONS' && split === Split.SEALED) {
    return [
      'SEALED_UNFIT',
      'A sealed split is drawn for one plan and never given out, so nobody could have made predictions for it.',
    ];
  }
  if (feed === undefined) return null;
  if (!FED_BY_EVENTS.has(runtime)) {
    return [
      'FEED_UNFIT',
      `A version of runtime ${runtime} cannot be fed EVENTS: only ${[...FED_BY_EVENTS].join(' and ')} can. Use BATCH.`,
    ];
  }
  if (await keepsEvents(tx, dataset, split)) return null;
  const why =
    dataset.source === 'IMPORTED'
      ? 'imports have none'
      : 'it was prepared before they were kept: generate it again';
  return ['NO_EVENTS', `Dataset ${dataset.name} has no events of its ${split} split (${why}). Use BATCH.`];
}

/** Whether a split has its raw events; a sealed one, which is still to be drawn, has them if its preset makes any. */
async function keepsEvents(tx: EntityManager, dataset: DatasetVersionRow, split: Split): Promise<boolean> {
  if (split === Split.SEALED) {
    const tables = PRESETS[dataset.preset ?? '']?.tables ?? [];
    return tables.some(({ per, events }) => per === 'split' && events === true);
  }
  return tx.existsBy(DatasetObjectRow, { datasetVersionId: dataset.id, split, part: 'events' });
}
