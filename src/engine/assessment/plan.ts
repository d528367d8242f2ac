import { parseDocument, shown } from './document-check.js';
import {
  FAIRNESS_MEASURES,
  METRICS,
  type FairnessMeasure,
  type MeasurementOptions,
  type MetricName,
} from '../measurement/document.js';
import { crossedColumns } from '../measurement/intersections.js';

export const SOURCE_STATUSES = ['IN_FORCE', 'CONVENTION', 'RESCINDED', 'DRAFT'] as const;
export const COMPARATORS = ['>=', '<='] as const;

/** Where a threshold comes from. Most are conventions, and say so. */
export interface ThresholdSource {
  title: string;
  status: (typeof SOURCE_STATUSES)[number];
  url?: string;
}

/** One requirement: a metric of the whole, of one group (`slice`), or a fairness measure between groups. */
export interface Criterion {
  id: string;
  metric: MetricName | FairnessMeasure;
  slice?: { column: string; group: string };
  fairness?: { column: string };
  comparator: (typeof COMPARATORS)[number];
  threshold: number;
  source: ThresholdSource;
  /** Who declared the threshold. */
  declaredBy: string;
}

/** Raw events in time order: a window is released only after the scores of the one before have arrived. */
export interface EventFeed {
  kind: 'EVENTS';
  /** Events of a window, the last may have fewer: a model can see at most one less than this of later ones. */
  windowRows: number;
}

/** What is required of a model, locked before its run. */
export interface Plan {
  schema: 'sandbox-plan/1';
  title: string;
  /** Predicted positive at `score >= threshold`. */
  threshold: number;
  /** Bootstrap replicates of the intervals that decide. */
  replicates: number;
  seed: number;
  /** Rows below which a group is not judged. */
  minimumGroupSize: number;
  /** How the model is fed; without it the features of the whole split, batch by batch. */
  feed?: EventFeed;
  criteria: Criterion[];
}

/** Events of a window unless a plan says otherwise, and at most. */
export const WINDOW_ROWS = 256;
export const MOST_WINDOW_ROWS = 65_536;

const text = { type: 'string', minLength: 1, maxLength: 500 } as const;
const name = { type: 'string', minLength: 1, maxLength: 200 } as const;

/** JSON Schema of one criterion. */
export const CRITERION_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['id', 'metric', 'comparator', 'threshold', 'source', 'declaredBy'],
  properties: {
    id: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$' },
    metric: { enum: [...METRICS, ...FAIRNESS_MEASURES] },
    slice: {
      type: 'object',
      additionalProperties: false,
      required: ['column', 'group'],
      properties: { column: name, group: name },
    },
    fairness: {
      type: 'object',
      additionalProperties: false,
      required: ['column'],
      properties: { column: name },
    },
    comparator: { enum: COMPARATORS },
    threshold: { type: 'number' },
    source: {
      type: 'object',
      additionalProperties: false,
      required: ['title', 'status'],
      properties: {
        title: text,
        status: { enum: SOURCE_STATUSES },
        url: { type: 'string', pattern: '^https?://' },
      },
    },
    declaredBy: text,
  },
} as const;

/** JSON Schema (2020-12) of a plan. `parsePlan` checks what it says, and more. */
export const PLAN_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Evaluation plan',
  type: 'object',
  additionalProperties: false,
  required: ['schema', 'title', 'criteria'],
  properties: {
    schema: { const: 'sandbox-plan/1' },
    title: text,
    threshold: { type: 'number', default: 0.5 },
    replicates: { type: 'integer', minimum: 0, maximum: 10000, default: 500 },
    seed: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 1 },
    minimumGroupSize: { type: 'integer', minimum: 1, maximum: 1e9, default: 100 },
    feed: {
      type: 'object',
      additionalProperties: false,
      required: ['kind'],
      properties: {
        kind: { const: 'EVENTS' },
        windowRows: { type: 'integer', minimum: 1, maximum: MOST_WINDOW_ROWS, default: WINDOW_ROWS },
      },
    },
    criteria: {
      type: 'array',
      minItems: 1,
      maxItems: 200,
      items: CRITERION_SCHEMA,
    },
  },
} as const;

/**
 * Reads a plan from YAML or JSON text, or from an object, and fills in the defaults.
 *
 * @throws InputError `BAD_PLAN`: one line with every problem and its place
 */
export function parsePlan(source: unknown): Plan {
  return parseDocument<Plan>(source, PLAN_SCHEMA, { noun: 'plan', code: 'BAD_PLAN' }, (plan, problems) =>
    checkCriteria(plan.criteria, problems),
  );
}

/** What a schema cannot say of criteria. */
export function checkCriteria(criteria: readonly Criterion[], problems: string[]): void {
  const seen = new Set<string>();
  criteria.forEach((criterion, i) => {
    const at = `criteria[${i}]`;
    if (seen.has(criterion.id)) problems.push(`${at}.id ${shown(criterion.id)} is used twice`);
    seen.add(criterion.id);
    const between = isFairness(criterion.metric);
    if (between && criterion.fairness === undefined)
      problems.push(`${at}.fairness is missing: ${criterion.metric} compares groups`);
    if (!between && criterion.fairness !== undefined)
      problems.push(`${at}.fairness does not go with ${criterion.metric}`);
    if (between && criterion.slice !== undefined)
      problems.push(`${at}.slice does not go with ${criterion.metric}`);
  });
}

export function isFairness(metric: MetricName | FairnessMeasure): metric is FairnessMeasure {
  return (FAIRNESS_MEASURES as readonly string[]).includes(metric);
}

export interface PlanRequirements {
  /** Categorical columns that slices and fairness need. */
  groups: string[];
  slices: { column: string; group: string }[];
  /** Whether a criterion cannot be measured without the entity, or without the time, of each row. */
  entity: boolean;
  time: boolean;
}

/** What the measurement must be given for every criterion to be judged. */
export function requirements(plan: Plan): PlanRequirements {
  const groups = new Set<string>();
  const slices = new Map<string, { column: string; group: string }>();
  for (const { slice, fairness } of plan.criteria) {
    for (const column of fairness === undefined ? [] : crossedColumns(fairness.column)) groups.add(column);
    if (slice === undefined) continue;
    groups.add(slice.column);
    slices.set(JSON.stringify([slice.column, slice.group]), slice);
  }
  const cards = plan.criteria.some(({ metric }) => metric === 'cardPrecisionAt100');
  return { groups: [...groups], slices: [...slices.values()], entity: cards, time: cards };
}

/** How the plan wants its measurement taken. */
export function planOptions(plan: Plan): MeasurementOptions {
  const { threshold, replicates, seed, minimumGroupSize } = plan;
  const { slices } = requirements(plan);
  return { threshold, replicates, seed, minimumGroupSize, slices, intersections: intersections(plan) };
}

/** The columns that fairness criteria cross, as in `sex × age_band`. */
function intersections(plan: Plan): string[][] {
  const names = new Set(
    plan.criteria.flatMap(({ fairness }) => (fairness === undefined ? [] : [fairness.column])),
  );
  return [...names].map(crossedColumns).filter((columns) => columns.length > 1);
}
