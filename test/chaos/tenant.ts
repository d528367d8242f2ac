import { setTimeout as pause } from 'node:timers/promises';
import type { ReadyTenant } from './case.ts';
import { document } from './caller.ts';
import type { Kind, PlannedStart } from './schedule.ts';

export const FINAL = ['SUCCEEDED', 'FAILED', 'LIMIT_EXCEEDED', 'ERRORED', 'CANCELLED'] as const;

/** What a tenant's own program knows of a run, from answers alone. */
export interface KnownRun {
  id: string;
  kind: Kind;
  /** whether the start was answered, or the run was only found by listing */
  answered: boolean;
  /** what came of asking for its end: the word of the answer; null where nobody asked or no answer came */
  cancelled: 'Run' | 'RunAlreadyFinal' | null;
}

interface ListedRun {
  id: string;
  state: string;
  plan: { id: string };
}

const START = document('startRun', 'Run', 'id');
const CANCEL = document('cancelRun', 'Run', 'id');
const LIST = `query ($after: String) { runs(first: 100, after: $after) {
  edges { node { id state plan { id } } } pageInfo { hasNextPage endCursor } } }`;

/**
 * A tenant's program: starts and cancels its runs as planned. A start whose answer is lost may have happened, so before
 * it starts again it lists what there is, and takes what it does not know for the one whose answer was lost.
 */
export class TenantProgram {
  readonly tenant: ReadyTenant;
  readonly known = new Map<string, KnownRun>();
  refused = 0;
  lostAnswers = 0;
  /** what must not happen, in words */
  readonly complaints: string[] = [];
  private readonly kindOfPlan: ReadonlyMap<string, Kind>;
  private readonly cancelling: Promise<void>[] = [];

  constructor(tenant: ReadyTenant) {
    this.tenant = tenant;
    this.kindOfPlan = new Map(Object.entries(tenant.plans).map(([kind, plan]) => [plan, kind as Kind]));
  }

  /** @param began when the schedule's clock began, of `performance.now()` */
  async play(began: number): Promise<void> {
    const { starts, storms } = this.tenant.planned;
    const storming = storms.map(async (at) => {
      await until(began, at);
      await this.cancelEverything();
    });
    for (const start of starts) {
      await until(began, start.atSeconds);
      await this.start(start);
    }
    await Promise.all(storming);
    await Promise.all(this.cancelling);
  }

  /** All runs that the service lists for this tenant. */
  async list(): Promise<ListedRun[]> {
    const runs: ListedRun[] = [];
    for (let after: string | null = null; ;) {
      const page: {
        edges: { node: ListedRun }[];
        pageInfo: { hasNextPage: boolean; endCursor: string | null };
      } = await this.tenant.caller.ask(LIST, { after });
      runs.push(...page.edges.map(({ node }) => node));
      if (!page.pageInfo.hasNextPage) return runs;
      after = page.pageInfo.endCursor;
    }
  }

  private async start({ kind, cancelAfterSeconds }: PlannedStart): Promise<void> {
    for (;;) {
      const outcome = await this.tenant.caller.once<{ __typename: string; id?: string; code?: string }>(
        START,
        {
          input: { planId: this.tenant.plans[kind] },
        },
      );
      if (outcome.kind === 'lost') {
        this.lostAnswers += 1;
        await pause(300);
        const found = await this.reconcile();
        if (found === null) continue;
        this.later(found, cancelAfterSeconds);
        return;
      }
      const { id, code } = outcome.value;
      if (code === 'QUOTA_EXCEEDED') {
        this.refused += 1;
        return;
      }
      if (id === undefined) throw new Error(`startRun was answered ${outcome.value.__typename} ${code}`);
      if (this.known.has(id)) this.complaints.push(`startRun gave run ${id} twice`);
      this.known.set(id, { id, kind, answered: true, cancelled: null });
      this.later(id, cancelAfterSeconds);
      return;
    }
  }

  /** @returns the run that a lost answer was about; null where there is none */
  private async reconcile(): Promise<string | null> {
    let found: string | null = null;
    for (const { id, plan } of await this.list()) {
      if (this.known.has(id)) continue;
      const kind = this.kindOfPlan.get(plan.id);
      if (kind === undefined)
        this.complaints.push(`run ${id} is of plan ${plan.id}, which is not this tenant's`);
      else this.known.set(id, { id, kind, answered: false, cancelled: null });
      found = id;
    }
    return found;
  }

  private later(id: string, seconds: number | null): void {
    if (seconds === null) return;
    this.cancelling.push(pause(seconds * 1_000).then(() => this.cancel(id)));
  }

  private async cancelEverything(): Promise<void> {
    const open = (await this.list()).filter(({ state }) => !(FINAL as readonly string[]).includes(state));
    await Promise.all(open.map(({ id }) => this.cancel(id)));
  }

  private async cancel(id: string): Promise<void> {
    let lost = false;
    for (;;) {
      const outcome = await this.tenant.caller.once<{ __typename: string }>(CANCEL, { input: { runId: id } });
      if (outcome.kind === 'lost') {
        lost = true;
        await pause(300);
        continue;
      }
      const run = this.known.get(id);
      const word = outcome.value.__typename;
      if (run === undefined) return;
      // One whose first answer was lost may have been final by that first request.
      if (word === 'Run') run.cancelled = 'Run';
      else if (!lost && run.cancelled === null) run.cancelled = 'RunAlreadyFinal';
      return;
    }
  }
}

async function until(began: number, seconds: number): Promise<void> {
  await pause(Math.max(0, began + seconds * 1_000 - performance.now()));
}
