import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { performance } from 'node:perf_hooks';
import type { EntityManager } from 'typeorm';
import { assess, forecast, type Plan, planOptions, requirements } from '../../engine/assessment/index.js';
import { InputError } from '../../engine/input-error.js';
import { StandingThreads } from '../../engine/measurement/index.js';
import { type CategoricalColumn, TableFile } from '../../engine/tables/index.js';
import { Database } from '../../platform/database/index.js';
import { JobQueue } from '../../platform/jobs/index.js';
import { Stores } from '../../platform/storage/stores.js';
import type { DatasetColumnDocument } from '../datasets/index.js';
import { EvaluationPlanRow } from '../plans/index.js';
import { PlanForecastRow } from './preflight/plan-forecast.entity.js';
import { planDigest } from './preflight/preflight.service.js';
import { priorityOf } from './queue/lanes.js';
import {
  type ReferenceMeasurement,
  RunComparisonRow,
  RunMeasurementRow,
  RunRow,
  RunScoreRow,
} from './run.entity.js';
import { positions } from './row-order.js';
import { walk } from './run.lifecycle.js';

export const MEASURING_THREADS = Symbol('MEASURING_THREADS');

const KEPT_TRUTHS = 8;
const KEPT_ROWS = 200_000;

interface BlindObject {
  part: 'labels' | 'protected' | 'truth';
  sha256: string;
}

/** What a run's scores are joined with. */
interface Truth {
  labels: Uint8Array;
  entity?: CategoricalColumn;
  days?: Int32Array;
  groups: Record<string, CategoricalColumn>;
}

/**
 * The evaluator's stage: the only place where scores and labels meet. It writes numbers, never rows.
 */
@Injectable()
export class MeasuringStage implements OnModuleDestroy {
  private readonly measuring: StandingThreads;
  private readonly truths = new Map<string, Truth>();

  constructor(
    private readonly database: Database,
    private readonly stores: Stores,
    private readonly jobs: JobQueue,
    @Inject(MEASURING_THREADS) private readonly threads: number,
  ) {
    this.measuring = new StandingThreads(threads);
  }

  async onModuleDestroy(): Promise<void> {
    await this.measuring.close();
  }

