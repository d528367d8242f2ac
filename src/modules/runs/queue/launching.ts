import { reasonOf } from '../../../platform/config/index.js';
import type { ChangeListener } from '../../../platform/database/change-listener.js';
import type { Database } from '../../../platform/database/index.js';
import { Dispatcher, type JobLog } from '../../../platform/jobs/index.js';
import { faulted } from './attempts.js';
import { type Lane, LANES } from './lanes.js';
import { BEAT_SECONDS, LauncherPresence } from './launchers.js';
import { listenForLostRuns, type LostRun } from './lost-runs.js';
import { type Claim, claimNext, releaseHeld } from './run-queue.js';

export interface LaunchingOptions {
  database: Database;
  /** Scores what was claimed, and settles the attempt however it ends. */
  score: (claim: Claim, signal: AbortSignal) => Promise<void>;
  listener: ChangeListener;
  /** slots of each lane; with none, its runs are left to other launchers */
  slots: Readonly<Record<Lane, number>>;
  /** most runs of one tenant at a time in a lane, over all launchers */
  tenantSlots: number;
  log: JobLog;
}

interface LaneAtWork {
  presence: LauncherPresence;
  dispatcher: Dispatcher<Claim>;
  /** attempts that were its own at the last sign of life, though it worked on them no more */
  unsettled: ReadonlyMap<string, number>;
}

/**
 * What a launcher does with its slots: takes the runs whose turn it is, scores them, says that it is alive, and ends at
 * once what nobody waits for any more.
 */
export class Launching {
  private readonly lanes = new Map<Lane, LaneAtWork>();
  private draining = false;
  private beating: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;

  private constructor(private readonly options: LaunchingOptions) {}

  static async start(options: LaunchingOptions): Promise<Launching> {
    const launching = new Launching(options);
    const { listener } = options;
    await listener.listen('sandbox_run_queue', (lane) =>
      launching.lanes.get(lane as Lane)?.dispatcher.wake(),
    );
    await listenForLostRuns(listener, (run) => launching.lost(run));
    listener.onReturn(() => launching.lanes.forEach(({ dispatcher }) => dispatcher.wake()));
    for (const lane of LANES) if (options.slots[lane] > 0) await launching.open(lane);
    launching.timer = setInterval(() => {
      launching.beating = launching.beating.then(() => launching.beat());
    }, BEAT_SECONDS * 1_000);
    return launching;
  }

  /** Takes nothing more; ends, and gives back, what is not done after the grace. Asked again, the shorter grace counts. */
  async stop(graceMs: number): Promise<void> {
    this.draining = true;
    // What only waits for a tenant's site goes on elsewhere where it stood: there is nothing to finish.
    await Promise.all(
      [...this.lanes].map(([lane, { dispatcher }]) => dispatcher.stop(lane === 'remote' ? 0 : graceMs)),
    );
    clearInterval(this.timer);
    await this.beating;
    await Promise.all(
      [...this.lanes.values()].map(({ presence }) => presence.leave().catch(() => undefined)),
    );
  }

  private async open(lane: Lane): Promise<void> {
    const { database, slots, tenantSlots, score, log } = this.options;
    const presence = new LauncherPresence(database, lane, slots[lane], tenantSlots);
    // Known before it claims: what an unknown launcher holds is taken for lost.
    await presence.beat();
    const dispatcher = new Dispatcher<Claim>({
      slots: slots[lane],
      claim: () => database.asSystem((tx) => claimNext(tx, lane, presence.id, tenantSlots)),
      nameOf: ({ runId }) => runId,
      work: score,
      log,
    });
    this.lanes.set(lane, { presence, dispatcher, unsettled: new Map() });
  }

  private lost({ runId, attempt, final }: LostRun): void {
    for (const { dispatcher } of this.lanes.values()) {
      const here = dispatcher.atWork.get(runId)?.work.attempt;
      if (here !== undefined && (final || attempt > here))
        dispatcher.abort(runId, new Error('nobody waits for this attempt any more'));
    }
  }

  private async beat(): Promise<void> {
    try {
      for (const lane of this.lanes.values()) await this.beatOf(lane);
      await this.options.database.asSystem((tx) => releaseHeld(tx));
    } catch (error) {
      this.options.log.warn({ reason: reasonOf(error) }, 'the launcher could not say that it is alive');
    }
  }

  private async beatOf(lane: LaneAtWork): Promise<void> {
    const { presence, dispatcher } = lane;
    const asked = performance.now();
    const own = await presence.beat(this.draining);
    for (const [runId, { since }] of dispatcher.atWork)
      if (since < asked && !own.has(runId))
        dispatcher.abort(runId, new Error('the attempt was given to another launcher'));
    // The database was away when these were to be settled.
    const idle = [...own].filter(([runId]) => !dispatcher.atWork.has(runId));
    for (const [runId, attempt] of idle)
      if (lane.unsettled.get(runId) === attempt)
        await this.options.database.asSystem((tx) =>
          faulted(tx, runId, attempt, 'FAULT', 'its end could not be written'),
        );
    lane.unsettled = new Map(idle);
  }
}
