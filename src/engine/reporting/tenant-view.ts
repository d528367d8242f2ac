import { type Grounds, type Judged, METRIC_WORDS, verdictSentences } from '../assessment/index.js';
import { heldBack, round, rounded, tenantCurves, tenantMetrics, type TenantCurve } from './tenant-figures.js';
import {
  type Evidence,
  type Execution,
  type Measured,
  type MeasurementEvidence,
  type Report,
  type VerdictEvidence,
} from './evidence.js';
import {
  type TenantExplanation,
  tenantExplanation,
  type TenantStability,
  tenantStability,
} from './tenant-explanation.js';

/** Groups smaller than this are held back where the plan sets no size of its own. */
export const DEFAULT_MINIMUM_GROUP = 100;

/** A group as a tenant sees it: rates only, and nothing where it is small. */
export interface TenantGroup {
  n: number | null;
  selectionRate: number | null;
  tpr: number | null;
  fpr: number | null;
  suppressed: boolean;
}

export interface TenantView {
  schema: 'sandbox-report-tenant/1';
  /** names the full report that the authority holds */
  reportSha256: string;
  evidenceSha256: string;
  evidence: Omit<Evidence, 'measurement' | 'comparison'> & {
    measurement: TenantMeasurement;
    comparison?: TenantComparison;
  };
  execution: Omit<Execution, 'jail'>;
}

export interface TenantComparison {
  note: string;
  models: readonly { name: string; artefactSha256: string; measurement: TenantMeasurement }[];
}

export interface TenantMeasurement {
  rows: number;
  metrics: Record<string, Measured>;
  curves?: Record<string, TenantCurve>;
  fairness: Record<string, { groups: Record<string, TenantGroup>; measures: Record<string, Measured> }>;
  stability?: TenantStability;
  explanation?: TenantExplanation;
}

/**
 * What a tenant gets of a report. Blind labels leak through exact numbers: with counts, or many digits and many runs,
 * labels can be solved for row by row. So this is built up from an allow-list: values to three decimals and three digits,
 * curves at 51 places to two, nothing of alerts where they are few, no counts of the confusion table, group sizes to the
 * nearest ten, nothing of groups below the plan's minimum, and sentences written anew from the rounded values.
 */
export function tenantView(
  report: Report,
  names: { reportSha256: string; evidenceSha256: string },
): TenantView {
  const { evidence, execution } = report;
  const minimum = minimumGroup(evidence.plan.document);
  const held = new Set(
    evidence.verdicts.filter((entry) => hidden(entry, evidence, minimum)).map(({ id }) => id),
  );
  const {
    runId,
    tenant,
    attempt,
    startedAt,
    finishedAt,
    durations,
    rowsPerSecond,
    runsOnSplit,
    looks,
    blindness,
    buildDigest,
  } = execution;
  return {
    schema: 'sandbox-report-tenant/1',
    ...names,
    evidence: {
      model: evidence.model,
      dataset: evidence.dataset,
      plan: evidence.plan,
      environment: evidence.environment,
      feed: evidence.feed,
      measurement: tenantMeasurement(evidence.measurement, minimum),
      ...(evidence.multiplicity === undefined
        ? {}
        : {
            multiplicity: {
              ...evidence.multiplicity,
              // A P value with many digits is the exact value by another name.
              adjusted: evidence.multiplicity.adjusted.map((entry) =>
                held.has(entry.id)
                  ? { id: entry.id, p: null, adjusted: null, stands: null }
                  : { ...entry, p: round(entry.p), adjusted: round(entry.adjusted) },
              ),
            },
          }),
      ...(evidence.comparison === undefined
        ? {}
        : {
            comparison: {
              note: evidence.comparison.note,
              models: evidence.comparison.models.map(({ name, artefactSha256, measurement }) => ({
                name,
                artefactSha256,
                measurement: tenantMeasurement(measurement, minimum),
              })),
            },
          }),
      verdicts: evidence.verdicts.map((entry) => tenantVerdict(entry, held.has(entry.id))),
      statements: evidence.statements.map((entry) =>
        entry.subject === 'Validation'
          ? {
              ...entry,
              text: 'Metrics were measured and criteria judged by interval; the authority holds the exact figures.',
            }
          : entry,
      ),
      limits: [
        ...evidence.limits,
        `This view is rounded to three decimals and holds back groups of fewer than ${minimum} rows; the full report is ${names.reportSha256}.`,
      ],
    },
    execution: {
      runId,
      tenant,
      attempt,
      startedAt,
      finishedAt,
      durations,
      rowsPerSecond: rowsPerSecond === null ? null : Math.round(rowsPerSecond),
      runsOnSplit,
      ...(looks === undefined ? {} : { looks }),
      blindness,
      buildDigest,
    },
  };
}

