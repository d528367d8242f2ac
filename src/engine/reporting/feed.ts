import { type AssuranceTier, type FeedEvidence } from './evidence.js';

/**
 * How a model was fed, from what its plan says.
 *
 * @param feed of the plan; undefined for batches
 */
export function feedEvidence(feed: { windowRows: number } | undefined, rows: number): FeedEvidence {
  if (feed === undefined) return { kind: 'BATCH', couldSeeLaterRows: true };
  const { windowRows } = feed;
  return {
    kind: 'EVENTS',
    couldSeeLaterRows: false,
    windowRows,
    windows: Math.ceil(rows / windowRows),
    laterEventsAtMost: Math.min(windowRows, rows) - 1,
  };
}

/** What a model could know of later rows when it scored one, in a sentence. */
export function feedSentence(feed: FeedEvidence, tier: AssuranceTier): string {
  if (feed.kind === 'EVENTS') {
    const { windows, windowRows, laterEventsAtMost } = feed;
    return `Fed in time order (ties by row_id), ${windows} window${windows === 1 ? '' : 's'} of at most ${windowRows} event${windowRows === 1 ? '' : 's'}, each released after the scores of the one before had arrived: could see at most ${laterEventsAtMost} later event${laterEventsAtMost === 1 ? '' : 's'}.`;
  }
  return tier === 'D'
    ? 'Scores were handed in for the whole split at once: whoever made them could see later rows.'
    : 'The whole split was fed in batches: the model could see later rows before it scored earlier ones.';
}
