import { asHard } from './pack.js';
import type { Criterion, Plan } from './plan.js';

/** What a change does to what is required. */
export type Effect = 'TIGHTER' | 'LOOSER' | 'OTHER';

export interface PlanChange {
  /** Where, for example `threshold` or `criteria.equal-opportunity.threshold`. */
  path: string;
  kind: 'ADDED' | 'REMOVED' | 'CHANGED';
  /** As JSON; null where there was, or is, nothing. */
  before: string | null;
  after: string | null;
  effect: Effect;
}

/** How one plan differs from another, in the later one's order; what was removed comes last. Criteria go by their ids. */
export function diffPlans(before: Plan, after: Plan): PlanChange[] {
  const { criteria: criteriaBefore, ...settingsBefore } = before;
  const { criteria: criteriaAfter, ...settingsAfter } = after;
  const changes = changed('', settingsBefore, settingsAfter, () => 'OTHER');
  const old = new Map(criteriaBefore.map((criterion) => [criterion.id, criterion]));
  for (const criterion of criteriaAfter) {
    const was = old.get(criterion.id);
    old.delete(criterion.id);
    const path = `criteria.${criterion.id}`;
    if (was === undefined) {
      changes.push({
        path,
        kind: 'ADDED',
        before: null,
        after: JSON.stringify(criterion),
        effect: 'TIGHTER',
      });
    } else {
      changes.push(...changed(`${path}.`, was, criterion, (key) => effectOf(key, was, criterion)));
    }
  }
  for (const criterion of old.values()) {
    const path = `criteria.${criterion.id}`;
    changes.push({ path, kind: 'REMOVED', before: JSON.stringify(criterion), after: null, effect: 'LOOSER' });
  }
  return changes;
}

function effectOf(key: string, before: Criterion, after: Criterion): Effect {
  if (key !== 'threshold' || before.comparator !== after.comparator || before.metric !== after.metric)
    return 'OTHER';
  return asHard(after, before) ? 'TIGHTER' : 'LOOSER';
}

function changed(
  prefix: string,
  before: object,
  after: object,
  effect: (key: string) => Effect,
): PlanChange[] {
  const was = new Map(Object.entries(before));
  const is = new Map(Object.entries(after));
  return [...new Set([...is.keys(), ...was.keys()])].flatMap((key): PlanChange[] => {
    const [from, to] = [json(was.get(key)), json(is.get(key))];
    if (from === to) return [];
    const kind = from === null ? 'ADDED' : to === null ? 'REMOVED' : 'CHANGED';
    return [{ path: `${prefix}${key}`, kind, before: from, after: to, effect: effect(key) }];
  });
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
