import { Inject, Injectable } from '@nestjs/common';
import { readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { JailHost, type JailLimits } from '../../engine/isolation/index.js';
import {
  boundColumns,
  type FeatureBatch,
  type InputBinding,
  type OnnxInspection,
  scoreOnnx,
  type ScoreOptions,
  type ScoreResult,
  ScoringError,
} from '../../engine/scoring/index.js';
import { TableFile } from '../../engine/tables/index.js';
import { Database } from '../../platform/database/index.js';
import { JobQueue, Lifeline } from '../../platform/jobs/index.js';
import { Stores } from '../../platform/storage/stores.js';
import type { DatasetColumnDocument } from '../datasets/index.js';
import { type ReferenceModel, referenceModels } from './comparison.js';
import { RunComparisonRow, RunScoreRow } from './run.entity.js';
import { beginAttempt, type RunState, walk } from './run.lifecycle.js';

export interface ScoringSettings {
  limits: Partial<JailLimits>;
  /** jails side by side for one run */
  lanes: number;
  arrowVersion: string;
  /** folder of the committed reference models */
  references: string;
}

export const SCORING_SETTINGS = Symbol('SCORING_SETTINGS');

const READ_ROWS = 16_384;

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
  LIMIT_WALL: 'The model took longer than a job may.',
  LIMIT_CPU: 'The model used more CPU time than a job may.',
  LIMIT_MEMORY: 'The model used more memory than a job may.',
  LIMIT_OUTPUT: 'The model wrote more than a job may.',
  LIMIT_PROCESSES: 'The model started more processes than a job may.',
};

/** Scores of a reference model, kept beside the tenant's. */
interface ReferenceScores {
  name: string;
  artefactSha256: string;
  sha256: string;
  scoreType: 'float32' | 'float64';
}

interface Task {
  attempt: number;
  artefact: string;
  inspection: OnnxInspection;
  binding: InputBinding;
  features: string;
  rows: number;
  /** what a sealed run is compared with; none for other splits */
  references: ReferenceModel[];
}

/** The launcher's stage: features in, scores out, the model between them in the jail. No label is within its reach. */
@Injectable()
export class ScoringStage {
  constructor(
    private readonly database: Database,
    private readonly stores: Stores,
    private readonly jobs: JobQueue,
    private readonly jail: JailHost,
    @Inject(SCORING_SETTINGS) private readonly settings: ScoringSettings,
  ) {}

  /** Scores a run as its next attempt. What it throws is our fault and is tried again; the model's ends the run. */
  async score(runId: string, signal: AbortSignal): Promise<void> {
    const began = performance.now();
    const task = await this.database.asSystem((tx) => this.take(tx, runId));
    if (task === null) return;
    const { attempt } = task;
    await this.stores.artefacts.verify(task.artefact);
    await this.stores.features.verify(task.features);
    const model = await readFile(this.stores.artefacts.path(task.artefact));
    const table = await TableFile.open(this.stores.features.path(task.features));
    const lifeline = new Lifeline((share) => this.note(runId, attempt, share));
    const abort = AbortSignal.any([signal, lifeline.signal]);
    const inAll = task.rows * (1 + task.references.length);
    try {
      const moved = await this.database.asSystem((tx) =>
        walk(tx, runId, { to: 'SCORING', attempt, progress: 0, power: 'launcher' }),
      );
      if (!moved) return;
      const staged = performance.now();
      const result = await scoreOnnx({
        model,
        inspection: task.inspection,
        ...this.conditions(table, task, task.binding, abort),
        onProgress: (scored) => lifeline.tell(scored / inAll, 'scoring'),
      });
      const scoring = (performance.now() - staged) / 1e3;
      const references: ReferenceScores[] = [];
      for (const reference of task.references) {
        const before = task.rows * (1 + references.length);
        references.push(
          await this.scoreReference(reference, {
            ...this.conditions(table, task, reference.binding, abort),
            onProgress: (scored) => lifeline.tell((before + scored) / inAll, 'scoring'),
          }),
        );
      }
      await lifeline.end();
      await this.keep(runId, task, result, references, { staging: (staged - began) / 1e3, scoring });
    } catch (error) {
      await lifeline.end();
      // Overtaken by another attempt or cancelled by the tenant: the run is no longer ours to settle.
      if (lifeline.signal.aborted) return;
      if (!(error instanceof ScoringError) || error.blame === 'platform' || signal.aborted) throw error;
      await this.settle(runId, attempt, error.code, FINAL_BY_BLAME[error.blame]);
    } finally {
      table.close();
    }
  }

