import type { RunnerEvent } from '../../engine/scoring/remote/index.js';

/** What happens to a runner, in words. */
export function plainly(event: RunnerEvent): string {
  switch (event.event) {
    case 'waiting':
      return 'connected outward and waiting for a run';
    case 'leased':
      return event.next === 0
        ? `run ${event.run}: ${event.rows} rows in ${event.batches} batches`
        : `run ${event.run}: goes on at batch ${event.next + 1} of ${event.batches}`;
    case 'scored':
      return `run ${event.run}: ${event.rows} of ${event.of} rows scored`;
    case 'done':
      return `run ${event.run}: every score has arrived`;
    case 'over':
      return `run ${event.run}: ${event.message}`;
    case 'failed':
      return `run ${event.run} failed: ${event.message} (${event.code})`;
    case 'retrying':
      return `${event.message}; trying again in ${event.seconds.toFixed(1)} s`;
  }
}
