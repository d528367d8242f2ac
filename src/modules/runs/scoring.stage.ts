import { Inject, Injectable } from '@nestjs/common';
import { performance } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import type { EntityManager } from 'typeorm';
import type { Plan } from '../../engine/assessment/index.js';
import { usedOf } from '../../engine/isolation/index.js';
import { type InputBinding, ScoringError } from '../../engine/scoring/index.js';
import { reasonOf } from '../../platform/config/index.js';
import { Database } from '../../platform/database/index.js';
import { JobQueue, LeavingError, Lifeline } from '../../platform/jobs/index.js';
import { Stores } from '../../platform/storage/stores.js';
import type { DatasetColumnDocument } from '../datasets/index.js';
import type { RuntimeName } from '../models/index.js';
import { type ReferenceModel, referenceModels } from './comparison.js';
import { ModelLog } from './log/model-log.js';
import { keepModelLines } from './log/run-log.service.js';
import { type AttemptUsage, endAttempt, faulted, returned } from './queue/attempts.js';
import { priorityOf } from './queue/lanes.js';
import type { Claim } from './queue/run-queue.js';
import { RunComparisonRow, RunScoreRow } from './run.entity.js';
import { walk } from './run.lifecycle.js';
import { inFeaturesOrder } from './scorers/event-order.js';
import { OnnxScorer } from './scorers/onnx.scorer.js';
import {
  type FeedRequest,
  type Scored,
  SCORERS,
  type Scorers,
  type ScoringRequest,
  SCORING_SETTINGS,
  type ScoringSettings,
} from './scorers/scorer.js';

/**
 * How long an attempt's end waits for a database that is away: what a model did is not asked of it again because
 * PostgreSQL was restarted meanwhile. Each end is fenced by its attempt, so that writing it twice is writing it once.
 */
const PATIENT = { awaitSeconds: 20 };

/** In which state a run ends when its scoring was not our fault. */
const FINAL_BY_BLAME = { model: 'FAILED', limit: 'LIMIT_EXCEEDED', cancelled: 'CANCELLED' } as const;

/** In the platform's words: on a blind split nothing that a model printed reaches its tenant. */
const REASONS: Readonly<Record<string, string>> = {
  MODEL_LOAD_FAILED: 'The model does not load.',
  MODEL_RUN_FAILED: 'The model failed while scoring.',
  MODEL_CRASHED: 'The model’s process crashed.',
  SCORE_SHAPE: 'The model gives no score: see the input binding.',
  INPUT_UNFIT: 'The features do not fit the model: see the input binding.',
  SCORE_NOT_FINITE: 'The model gave a score that is not a finite number.',
  SCORES_MALFORMED: 'The model’s scores do not match the rows it was given.',
  WINDOW_UNANSWERED:
    'No score came for a window of events although the model waited for more: flush stdout after each batch of scores.',
  LIMIT_WALL: 'The model took longer than a job may',
  LIMIT_CPU: 'The model used more CPU time than a job may',
  LIMIT_MEMORY: 'The model used more memory than a job may',
  LIMIT_OUTPUT: 'The model wrote more than a job may',
  LIMIT_PROCESSES: 'The model started more processes than a job may',
  LIMIT_FILES: 'The model opened or wrote more files than a job may',
  RUNNER_ABSENT: 'No runner of the tenant worked on the run for longer than one may be away: see runners.',
};

/** A limit's reason says what was used of it, as our own meters told. */
function reasonFor({ code, outcome, told }: ScoringError): string {
  const words = told ?? REASONS[code] ?? 'The model could not be scored.';
  return outcome.kind === 'limit' ? `${words}: ${usedOf(outcome.reached)}.` : words;
}

/** Scores of a reference model, kept beside the tenant's. */
interface ReferenceScores {
  name: string;
  artefactSha256: string;
  sha256: string;
  scoreType: 'float32' | 'float64';
}

/** What to score, and what a sealed run is compared with: nothing for other splits. */
type Task = Omit<ScoringRequest, 'signal' | 'onProgress' | 'onStderr'> & {
  references: ReferenceModel[];
  /** name of the column that joins a split's objects */
  key: string;
  /** what earlier attempts left in its log of what the model printed */
  logged: { lines: number; bytes: number };
};

/** The run has been cancelled or taken over before its scoring began. */
class UnwantedError extends Error {}

/** The launcher's stage: features in, scores out, the model between them in the jail. No label is within its reach. */
@Injectable()
export class ScoringStage {
  constructor(
    private readonly database: Database,
    private readonly stores: Stores,
    private readonly jobs: JobQueue,
    private readonly onnx: OnnxScorer,
    @Inject(SCORERS) private readonly scorers: Scorers,
    @Inject(SCORING_SETTINGS) private readonly settings: ScoringSettings,
  ) {}