  /** What every model of a run is scored under. */
  private conditions(
    table: TableFile,
    { rows }: Task,
    binding: InputBinding,
    signal: AbortSignal,
  ): Omit<ScoreOptions, 'model'> {
    return {
      binding,
      batches: table.batches(boundColumns(binding), READ_ROWS) as AsyncIterable<FeatureBatch>,
      rows,
      jail: this.jail,
      limits: this.settings.limits,
      lanes: this.settings.lanes,
      signal,
    };
  }

  /** @throws Error for whatever goes wrong: a reference model is ours, and its failure no tenant's */
  private async scoreReference(
    { name, bytes, sha256: artefactSha256 }: ReferenceModel,
    conditions: Omit<ScoreOptions, 'model'>,
  ): Promise<ReferenceScores> {
    try {
      const { scores } = await scoreOnnx({ model: bytes, ...conditions });
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

  private async store(scores: ScoreResult['scores']): Promise<string> {
    const bytes = Buffer.from(scores.buffer, scores.byteOffset, scores.byteLength);
    return (await this.stores.scores.put(Readable.from([bytes]), { maxBytes: bytes.byteLength })).digest;
  }

  private async take(
    tx: Parameters<Parameters<Database['asSystem']>[0]>[0],
    runId: string,
  ): Promise<Task | null> {
    const attempt = await beginAttempt(tx, runId);
    if (attempt === null) return null;
    const [row] = await tx.query<
      {
        artefact_sha256: string;
        inspection: OnnxInspection;
        document: InputBinding;
        sha256: string | null;
        rows: string;
        split: string;
        preset: string | null;
        columns: DatasetColumnDocument[];
      }[]
    >(
      `SELECT v.artefact_sha256, v.inspection, b.document, p.split, d.preset, d.columns,
         coalesce(s.features_sha256, o.sha256) AS sha256, coalesce(s.rows, o.rows) AS rows
       FROM sandbox.run r
       JOIN sandbox.evaluation_plan p ON p.id = r.plan_id
       JOIN sandbox.input_binding b ON b.id = p.input_binding_id
       JOIN sandbox.model_version v ON v.id = r.model_version_id
       JOIN sandbox.dataset_version d ON d.id = r.dataset_version_id
       LEFT JOIN sandbox.dataset_object o ON o.dataset_version_id = r.dataset_version_id AND o.split = p.split
       LEFT JOIN sandbox.sealed_draw s ON s.plan_id = p.id AND p.split = 'sealed'
       WHERE r.id = $1`,
      [runId],
    );
    if (row === undefined || row.sha256 === null)
      throw new Error(`run ${runId} has no artefact, binding or features`);
    const features = row.columns.filter(({ role }) => role === 'feature').map(({ name }) => name);
    return {
      attempt,
      artefact: row.artefact_sha256,
      inspection: row.inspection,
      binding: row.document,
      features: row.sha256,
      rows: Number(row.rows),
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
    runId: string,
    task: Task,
    result: ScoreResult,
    references: readonly ReferenceScores[],
    durations: Record<string, number>,
  ): Promise<void> {
    const { scores, runtime, usage, latency } = result;
    const stored = await this.store(scores);
    await this.database.asSystem(async (tx) => {
      const moved = await walk(tx, runId, {
        to: 'MEASURING',
        attempt: task.attempt,
        progress: 0,
        power: 'launcher',
      });
      if (!moved) return;
      await tx.insert(RunScoreRow, {
        runId,
        attempt: task.attempt,
        sha256: stored,
        rows: String(scores.length),
        execution: {
          scoreType: scores instanceof Float64Array ? 'float64' : 'float32',
          durations: { ...durations, firstScore: latency.firstScoreSeconds },
          rowsPerSecond: latency.rowsPerSecond,
          jail: {
            wallSeconds: usage.wallSeconds,
            cpuSeconds: usage.cpuSeconds,
            peakMemoryBytes: usage.peakMemoryBytes,
            layers: this.jail.layers,
            hostClass: `${runtime.architecture} ${runtime.cpu}`,
          },
        } as unknown as Record<string, never>,
        environment: {
          node: runtime.node,
          onnxruntime: runtime.onnxruntime,
          arrow: this.settings.arrowVersion,
          batch: result.batchRows,
          threads: 1,
          cpuClass: `${runtime.architecture}/${runtime.cpu}`,
          cpuFeatures: runtime.cpuFeatures,
        } as unknown as Record<string, never>,
      });
      for (const reference of references)
        await tx.insert(RunComparisonRow, { runId, attempt: task.attempt, ...reference });
      await this.jobs.send(tx, 'measure', { runId, attempt: task.attempt });
    });
  }

  private async settle(runId: string, attempt: number, code: string, to: RunState): Promise<void> {
    await this.database.asSystem((tx) =>
      walk(tx, runId, {
        to,
        attempt,
        reasonCode: code,
        reason: REASONS[code] ?? 'The model could not be scored.',
        power: 'launcher',
      }),
    );
  }
}
