import { type Evidence, type VerdictEvidence } from './evidence.js';

/**
 * The first verdict that does not follow from its own interval, or that is missing beside the plan's criteria; null
 * when there is none. A signature says who wrote a verdict, this says that it is the rule's.
 */
export function verdictProblem(evidence: Pick<Evidence, 'verdicts' | 'plan'>): string | null {
  const criteria = (evidence.plan.document as { criteria?: unknown }).criteria;
  if (Array.isArray(criteria)) {
    const wanted = criteria.map((entry: unknown) => String((entry as { id?: unknown } | null)?.id));
    const judged = evidence.verdicts.map(({ id }) => id);
    const missing = wanted.find((id) => !judged.includes(id));
    if (missing !== undefined) return `criterion ${JSON.stringify(missing)} of the plan has no verdict`;
    const foreign = judged.find((id, place) => !wanted.includes(id) || judged.indexOf(id) !== place);
    if (foreign !== undefined) return `${JSON.stringify(foreign)} is not one criterion of the plan`;
  }
  for (const entry of evidence.verdicts) {
    const problem = contradiction(entry);
    if (problem !== null) return `${JSON.stringify(entry.id)} ${problem}`;
  }
  return null;
}

function contradiction({ verdict, comparator, threshold, value, low, high }: VerdictEvidence): string | null {
  const meets = (x: number): boolean => (comparator === '>=' ? x >= threshold : x <= threshold);
  if (low !== null && high !== null && low > high) return `has an interval from ${low} down to ${high}`;
  const bounds = [low ?? value, high ?? value].filter((bound) => bound !== null);
  if (verdict === 'PASS' && (bounds.length === 0 || !bounds.every(meets)))
    return `is PASS though not all of its interval is ${comparator} ${threshold}`;
  if (verdict === 'FAIL' && (bounds.length === 0 || bounds.some(meets)))
    return `is FAIL though not all of its interval misses ${comparator} ${threshold}`;
  if (verdict === 'ERROR' && value !== null) return 'is ERROR though it has a value';
  return null;
}
