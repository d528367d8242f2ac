import { Inject, Injectable } from '@nestjs/common';
import { Readable } from 'node:stream';
import type { EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { type CriterionVerdict, multiplicity } from '../../engine/assessment/index.js';
import {
  type Blindness,
  buildReport,
  canonicalJson,
  type ComparedModel,
  type ComparisonEvidence,
  digest,
  type EnvironmentEvidence,
  type Execution,
  feedEvidence,
  type MeasurementEvidence,
  renderHtml,
  sealReport,
  type Signer,
  tenantView,
  type VerdictEvidence,
  type Looks,
} from '../../engine/reporting/index.js';
import { Database } from '../../platform/database/index.js';
import { Stores } from '../../platform/storage/stores.js';
import { DatasetObjectRow, DatasetVersionRow, SealedDrawRow } from '../datasets/index.js';
import { OrganisationRow } from '../identity/index.js';
import { ASSURANCE_TIERS, ModelRow, ModelVersionRow, type RuntimeName } from '../models/index.js';
import { EvaluationPlanRow, InputBindingRow, lockedPlanDocument } from '../plans/index.js';
import { exposedBefore, looksUntil, RunMeasurementRow, RunRow, RunScoreRow, walk } from '../runs/index.js';
import { ReportRow } from './report.entity.js';

export const SIGNER = Symbol('SIGNER');
export const BUILD_DIGEST = Symbol('BUILD_DIGEST');

const REPORT_MAX_BYTES = 64 * 1024 * 1024;

/** The signer's stage: writes the report from what the other powers left, and seals it. It sees no row and no label. */
@Injectable()
export class SealingStage {
  constructor(
    private readonly database: Database,
    private readonly stores: Stores,
    @Inject(SIGNER) private readonly signer: Signer,
    @Inject(BUILD_DIGEST) private readonly buildDigest: string,
  ) {}

  /** Seals the report of a run's attempt. Repeatable: a run has one report, written with its last step. */
  async seal(runId: string, attempt: number): Promise<void> {
    const facts = await this.database.asSystem(async (tx) => {
      if (!(await walk(tx, runId, { to: 'SEALING', attempt, progress: 0, power: 'signer' }))) return null;
      const run = await tx.findOneByOrFail(RunRow, { id: runId });
      const plan = await tx.findOneByOrFail(EvaluationPlanRow, { id: run.planId });
      const version = await tx.findOneByOrFail(ModelVersionRow, { id: run.modelVersionId });
      const [onSplit] = await tx.query<{ runs: string }[]>(
        `SELECT count(*) AS runs FROM sandbox.run r JOIN sandbox.evaluation_plan p ON p.id = r.plan_id
         WHERE r.tenant_id = $1 AND r.dataset_version_id = $2 AND p.split = $3 AND r.id <= $4 AND r.state <> 'ERRORED'
           AND (p.split <> 'sealed' OR p.id = $5)`,
        [run.tenantId, run.datasetVersionId, plan.split, run.id, plan.id],
      );
      const draw = await tx.findOneBy(SealedDrawRow, { planId: plan.id });
      const object = await tx.findOneBy(DatasetObjectRow, {
        datasetVersionId: run.datasetVersionId,
        split: plan.split,
        part: 'features',
      });
      return {
        run,
        plan,
        version,
        model: await tx.findOneByOrFail(ModelRow, { id: version.modelId }),
        binding: await tx.findOneByOrFail(InputBindingRow, { id: plan.inputBindingId }),
        dataset: await tx.findOneByOrFail(DatasetVersionRow, { id: run.datasetVersionId }),
        tenant: await tx.findOneByOrFail(OrganisationRow, { id: run.tenantId }),
        score: await tx.findOneByOrFail(RunScoreRow, { runId }),
        measured: await tx.findOneByOrFail(RunMeasurementRow, { runId }),
        runsOnSplit: Number(onSplit?.runs ?? 1),
        looks: await looksUntil(tx, run),
        blindness: await blindnessOf(tx, run.id, plan.split),
        rows: Number(draw?.rows ?? object?.rows ?? 0),
        draw,
      };
    });
    if (facts === null) return;
    const { run, plan, dataset, measured } = facts;
    if (dataset.digest === null || plan.digest === null)
      throw new Error(`run ${runId} has no locked plan or dataset`);
    const built = buildReport({
      model: {
        name: facts.model.name,
        version: facts.version.label,
        artefactSha256: facts.version.artefactSha256,
        runtime: facts.version.runtime,
        assuranceTier: ASSURANCE_TIERS[facts.version.runtime],
        binding: facts.binding.document,
        inspection: facts.version.inspection ?? {},
        accountableOwner: facts.model.owner,
        card: facts.version.card,
      },
      dataset: {
        preset: dataset.preset ?? 'imported',
        generatorVersion: generatorVersion(dataset.datasheet),
        parameters: dataset.parameters,
        versionDigest: dataset.digest,
        split: plan.split,
        rows: facts.rows,
        keyCommitment: facts.draw?.commitment ?? (plan.split === 'evaluation' ? dataset.commitment : null),
        schemaDigest: digest(canonicalJson(dataset.columns.map((column) => ({ ...column })))),
      },
      plan: lockedPlanDocument(plan.document, {
        artefactSha256: facts.version.artefactSha256,
        datasetDigest: dataset.digest,
        split: plan.split,
        binding: facts.binding.document,
        packs: plan.packs,
      }),
      feed: feedEvidence(plan.document.feed, facts.rows),
      environment: facts.score.environment as unknown as EnvironmentEvidence,
      measurement: measured.measurement as unknown as MeasurementEvidence,
      verdicts: measured.verdicts as unknown as VerdictEvidence[],
      multiplicity: multiplicity(measured.verdicts as unknown as VerdictEvidence[]),
      ...(measured.comparison === null
        ? {}
        : { comparison: sameDraw(measured.comparison as unknown as ComparedModel[]) }),
      limits: [...limitsOf(plan.split, dataset.preset), ...limitsOfRuntime(facts.version.runtime)],
      execution: this.execution(facts),
    });
    if (built.report.evidence.plan.digest !== plan.digest) {
      throw new Error(`run ${runId}: the plan is not the one that was locked`);
    }
    const names = { reportSha256: built.sha256, evidenceSha256: built.evidenceSha256 };
    const forTenant = tenantView(built.report, names);
    // Side by side: each waits for the disk twice.
    const [digestOfReport, envelopeDigest, htmlDigest, tenantDigest, tenantHtmlDigest] = await Promise.all([
      this.keep(built.bytes),
      sealReport(built.report, this.signer).then((envelope) => this.keep(envelope)),
      this.keep(Buffer.from(renderHtml(built.report))),
      this.keep(canonicalJson(forTenant)),
      this.keep(Buffer.from(renderHtml(forTenant))),
    ]);
    const row = {
      id: uuid(),
      tenantId: run.tenantId,
      runId,
      digest: digestOfReport,
      evidenceDigest: built.evidenceSha256,
      envelopeDigest,
      htmlDigest,
      tenantDigest,
      tenantHtmlDigest,
      keyId: this.signer.keyId,
      verdicts: measured.verdicts as unknown as CriterionVerdict[],
      tenantVerdicts: forTenant.evidence.verdicts,
    };
    await this.database.asSystem(async (tx) => {
      if (!(await walk(tx, runId, { to: 'SUCCEEDED', attempt, progress: 1, power: 'signer' }))) return;
      await tx.insert(ReportRow, row as never);
    });
  }

  private execution(facts: {
    run: RunRow;
    tenant: OrganisationRow;
    score: RunScoreRow;
    measured: RunMeasurementRow;
    runsOnSplit: number;
    looks: Looks;
    blindness: Blindness;
  }): Execution {
    const scored = facts.score.execution as {
      durations: Record<string, number>;
      rowsPerSecond: number | null;
      jail: Execution['jail'];
    };
    const { joiningSeconds, measuringSeconds } = facts.measured.execution as {
      joiningSeconds: number;
      measuringSeconds: number;
    };
    return {
      runId: facts.run.id,
      tenant: facts.tenant.name,
      attempt: facts.run.attempt,
      startedAt: (facts.run.startedAt ?? facts.run.createdAt).toISOString(),
      finishedAt: new Date().toISOString(),
      durations: { ...scored.durations, joining: joiningSeconds, measuring: measuringSeconds },
      rowsPerSecond: scored.rowsPerSecond,
      jail: scored.jail,
      runsOnSplit: facts.runsOnSplit,
      looks: facts.looks,
      blindness: facts.blindness,
      buildDigest: this.buildDigest,
    };
  }

  private async keep(bytes: Uint8Array): Promise<string> {
    const stored = await this.stores.reports.put(Readable.from([Buffer.from(bytes)]), {
      maxBytes: REPORT_MAX_BYTES,
    });
    return stored.digest;
  }
}

/** Whether a run's split was blind to its tenant when it started, and what took the blindness where it was not. */
async function blindnessOf(tx: EntityManager, runId: string, split: string): Promise<Blindness> {
  const [exposed] = await exposedBefore(tx, [runId]);
  if (exposed === undefined) return { blind: split !== 'development', exposures: 0, first: null };
  const { at, tier, runId: sentFor, what } = exposed.first;
  return {
    blind: false,
    exposures: exposed.exposures,
    first: { at: at.toISOString(), tier, runId: sentFor, what },
  };
}

function sameDraw(models: readonly ComparedModel[]): ComparisonEvidence {
  return {
    note:
      models.length > 0
        ? 'Reference models of the sandbox, scored in the jail on the same draw and measured the same way: they show how hard this draw is. They are no standard to be met.'
        : 'No reference model of the sandbox reads the columns of this dataset: nothing was compared.',
    models,
  };
}

/** What a reader must know of the split, beside what holds for every report. */
function limitsOf(split: string, preset: string | null): string[] {
  if (split === 'sealed') return [SEALED_LIMIT];
  return split === 'development' && preset !== null ? [DEVELOPMENT_LIMIT] : [];
}

/** What a reader must know of how the scores came to be. */
function limitsOfRuntime(runtime: RuntimeName): string[] {
  if (runtime === 'REMOTE_RUNNER') return [REMOTE_LIMIT];
  return runtime === 'PREDICTIONS' ? [PREDICTIONS_LIMIT] : [];
}

const PREDICTIONS_LIMIT =
  'The digest is that of a file of scores: what made them was not seen, and whoever made them had the rows of the whole split at hand.';

const REMOTE_LIMIT =
  'The digest of the model is the applicant’s word: the model stayed at its site, and that it made these scores was not seen.';

const DEVELOPMENT_LIMIT =
  'The development split is open to its users: what is measured on it says nothing of unseen data. Labels given out with it are those known by its cut-off; the measurement is against the truth, so figures computed from those labels differ.';

const SEALED_LIMIT =
  'The sealed split was drawn for this model and plan alone, after the plan was locked, with a key committed to before anything was scored; it is scored once. Another draw of the same statistics would give other numbers, within their intervals.';

/** The version of the generator as the datasheet states it; an import has none. */
function generatorVersion(datasheet: Record<string, unknown> | null): string {
  const version = datasheet?.['generatorVersion'];
  return typeof version === 'string' ? version : 'none';
}