function tenantMeasurement(measurement: MeasurementEvidence, minimum: number): TenantMeasurement {
  const fairness: TenantMeasurement['fairness'] = {};
  for (const [column, entry] of Object.entries(measurement.fairness ?? {})) {
    const members = entry as Record<string, unknown>;
    const groups = (members['groups'] ?? {}) as Record<string, unknown>;
    const measures = Object.entries(members).filter(
      (pair): pair is [string, Measured] => pair[0] !== 'groups' && isMeasured(pair[1]),
    );
    fairness[column] = {
      groups: map(groups, (group) => tenantGroup(group, minimum)),
      measures: Object.fromEntries(measures.map(([name, measured]) => [name, rounded(measured)])),
    };
  }
  const explanation = tenantExplanation(measurement.explanation);
  const stability = tenantStability(measurement.stability);
  return {
    rows: measurement.rows,
    metrics: tenantMetrics(measurement, minimum),
    ...(measurement.curves == null ? {} : { curves: tenantCurves(measurement.curves) }),
    fairness,
    ...(stability === undefined ? {} : { stability }),
    ...(explanation === undefined ? {} : { explanation }),
  };
}

function tenantGroup(group: unknown, minimum: number): TenantGroup {
  const members = (group ?? {}) as Record<string, unknown>;
  const n = numberAt(members, 'n');
  // A group left unjudged for want of positives would give its few labels away through an exact fraction.
  const suppressed = n === null || n < minimum || members['judged'] === false;
  const rate = (name: string): number | null => (suppressed ? null : round(numberAt(members, name)));
  return {
    n: suppressed ? null : Math.round(n / 10) * 10,
    selectionRate: rate('selectionRate'),
    tpr: rate('tpr'),
    fpr: rate('fpr'),
    suppressed,
  };
}

function tenantVerdict(entry: VerdictEvidence, hide: boolean): VerdictEvidence {
  const [value, low, high] = hide
    ? [null, null, null]
    : [round(entry.value), round(entry.low), round(entry.high)];
  const grounds: Grounds =
    value === null
      ? { kind: 'HELD_BACK' }
      : entry.verdict === 'ERROR' || low === null || high === null
        ? { kind: 'NO_INTERVAL', value, reason: ({ reasons }) => reasons.none }
        : { kind: 'INTERVAL', verdict: entry.verdict, value, low, high };
  // Written anew from what the tenant may see; a verdict of a metric that has no words is told as it stands.
  const judged = { ...entry, leftOut: [] } as unknown as Judged;
  const sentences = entry.metric in METRIC_WORDS ? verdictSentences(judged, grounds) : undefined;
  return {
    id: entry.id,
    metric: entry.metric,
    ...(entry.slice === undefined ? {} : { slice: entry.slice }),
    ...(entry.fairness === undefined ? {} : { fairness: entry.fairness }),
    comparator: entry.comparator,
    threshold: entry.threshold,
    source: entry.source,
    ...(entry.declaredBy === undefined ? {} : { declaredBy: entry.declaredBy }),
    verdict: entry.verdict,
    value,
    low,
    high,
    sentence: sentences?.en ?? `${entry.metric} must be ${entry.comparator} ${entry.threshold}.`,
    ...(sentences === undefined ? {} : { sentences }),
  };
}

/**
 * Whether the figures of a criterion are held back: of alerts where these are few, of a group that is too small to be
 * told of; one not found counts as small.
 */
function hidden({ metric, slice }: VerdictEvidence, { measurement }: Evidence, minimum: number): boolean {
  if (slice === undefined) return heldBack(metric, measurement, minimum);
  const own = measurement.slices?.[slice.column]?.[slice.group] as MeasurementEvidence | undefined;
  if (own !== undefined && heldBack(metric, own, minimum)) return true;
  const compared = measurement.fairness?.[slice.column] as { groups?: Record<string, object> } | undefined;
  const group = compared?.groups?.[slice.group] as Record<string, unknown> | undefined;
  if (group !== undefined) return tenantGroup(group, minimum).suppressed;
  return (measurement.slices?.[slice.column]?.[slice.group]?.rows ?? 0) < minimum;
}

function isMeasured(value: unknown): value is Measured {
  return typeof value === 'object' && value !== null && 'value' in value;
}

function numberAt(members: Record<string, unknown>, name: string): number | null {
  const found = members[name];
  if (typeof found === 'number') return found;
  return isMeasured(found) ? found.value : null;
}

function minimumGroup(plan: object): number {
  const declared = (plan as { minimumGroupSize?: unknown }).minimumGroupSize;
  return typeof declared === 'number' && declared > 0 ? declared : DEFAULT_MINIMUM_GROUP;
}

function map<T, R>(members: Readonly<Record<string, T>>, convert: (member: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, convert(member)]));
}
