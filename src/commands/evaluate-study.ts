import { type MeasurementInput } from '../engine/measurement/index.js';
import {
  type EvasionDocument,
  type EvasionProfile,
  type RobustnessConfiguration,
  type RobustnessDocument,
} from '../engine/robustness/index.js';
import { evaluateEvasion } from './evaluate-evasion.js';
import { evaluateRobustness } from './evaluate-robustness.js';
import { type Bound, type OpenUsage, withOpenModel } from './evaluate-session.js';

/** All that is asked of the model beyond its scores, through jails that stay open from the first question to the last. */
export function study(
  bound: Bound,
  measured: MeasurementInput,
  asked: {
    robustness: RobustnessConfiguration | undefined;
    evasion: EvasionProfile | undefined;
    threshold: number;
  },
): Promise<{ result: { robustness?: RobustnessDocument; evasion?: EvasionDocument }; usage: OpenUsage }> {
  const { robustness, evasion, threshold } = asked;
  return withOpenModel(bound, async (open) => ({
    ...(robustness !== undefined && {
      robustness: await evaluateRobustness(open, measured, robustness, threshold),
    }),
    ...(evasion !== undefined && {
      evasion: await evaluateEvasion(open, measured, evasion, threshold, bound.data),
    }),
  }));
}