  /**
   * Measures what a run's attempt scored and judges it by its plan. Repeatable: the result is written once.
   *
   * @param signal ends the work: its threads are gone by the time this rejects
   */
  async measure(runId: string, attempt: number, signal: AbortSignal): Promise<void> {
    const began = performance.now();
    const task = await this.database.asSystem(async (tx) => {
      if (!(await walk(tx, runId, { to: 'MEASURING', attempt, progress: 0, power: 'evaluator' })))
        return null;
      const run = await tx.findOneByOrFail(RunRow, { id: runId });
      const plan = await tx.findOneByOrFail(EvaluationPlanRow, { id: run.planId });
      const [dataset] = await tx.query<{ columns: DatasetColumnDocument[] }[]>(
        `SELECT columns FROM sandbox.dataset_version WHERE id = $1`,
        [run.datasetVersionId],
      );
      const { features, blind } = await objectsOf(tx, plan);
      if (dataset === undefined || features === undefined) throw new Error(`run ${runId} has no dataset`);
      const score = await tx.findOneByOrFail(RunScoreRow, { runId });
      return {
        plan,
        columns: dataset.columns,
        features,
        blind,
        score,
        references: await tx.findBy(RunComparisonRow, { runId }),
        target: plan.preflightOf === null ? null : await judgedOn(tx, plan.preflightOf),
      };
    });
    if (task === null) return;
    const { plan, score } = task;
    const scores = await this.scores(score.sha256, score.execution['scoreType'] === 'float64');
    const truth = await this.keptTruth(
      task.columns,
      task.features,
      task.blind,
      requirements(plan.document).groups,
    );
    if (truth.labels.length !== scores.length) {
      throw new Error(`run ${runId}: ${scores.length} scores for ${truth.labels.length} labels`);
    }
    const joined = performance.now();
    let document;
    try {
      document = await this.compare(scores, truth, plan.document, signal);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      await this.database.asSystem((tx) =>
        walk(tx, runId, {
          to: 'FAILED',
          attempt,
          reasonCode: error.code,
          reason: 'The scores cannot be measured.',
          power: 'evaluator',
        }),
      );
      return;
    }
    const verdicts = assess(plan.document, document);
    const criteria =
      task.target === null ? null : forecast(plan.document, document, { rows: task.target.rows });
    const comparison: ReferenceMeasurement[] = [];
    for (const { name, artefactSha256, sha256, scoreType } of task.references) {
      const others = await this.scores(sha256, scoreType === 'float64');
      const measurement = await this.compare(others, truth, plan.document, signal);
      comparison.push({ name, artefactSha256, measurement: { ...measurement } });
    }
    const ended = performance.now();
    await this.database.asSystem(async (tx) => {
      // Another that measured it meanwhile, its job taken for lost, has left the same already.
      const first = await walk(tx, runId, {
        ...{ to: 'SEALING', from: 'MEASURING', attempt },
        ...{ progress: 0, power: 'evaluator' },
      });
      if (!first) return;
      await tx.insert(RunMeasurementRow, {
        runId,
        attempt,
        measurement: document as unknown as Record<string, never>,
        verdicts: verdicts as unknown as Record<string, never>[],
        comparison: plan.split === 'sealed' ? (comparison as unknown as Record<string, never>[]) : null,
        execution: {
          joiningSeconds: (joined - began) / 1e3,
          measuringSeconds: (ended - joined) / 1e3,
          threads: this.threads,
        },
      });
      if (criteria !== null && task.target !== null) {
        await tx.insert(PlanForecastRow, {
          runId,
          planId: task.target.planId,
          tenantId: plan.tenantId,
          rows: String(task.target.rows),
          planDigest: planDigest(plan),
          criteria: criteria as never,
        });
      }
      await this.jobs.send(tx, 'seal', { runId, attempt }, { priority: priorityOf(plan.split) });
    });
  }

  private compare(
    scores: Float64Array,
    truth: Truth,
    plan: Plan,
    signal: AbortSignal,
  ): ReturnType<StandingThreads['measure']> {
    return this.measuring.measure(
      {
        scores,
        labels: truth.labels,
        ...(truth.entity === undefined ? {} : { entity: truth.entity }),
        ...(truth.days === undefined ? {} : { days: truth.days }),
        groups: truth.groups,
      },
      planOptions(plan),
      signal,
    );
  }

  private async scores(sha256: string, double: boolean): Promise<Float64Array> {
    const bytes = await this.stores.scores.read(sha256);
    const raw = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    return double ? new Float64Array(raw) : Float64Array.from(new Float32Array(raw));
  }

  /** Truth of the splits measured last, where small: run after run asks for the same, and reading it costs more than measuring. */
  private async keptTruth(...of: Parameters<MeasuringStage['truth']>): Promise<Truth> {
    const key = JSON.stringify(of);
    const kept = this.truths.get(key);
    const truth = kept ?? (await this.truth(...of));
    this.truths.delete(key);
    if (truth.labels.length <= KEPT_ROWS) this.truths.set(key, truth);
    const [oldest] = this.truths.keys();
    if (this.truths.size > KEPT_TRUTHS && oldest !== undefined) this.truths.delete(oldest);
    return truth;
  }

