import { parseDocument } from './document-check.js';
import { checkCriteria, CRITERION_SCHEMA, type Criterion, type Plan } from './plan.js';

/** What a case is about. A dataset preset belongs to one. */
export const USE_CASES = ['FRAUD', 'LAUNDERING', 'CREDIT'] as const;
export type UseCase = (typeof USE_CASES)[number];

/** Criteria that an authority requires of every plan for a use case. A plan may tighten them, never loosen. */
export interface CriteriaPack {
  schema: 'sandbox-criteria-pack/1';
  title: string;
  useCase: UseCase;
  /** Rows below which a plan may leave a group unjudged, at most: a plan that raises it hides groups. */
  minimumGroupSizeAtMost?: number;
  /** Bootstrap replicates that a plan must take, at least. */
  replicatesAtLeast?: number;
  criteria: Criterion[];
}

/** JSON Schema (2020-12) of a criteria pack. `parsePack` checks what it says, and more. */
export const PACK_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Criteria pack',
  type: 'object',
  additionalProperties: false,
  required: ['schema', 'title', 'useCase', 'criteria'],
  properties: {
    schema: { const: 'sandbox-criteria-pack/1' },
    title: { type: 'string', minLength: 1, maxLength: 500 },
    useCase: { enum: USE_CASES },
    minimumGroupSizeAtMost: { type: 'integer', minimum: 1, maximum: 1e9 },
    replicatesAtLeast: { type: 'integer', minimum: 0, maximum: 10000 },
    criteria: { type: 'array', minItems: 1, maxItems: 200, items: CRITERION_SCHEMA },
  },
} as const;

/**
 * Reads a criteria pack from YAML or JSON text, or from an object.
 *
 * @throws InputError `BAD_PACK`: one line with every problem and its place
 */
export function parsePack(source: unknown): CriteriaPack {
  return parseDocument<CriteriaPack>(
    source,
    PACK_SCHEMA,
    { noun: 'criteria pack', code: 'BAD_PACK' },
    (pack, problems) => checkCriteria(pack.criteria, problems),
  );
}

/**
 * Where a plan leaves out or loosens what a pack requires; nothing where it satisfies the pack.
 *
 * A criterion of the pack is met by one of the plan on the same metric, group and side whose threshold is the same or
 * harder to reach, whatever its id: how a tenant calls it is the tenant's.
 */
export function packProblems(plan: Plan, pack: CriteriaPack): string[] {
  const problems = pack.criteria.flatMap((required) => {
    const kin = plan.criteria.filter((criterion) => aboutTheSame(criterion, required));
    if (kin.length === 0) return [`${named(required)} is missing`];
    if (kin.some((criterion) => asHard(criterion, required))) return [];
    return [`${named(required)} is loosened to ${kin.map(({ threshold }) => threshold).join(', ')}`];
  });
  const { minimumGroupSizeAtMost: most, replicatesAtLeast: least } = pack;
  if (most !== undefined && plan.minimumGroupSize > most)
    problems.push(`minimumGroupSize is ${plan.minimumGroupSize}, above the pack's ${most}`);
  if (least !== undefined && plan.replicates < least)
    problems.push(`replicates is ${plan.replicates}, below the pack's ${least}`);
  return problems;
}

/** A plan with what a pack requires and it lacks; what it says already that is as hard stays. */
export function withPack(plan: Plan, pack: CriteriaPack): Plan {
  const lacking = pack.criteria.filter(
    (required) =>
      !plan.criteria.some((criterion) => aboutTheSame(criterion, required) && asHard(criterion, required)),
  );
  const kept = plan.criteria.filter(
    (criterion) => !lacking.some((required) => aboutTheSame(criterion, required)),
  );
  const taken = new Set(kept.map(({ id }) => id));
  return {
    ...plan,
    replicates: Math.max(plan.replicates, pack.replicatesAtLeast ?? 0),
    minimumGroupSize: Math.min(plan.minimumGroupSize, pack.minimumGroupSizeAtMost ?? Infinity),
    criteria: [...kept, ...lacking.map((criterion) => ({ ...criterion, id: unused(criterion.id, taken) }))],
  };
}

function unused(id: string, taken: Set<string>): string {
  let free = id;
  for (let number = 2; taken.has(free); number++) free = `${id.slice(0, 90)}-${number}`;
  taken.add(free);
  return free;
}

function aboutTheSame(a: Criterion, b: Criterion): boolean {
  return (
    a.metric === b.metric &&
    a.comparator === b.comparator &&
    a.slice?.column === b.slice?.column &&
    a.slice?.group === b.slice?.group &&
    a.fairness?.column === b.fairness?.column
  );
}

/** Whether one threshold lets through nothing that the other would not. */
export function asHard(
  criterion: Pick<Criterion, 'comparator' | 'threshold'>,
  required: Pick<Criterion, 'threshold'>,
): boolean {
  return criterion.comparator === '>='
    ? criterion.threshold >= required.threshold
    : criterion.threshold <= required.threshold;
}

function named({ id, metric, slice, fairness, comparator, threshold }: Criterion): string {
  const where =
    slice !== undefined
      ? ` of ${slice.column} = ${slice.group}`
      : fairness !== undefined
        ? ` between groups of ${fairness.column}`
        : '';
  return `${id} (${metric}${where} ${comparator} ${threshold})`;
}
