import { log, power } from '../arithmetic.js';
import { deriveKey, Stream } from '../random.js';
import { applicationsOf } from './application.js';
import { type Applying } from './applying.js';
import { FEATURES } from './features.js';
import { Lives, type Circumstances, type Told } from './life.js';

/** Lives that are lived to find out how hard life has to be: few to come near, many to hit. */
const FEW = 4_000;
const MANY = 24_000;
const STEPS = 6;
const EASIEST = 0.1;
const HARDEST = 20;

/** Room for `rows` lives, in shared memory. */
export function toldOf(rows: number, outcomeMonths: number): Told {
  return {
    features: FEATURES.map(() => new Float32Array(new SharedArrayBuffer(4 * rows))),
    defaultMonth: new Uint8Array(new SharedArrayBuffer(rows)),
    arrears: new Uint8Array(new SharedArrayBuffer(rows * outcomeMonths)),
  };
}

/**
 * How hard life must be for the honest to default at the rates asked for, for others and for the group: by halving
 * over few pilot lives, then one step of the secant over many (as many as the play has rows, at most), all from the
 * population's key, which no split uses.
 */
export async function findStress(
  key: Uint8Array,
  applying: Applying,
  circumstances: Circumstances,
  vintage: number,
  playRows: number,
  rates: readonly [others: number, group: number],
  pause: () => Promise<void>,
): Promise<[others: number, group: number]> {
  const pilot = deriveKey(key, 'pilot');
  const many = Math.min(MANY, Math.max(FEW, playRows));
  const rows = applicationsOf(many);
  applying.honest(new Stream(pilot), vintage, rows, 0, many);
  const told = toldOf(1, circumstances.outcomeMonths);
  const rate = async (stress: number, group: number, lived: number): Promise<number> => {
    await pause();
    const lives = new Lives({ ...circumstances, key: pilot, stress: [stress, stress], separability: 0 });
    let members = 0;
    let defaults = 0;
    for (let row = 0; row < lived; row += 1) {
      if (circumstances.inGroup[rows.person[row] ?? 0] !== group) continue;
      lives.live(rows, row, vintage, told, 0);
      members += 1;
      if ((told.defaultMonth[0] ?? 0) > 0) defaults += 1;
    }
    // Half a default more on either side: no rate is 0 or 1, and nobody in the group is no error.
    return (defaults + 0.5) / (members + 1);
  };
  const find = async (group: number): Promise<number> => {
    const wanted = rates[group] ?? 0;
    let low = EASIEST;
    let high = HARDEST;
    for (let step = 0; step < STEPS; step += 1) {
      const middle = Math.sqrt(low * high);
      if ((await rate(middle, group, FEW)) < wanted) low = middle;
      else high = middle;
    }
    const left = await rate(low, group, many);
    const right = await rate(high, group, many);
    const share = right > left ? (log(wanted) - log(left)) / (log(right) - log(left)) : 0.5;
    return low * power(high / low, Math.max(-1, Math.min(2, share)));
  };
  return [await find(0), await find(1)];
}