  /** Labels, entities, days and groups in the order of the features: joined by the key, never by position alone. */
  private async truth(
    columns: readonly DatasetColumnDocument[],
    featuresDigest: string,
    blind: readonly BlindObject[],
    wanted: readonly string[],
  ): Promise<Truth> {
    const named = (role: DatasetColumnDocument['role']): string | undefined =>
      columns.find((column) => column.role === role)?.name;
    const key = named('key');
    const label = named('label');
    // Labels of the development split are those known by its cut-off: what is measured against is the truth.
    const labelsDigest = (
      blind.find(({ part }) => part === 'truth') ?? blind.find(({ part }) => part === 'labels')
    )?.sha256;
    if (key === undefined || label === undefined || labelsDigest === undefined) {
      throw new Error('the dataset has no key, label or labels object');
    }
    const features = await this.open(this.stores.features, featuresDigest);
    const labels = await this.open(this.stores.labels, labelsDigest);
    try {
      const keys = await features.numbers(key);
      const order = positions(keys, await labels.numbers(key));
      const entityName = named('entity');
      const timeName = named('time');
      return {
        labels: arranged(await labels.labels(label), order),
        ...(entityName === undefined ? {} : { entity: await features.categories(entityName) }),
        ...(timeName === undefined ? {} : { days: await features.days(timeName) }),
        groups: await this.groups(columns, blind, key, keys, wanted),
      };
    } finally {
      features.close();
      labels.close();
    }
  }

  private async groups(
    columns: readonly DatasetColumnDocument[],
    blind: readonly BlindObject[],
    key: string,
    keys: Float64Array,
    wanted: readonly string[],
  ): Promise<Record<string, CategoricalColumn>> {
    const attributes = columns.filter(
      ({ role, name }) => role === 'protected' || role === 'control' || wanted.includes(name),
    );
    const digest = blind.find(({ part }) => part === 'protected')?.sha256;
    if (attributes.length === 0 || digest === undefined) return {};
    const table = await this.open(this.stores.protected, digest);
    try {
      const order = positions(keys, await table.numbers(key));
      const groups: Record<string, CategoricalColumn> = {};
      for (const { name } of attributes) {
        const { codes, names } = await table.categories(name);
        groups[name] = { names, codes: arranged(codes, order) };
      }
      return groups;
    } finally {
      table.close();
    }
  }

  private async open(store: Stores['features'], digest: string): Promise<TableFile> {
    await store.verify(digest);
    return TableFile.open(store.path(digest));
  }
}

/** How many rows the plan that a preflight is of will be judged on: a sealed split has as many as the one it goes on from. */
async function judgedOn(tx: EntityManager, planId: string): Promise<{ planId: string; rows: number }> {
  const [found] = await tx.query<{ rows: string }[]>(
    `SELECT o.rows FROM sandbox.evaluation_plan p JOIN sandbox.dataset_object o ON o.dataset_version_id = p.dataset_version_id
       AND o.part = 'features' AND o.split = CASE p.split WHEN 'sealed' THEN 'evaluation' ELSE p.split END
     WHERE p.id = $1`,
    [planId],
  );
  if (found === undefined) throw new Error(`plan ${planId} has no split to be judged on`);
  return { planId, rows: Number(found.rows) };
}

/** The features of a plan's split and the objects that only the evaluator reads: of a draw where it is sealed. */
async function objectsOf(
  tx: EntityManager,
  plan: EvaluationPlanRow,
): Promise<{ features: string | undefined; blind: BlindObject[] }> {
  const [features, blind, of] =
    plan.split === 'sealed'
      ? [
          'SELECT features_sha256 AS sha256 FROM sandbox.sealed_draw WHERE plan_id = $1',
          'SELECT part, sha256 FROM sandbox.sealed_blind_object WHERE plan_id = $1',
          [plan.id],
        ]
      : [
          `SELECT sha256 FROM sandbox.dataset_object WHERE dataset_version_id = $1 AND split = $2 AND part = 'features'`,
          'SELECT part, sha256 FROM sandbox.blind_object WHERE dataset_version_id = $1 AND split = $2',
          [plan.datasetVersionId, plan.split],
        ];
  const [found] = await tx.query<{ sha256: string }[]>(features, of);
  return { features: found?.sha256, blind: await tx.query<BlindObject[]>(blind, of) };
}

function arranged<T extends Uint8Array | Int32Array>(values: T, order: Int32Array | null): T {
  if (order === null) return values;
  const result = new (values.constructor as new (length: number) => T)(order.length);
  order.forEach((from, to) => {
    result[to] = values[from] as number;
  });
  return result;
}