  /**
   * Scores a run as the attempt that was claimed, and settles the attempt however it ends: a fault of ours is tried again
   * later, the model's ends the run.
   *
   * @param signal aborted when nobody waits for the attempt any more, or when this process leaves
   */
  async score({ runId, attempt }: Claim, signal: AbortSignal): Promise<void> {
    const began = performance.now();
    const used: AttemptUsage = { cpuSeconds: null, peakMemoryBytes: null, rows: 0 };
    const lifeline = new Lifeline((share) => this.note(runId, attempt, share));
    let log: ModelLog | undefined;
    try {
      const task = await this.database.asSystem((tx) => this.take(tx, runId, attempt));
      const { references: others, key, ...request } = task;
      const scorer = this.scorers[request.model.runtime];
      if (scorer === undefined) throw new Error(`no scorer for the runtime ${request.model.runtime}`);
      const { rows } = request.features;
      const inAll = rows * (1 + others.length);
      const abort = AbortSignal.any([signal, lifeline.signal]);
      abort.throwIfAborted();
      const staged = performance.now();
      log = new ModelLog(task.logged, (batch) =>
        this.database.asSystem((tx) =>
          keepModelLines(tx, runId, attempt, task.split !== 'development', batch),
        ),
      );
      const scored = await scorer.score({
        ...request,
        signal: abort,
        onProgress: (scored) => {
          used.rows = scored;
          lifeline.tell(scored / inAll, 'scoring');
        },
        onStderr: log.take,
      });
      const { feed, features } = request;
      const result =
        feed.kind === 'EVENTS'
          ? {
              ...scored,
              scores: await inFeaturesOrder(this.stores, scored.scores, feed, features.sha256, key),
            }
          : scored;
      Object.assign(used, usageOf(result.usage), { rows });
      const scoring = (performance.now() - staged) / 1e3;
      const references: ReferenceScores[] = [];
      for (const reference of others) {
        const before = rows * (1 + references.length);
        references.push(
          await this.scoreReference(reference, {
            features: request.features,
            signal: abort,
            onProgress: (scored) => lifeline.tell((before + scored) / inAll, 'scoring'),
          }),
        );
      }
      await Promise.all([lifeline.end(), log.end()]);
      await this.keep(task, result, references, used, { staging: (staged - began) / 1e3, scoring });
    } catch (error) {
      await Promise.all([lifeline.end(), log?.end()]);
      if (error instanceof ScoringError && 'usage' in error.outcome)
        Object.assign(used, usageOf(error.outcome.usage));
      await this.settle(runId, attempt, error, used, {
        leaving: signal.reason instanceof LeavingError,
        unwanted: signal.aborted || lifeline.signal.aborted || error instanceof UnwantedError,
      });
    }
  }

  /** @throws Error for whatever goes wrong: a reference model is ours, and its failure no tenant's */
  private async scoreReference(
    { name, bytes, binding, sha256: artefactSha256 }: ReferenceModel,
    conditions: Pick<ScoringRequest, 'features' | 'signal' | 'onProgress'>,
  ): Promise<ReferenceScores> {
    try {
      const { scores } = await this.onnx.scoreModel(bytes, { ...conditions, binding });
      return {
        name,
        artefactSha256,
        sha256: await this.store(scores),
        scoreType: scores instanceof Float64Array ? 'float64' : 'float32',
      };
    } catch (cause) {
      throw new Error(`the reference model ${name} cannot be scored`, { cause });
    }
  }

  private async store(scores: Scored['scores']): Promise<string> {
    const bytes = Buffer.from(scores.buffer, scores.byteOffset, scores.byteLength);
    return (await this.stores.scores.put(Readable.from([bytes]), { maxBytes: bytes.byteLength })).digest;
  }

  private async take(tx: EntityManager, runId: string, attempt: number): Promise<Task> {
    const moved = await walk(tx, runId, { to: 'SCORING', attempt, progress: 0, power: 'launcher' });
    if (!moved) throw new UnwantedError();
    const [row] = await tx.query<
      {
        tenant_id: string;
        runtime: RuntimeName;
        version_id: string;
        artefact_sha256: string;
        inspection: unknown;
        document: InputBinding;
        sha256: string | null;
        rows: string;
        split: string;
        preset: string | null;
        columns: DatasetColumnDocument[];
        plan: Plan;
        events_sha256: string | null;
        model_lines: number;
        model_bytes: number;
      }[]
    >(
      `SELECT r.tenant_id, v.runtime, v.id AS version_id, v.artefact_sha256, v.inspection, b.document, p.split, d.preset, d.columns,
         p.document AS plan, coalesce(s.features_sha256, o.sha256) AS sha256, coalesce(s.rows, o.rows) AS rows,
         coalesce(s.events_sha256, e.sha256) AS events_sha256, r.model_lines, r.model_bytes
       FROM sandbox.run r
       JOIN sandbox.evaluation_plan p ON p.id = r.plan_id
       JOIN sandbox.input_binding b ON b.id = p.input_binding_id
       JOIN sandbox.model_version v ON v.id = r.model_version_id
       JOIN sandbox.dataset_version d ON d.id = r.dataset_version_id
       LEFT JOIN sandbox.dataset_object o
         ON o.dataset_version_id = r.dataset_version_id AND o.split = p.split AND o.part = 'features'
       LEFT JOIN sandbox.dataset_object e
         ON e.dataset_version_id = r.dataset_version_id AND e.split = p.split AND e.part = 'events'
       LEFT JOIN sandbox.sealed_draw s ON s.plan_id = p.id AND p.split = 'sealed'
       WHERE r.id = $1`,
      [runId],
    );
    if (row === undefined || row.sha256 === null)
      throw new Error(`run ${runId} has no artefact, binding or features`);
    const features = row.columns.filter(({ role }) => role === 'feature').map(({ name }) => name);
    return {
      key: row.columns.find(({ role }) => role === 'key')?.name ?? '',
      runId,
      attempt,
      tenantId: row.tenant_id,
      split: row.split,
      model: {
        runtime: row.runtime,
        versionId: row.version_id,
        artefactSha256: row.artefact_sha256,
        inspection: row.inspection,
      },
      logged: { lines: row.model_lines, bytes: row.model_bytes },
      binding: row.document,
      features: { sha256: row.sha256, rows: Number(row.rows) },
      feed: feedOf(runId, row.plan, row.events_sha256, Number(row.rows)),
      references:
        row.split === 'sealed' ? await referenceModels(this.settings.references, row.preset, features) : [],
    };
  }

