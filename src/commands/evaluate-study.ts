import { type Explanation } from '../engine/explanation/index.js';
import { type MeasurementInput } from '../engine/measurement/index.js';
import {
  type EvasionDocument,
  type EvasionProfile,
  type RobustnessConfiguration,
  type RobustnessDocument,
} from '../engine/robustness/index.js';
import { evaluateEvasion } from './evaluate-evasion.js';
import { type AskedExplanation, evaluateExplanation } from './evaluate-explanation.js';
import { evaluateRobustness } from './evaluate-robustness.js';
import { type Bound, type OpenUsage, withOpenModel } from './evaluate-session.js';

interface Studied {
  robustness?: RobustnessDocument;
  evasion?: EvasionDocument;
  explanation?: Explanation | { reason: string };
}

/** All that is asked of the model beyond its scores, through jails that stay open from the first question to the last. */
export function study(
  bound: Bound,
  measured: MeasurementInput,
  asked: {
    robustness: RobustnessConfiguration | undefined;
    evasion: EvasionProfile | undefined;
    explanation: AskedExplanation | undefined;
    threshold: number;
  },
): Promise<{ result: Studied; usage: OpenUsage }> {
  const { robustness, evasion, explanation, threshold } = asked;
  return withOpenModel(bound, async (open) => ({
    ...(robustness !== undefined && {
      robustness: await evaluateRobustness(await open.whole(), measured, robustness, threshold),
    }),
    ...(evasion !== undefined && {
      evasion: await evaluateEvasion(await open.whole(), measured, evasion, threshold, bound.data),
    }),
    ...(explanation !== undefined && {
      explanation: await evaluateExplanation(open, bound.data, measured, explanation),
    }),
  }));
}
