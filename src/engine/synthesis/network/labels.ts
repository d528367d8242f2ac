import { tie } from '../random.js';
import { NEVER, type Crimes } from './crime/conspire.js';
import { type NetworkParameters } from './parameters.js';
import { prevalence } from './parameters.js';
import { HONEST, type Settled } from './transfers.js';

/** From here on a transfer can be reported by mistake, in cents: nobody reports lunch. */
const REPORTABLE = 500_000;

/** What is known of some rows at a cut-off. */
export interface Known {
  readonly laundering: Uint8Array;
  /** index into the words NONE, then SCRIPTS; NONE for false reports, whose pattern nobody knows */
  readonly pattern: Uint8Array;
  /** number of the case, −1 without one */
  readonly case: Int32Array;
  /** seconds, or NaN where nothing is reported by the cut-off */
  readonly reportedAt: Float64Array;
}

/**
 * Labels as known at `cutOff`: cases reported by then, and some honest transfers of HK$5,000 or more that were
 * reported by mistake, as many as `labelWrong` of those that are reported.
 *
 * @param truth labels as they are instead, whatever is known
 */
export function labelsOf(
  settled: Settled,
  rows: number,
  crimes: Crimes,
  parameters: NetworkParameters,
  cutOff: number,
  salt: number,
  truth: boolean,
): Known {
  const known: Known = {
    laundering: new Uint8Array(rows),
    pattern: new Uint8Array(rows),
    case: new Int32Array(rows).fill(-1),
    reportedAt: new Float64Array(rows).fill(Number.NaN),
  };
  let reportable = 0;
  for (let row = 0; row < rows; row += 1) {
    const origin = settled.origin[row] ?? HONEST;
    if (origin === HONEST) {
      if ((settled.amount[row] ?? 0) >= REPORTABLE) reportable += 1;
      continue;
    }
    const at = crimes.reportedAt[origin] ?? NEVER;
    if (at <= cutOff) known.reportedAt[row] = at;
    if (!truth && at > cutOff) continue;
    known.laundering[row] = 1;
    known.pattern[row] = 1 + (crimes.pattern[origin] ?? 0);
    known.case[row] = crimes.case[origin] ?? -1;
  }
  if (truth || reportable === 0) return known;
  const odds =
    (parameters.labelWrong * (1 - parameters.labelNever) * prevalence(parameters) * rows) / reportable;
  const mean = Math.max(1, parameters.labelDelayDays * 86_400);
  for (let row = 0; row < rows; row += 1) {
    if (settled.origin[row] !== HONEST || (settled.amount[row] ?? 0) < REPORTABLE) continue;
    const time = settled.time[row] ?? 0;
    const scramble = (settled.from[row] ?? 0) ^ (row << 8);
    if (tie(scramble, time, salt) >= odds) continue;
    const at = time + Math.floor(2 * mean * tie(time, scramble, salt + 1));
    if (at > cutOff) continue;
    known.laundering[row] = 1;
    known.reportedAt[row] = at;
  }
  return known;
}
