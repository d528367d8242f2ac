import type DataLoader from 'dataloader';
import { inOrder, type RequestContext } from '../../platform/graphql/context.js';
import type { Actor } from '../identity/index.js';
import type { ReportService } from './report.service.js';
import type { Report } from './report.type.js';

const OF_RUN = {};
const BY_ID = {};

/** The report of each run, one statement a request; null while a run has none. */
export function reportOfRunLoader(
  request: RequestContext<Actor>,
  actor: Actor,
  reports: ReportService,
): DataLoader<string, Report | null> {
  return request.loader(
    async (runIds) => inOrder(runIds, await reports.reportsByRun(actor, runIds), ({ runId }) => runId),
    OF_RUN,
  );
}

/** Reports by id, one statement a request. */
export function reportLoader(
  request: RequestContext<Actor>,
  actor: Actor,
  reports: ReportService,
): DataLoader<string, Report | null> {
  return request.loader(
    async (ids) => inOrder(ids, await reports.reportsById(actor, ids), ({ id }) => id),
    BY_ID,
  );
}