  /** @returns whether the run is still this attempt's to score */
  private async note(runId: string, attempt: number, share: number): Promise<boolean> {
    const [, held] = await this.database.asSystem((tx) =>
      tx.query<[unknown[], number]>(
        `UPDATE sandbox.run SET progress = $3 WHERE id = $1 AND attempt = $2 AND state IN ('STAGING', 'SCORING')`,
        [runId, attempt, share],
      ),
    );
    return held > 0;
  }

  private async keep(
    { runId, attempt, split }: Task,
    result: Scored,
    references: readonly ReferenceScores[],
    used: AttemptUsage,
    durations: Record<string, number>,
  ): Promise<void> {
    const { scores, usage } = result;
    const stored = await this.store(scores);
    await this.database.asSystem(async (tx) => {
      const moved = await walk(tx, runId, {
        ...{ to: 'MEASURING', from: 'SCORING', attempt },
        ...{ progress: 0, power: 'launcher' },
      });
      if (!moved) return endAttempt(tx, runId, attempt, 'CANCELLED', used);
      await tx.insert(RunScoreRow, {
        runId,
        attempt,
        sha256: stored,
        rows: String(scores.length),
        execution: {
          scoreType: scores instanceof Float64Array ? 'float64' : 'float32',
          durations: {
            ...durations,
            ...(result.firstScoreSeconds === null ? {} : { firstScore: result.firstScoreSeconds }),
          },
          rowsPerSecond: result.rowsPerSecond,
          jail: {
            wallSeconds: usage?.wallSeconds ?? null,
            cpuSeconds: usage?.cpuSeconds ?? null,
            peakMemoryBytes: usage?.peakMemoryBytes ?? null,
            layers: result.layers,
            hostClass: result.hostClass,
          },
        } as unknown as Record<string, never>,
        environment: result.environment as unknown as Record<string, never>,
      });
      for (const reference of references) await tx.insert(RunComparisonRow, { runId, attempt, ...reference });
      await this.jobs.send(tx, 'measure', { runId, attempt }, { priority: priorityOf(split) });
      // Last: the slot is free from here on.
      await endAttempt(tx, runId, attempt, 'SCORED', used);
    }, PATIENT);
  }

  /** Ends an attempt that came to no scores. */
  private async settle(
    runId: string,
    attempt: number,
    error: unknown,
    used: AttemptUsage,
    { leaving, unwanted }: { leaving: boolean; unwanted: boolean },
  ): Promise<void> {
    await this.database.asSystem(async (tx) => {
      if (leaving) return returned(tx, runId, attempt, used);
      // Overtaken by another attempt, or cancelled by the tenant: the run is no longer ours to settle.
      if (unwanted) return endAttempt(tx, runId, attempt, 'CANCELLED', used);
      if (!(error instanceof ScoringError) || error.blame === 'platform')
        return faulted(tx, runId, attempt, 'FAULT', reasonOf(error), used);
      const to = FINAL_BY_BLAME[error.blame];
      const moved = await walk(tx, runId, {
        to,
        attempt,
        reasonCode: error.code,
        reason: reasonFor(error),
        power: 'launcher',
      });
      await endAttempt(tx, runId, attempt, moved ? to : 'CANCELLED', used);
    }, PATIENT);
  }
}

/** @throws Error where a plan was locked for events that are not there: its lock had looked */
function feedOf(runId: string, { feed }: Plan, sha256: string | null, rows: number): FeedRequest {
  if (feed === undefined) return { kind: 'BATCH' };
  if (sha256 === null) throw new Error(`run ${runId} is to be fed events, and its split has none`);
  return { kind: 'EVENTS', windowRows: feed.windowRows, events: { sha256, rows } };
}

function usageOf(usage: Scored['usage']): Omit<AttemptUsage, 'rows'> {
  return { cpuSeconds: usage?.cpuSeconds ?? null, peakMemoryBytes: usage?.peakMemoryBytes ?? null };
}
