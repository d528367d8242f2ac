import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/index.js';
import { Split } from '../datasets/index.js';
import type { Actor } from '../identity/index.js';
import { ASSURANCE_TIERS, type AssuranceTierName, type RuntimeName } from '../models/index.js';
import type { BlindnessExposureRow, OutsideTier } from './exposure.entity.js';
import { exposedBefore, exposuresOfPlans, exposuresOfVersions } from './exposure.js';
import { BlindnessExposure, type ExposedRows, PlanWarning } from './exposure.type.js';

/** What an exposure is of: by plan or by dataset version. */
export type ExposedBy = 'plan' | 'version';

/** What was sent outside, told to those whom it concerns. */
@Injectable()
export class ExposureService {
  constructor(private readonly database: Database) {}

  /** The first exposures of each plan's split, or of each version as far as the actor may see. */
  async exposures(
    actor: Actor,
    by: ExposedBy,
    ids: readonly string[],
    first: number,
  ): Promise<Map<string, BlindnessExposure[]>> {
    const find = by === 'plan' ? exposuresOfPlans : exposuresOfVersions;
    const found = await this.database.within(actor, (tx) => find(tx, ids, first));
    return new Map([...found].map(([id, rows]) => [id, rows.map(toBlindnessExposure)]));
  }

  /** Of each run, the exposure that took its split's blindness before it started; runs without one are left out. */
  async takenBefore(actor: Actor, runIds: readonly string[]): Promise<Map<string, BlindnessExposure>> {
    const found = await this.database.within(actor, (tx) => exposedBefore(tx, runIds));
    return new Map(found.map(({ ofRunId, first }) => [ofRunId, toBlindnessExposure(first)]));
  }

  /** What whoever locks each of some plans should know of its split's blindness. */
  async warnings(actor: Actor, planIds: readonly string[]): Promise<Map<string, PlanWarning[]>> {
    return this.database.within(actor, async (tx) => {
      const exposed = await exposuresOfPlans(tx, planIds, 1);
      const plans = await tx.query<{ id: string; split: Split; runtime: RuntimeName }[]>(
        `SELECT p.id, p.split, v.runtime FROM sandbox.evaluation_plan p
         JOIN sandbox.model_version v ON v.id = p.model_version_id WHERE p.id = ANY ($1)`,
        [planIds],
      );
      return new Map(
        plans.map(({ id, split, runtime }) => {
          const tier = ASSURANCE_TIERS[runtime];
          const [first] = exposed.get(id) ?? [];
          const warnings: PlanWarning[] = [];
          if (first !== undefined) warnings.push({ code: 'NO_LONGER_BLIND', message: sentenceOf(first) });
          if (tier !== 'A' && split !== Split.DEVELOPMENT) warnings.push(sendsOutside(split, tier));
          return [id, warnings];
        }),
      );
    });
  }
}

const DESTINATIONS: Readonly<Record<OutsideTier, string>> = {
  B: 'an endpoint of the tenant',
  C: 'the tenant’s site',
  D: 'the tenant, for scores to be handed in',
};

function sendsOutside(split: Split, tier: OutsideTier): PlanWarning {
  return {
    code: 'SENDS_ROWS_OUTSIDE',
    message: `A run of this plan sends rows of the ${split} split to ${DESTINATIONS[tier]} (assurance tier ${tier}): from then on it is no longer blind for this tenant, and later reports on it say so.`,
  };
}

function sentenceOf({ split, tier, at, runId }: BlindnessExposureRow): string {
  const run = runId === null ? '' : ` in run ${runId}`;
  return `The ${split} split was sent to ${DESTINATIONS[tier]} on ${at.toISOString()}${run}: no longer blind for this tenant.`;
}

function toBlindnessExposure(row: BlindnessExposureRow): BlindnessExposure {
  return Object.assign(new BlindnessExposure(), {
    id: row.id,
    at: row.at,
    tier: row.tier as AssuranceTierName,
    split: row.split as Split,
    what: row.what as ExposedRows,
    tenantId: row.tenantId,
    runId: row.runId,
    sentence: sentenceOf(row),
  });
}
