import { absent, type Absent, type Detection, type Estimate, type MeasurementInput } from './document.js';
import { studentQuantile } from './distributions.js';
import { meanOf, wilson, type Interval } from './intervals.js';

type DetectionMetric = 'caseRecall' | 'detectionDelayDays' | 'amountLostBeforeAlert';

export interface Detected {
  metrics: Record<DetectionMetric, Estimate>;
  detection: Detection | Absent;
}

const DAY = 86_400_000;
const ONE_CASE = 'an interval needs two cases or more';

/**
 * How soon cases are found. A case begins with its first positive row and is detected by the first of them that is
 * alerted: the delay lies between the two, and what was lost is the money of its positive rows before the instant of
 * that alert; what happens at that instant counts as stopped, and an undetected case loses all. Cases are the units of
 * the intervals. Delays are averaged over the detected cases alone, so they go with the share detected; the median
 * takes an undetected case as never found.
 */
export function detection(input: MeasurementInput, threshold: number): Detected {
  const { cases, labels } = input;
  if (cases === undefined) return none('needs a case column');
  const when = momentsOf(input);
  if (when === null) return none('needs a time column');
  const found = casesOf(input, cases.codes, cases.names.length, when.of, threshold);
  let negativesWithCase = 0;
  let positivesWithoutCase = 0;
  for (let row = 0; row < labels.length; row++) {
    const named = (cases.codes[row] as number) >= 0;
    if (labels[row] === 0 && named) negativesWithCase++;
    if (labels[row] === 1 && !named) positivesWithoutCase++;
  }
  const all = found.began.filter((time) => time < Infinity).length;
  if (all === 0) return none('no positive row belongs to a case');
  const delays = found.began
    .map((began, place) => ((found.alerted[place] as number) - began) / DAY)
    .filter((_, place) => (found.began[place] as number) < Infinity);
  const known = delays.filter((delay) => delay < Infinity);
  const rate = known.length / all;
  const lost = found.lost.filter((_, place) => (found.began[place] as number) < Infinity);
  const money = found.money.filter((_, place) => (found.began[place] as number) < Infinity);
  const noMoney = input.amounts === undefined;
  return {
    metrics: {
      caseRecall: { value: rate, ...wilson(rate, all), method: 'wilson' },
      detectionDelayDays: known.length === 0 ? absent('no case is detected at this threshold') : mean(known),
      amountLostBeforeAlert: noMoney ? absent('needs an amount column') : mean(lost),
    },
    detection: {
      cases: all,
      detected: known.length,
      positivesWithoutCase,
      negativesWithCase,
      resolution: when.resolution,
      medianDelayDays: median(delays),
      shareLost: noMoney ? absent('needs an amount column') : shareLost(lost, money),
    },
  };
}

function none(reason: string): Detected {
  return {
    metrics: {
      caseRecall: absent(reason),
      detectionDelayDays: absent(reason),
      amountLostBeforeAlert: absent(reason),
    },
    detection: { value: null, reason },
  };
}

function momentsOf({ times, days }: MeasurementInput): {
  of: (row: number) => number;
  resolution: Detection['resolution'];
} | null {
  if (times !== undefined) return { of: (row) => times[row] as number, resolution: 'instant' };
  if (days !== undefined) return { of: (row) => DAY * (days[row] as number), resolution: 'day' };
  return null;
}

/** By case: its first positive row, its first alert (infinity: none), its money, and what was lost before the alert. */
function casesOf(
  { scores, labels, amounts }: MeasurementInput,
  codes: Int32Array,
  count: number,
  time: (row: number) => number,
  threshold: number,
): Record<'began' | 'alerted' | 'money' | 'lost', Float64Array> {
  const began = new Float64Array(count).fill(Infinity);
  const alerted = new Float64Array(count).fill(Infinity);
  const money = new Float64Array(count);
  const lost = new Float64Array(count);
  const eachPositive = (visit: (row: number, of: number, at: number) => void): void => {
    for (let row = 0; row < labels.length; row++) {
      const of = codes[row] as number;
      if (labels[row] === 1 && of >= 0) visit(row, of, time(row));
    }
  };
  eachPositive((row, of, at) => {
    began[of] = Math.min(began[of] as number, at);
    if ((scores[row] as number) >= threshold) alerted[of] = Math.min(alerted[of] as number, at);
  });
  if (amounts !== undefined) {
    eachPositive((row, of, at) => {
      const amount = amounts[row] as number;
      money[of] = (money[of] as number) + amount;
      if (at < (alerted[of] as number)) lost[of] = (lost[of] as number) + amount;
    });
  }
  return { began, alerted, money, lost };
}

function mean(values: Float64Array): Estimate {
  const found = meanOf(values, 0, Infinity);
  if (found.interval !== null && found.interval.standardError > 0)
    return { value: found.mean, ...found.interval, method: 'cases' };
  const reason = found.interval === null ? ONE_CASE : 'all cases are alike: its interval has no width';
  return { value: found.mean, low: null, high: null, standardError: null, reason };
}

/** The lower median, infinity where most cases are never found. */
function median(delays: Float64Array): number | Absent {
  const sorted = delays.slice().sort();
  const value = sorted[Math.floor((sorted.length - 1) / 2)] as number;
  return value < Infinity
    ? value
    : { value: null, reason: 'fewer than half of the cases are detected at this threshold' };
}

/** Σ lost over Σ money, with the spread of a ratio between cases (Cochran 1977, 6.4). */
function shareLost(lost: Float64Array, money: Float64Array): Estimate {
  const cases = money.length;
  const total = money.reduce((sum, value) => sum + value, 0);
  if (total === 0) return absent('the amounts of all cases are 0');
  const value = lost.reduce((sum, part) => sum + part, 0) / total;
  if (cases < 2) return { value, low: null, high: null, standardError: null, reason: ONE_CASE };
  let squares = 0;
  let weights = 0;
  for (let i = 0; i < cases; i++) {
    squares += ((lost[i] as number) - value * (money[i] as number)) ** 2;
    weights += (money[i] as number) ** 2;
  }
  const standardError = Math.sqrt(((cases / (cases - 1)) * squares) / total ** 2);
  const worth = standardError > 0 ? (value * (1 - value)) / standardError ** 2 : total ** 2 / weights;
  const interval: Interval = wilson(value, worth, studentQuantile(0.975, cases - 1));
  return { value, ...interval, standardError, method: 'wilson-effective' };
}
