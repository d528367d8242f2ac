import { Occupation } from '../population/attributes.js';
import { type People } from '../population/population.js';
import { type Calibration } from '../preset.js';
import { INTERCEPTED } from './controls.js';
import { Role, type Frauds } from './frauds.js';
import { TYPOLOGIES } from './typologies/index.js';

const POLICE = 'Police, deception cases January to November 2025 (stheadline)';
const CALLS = 'Mean loss to telephone deception (hk01)';
const TELEPHONE = ['FAKE_CUSTOMER_SERVICE', 'GUESS_WHO', 'FAKE_OFFICIAL'];
const INVESTMENT = ['INVESTMENT', 'CRYPTO'];
const SHOPPING = ['SHOPPING', 'TICKET'];
const INTERNET = [
  ...SHOPPING,
  ...INVESTMENT,
  'CLICK_FARM',
  'ROMANCE',
  'PHISHING',
  'ACCOUNT_HIJACK',
  'BUSINESS_EMAIL',
];
/** With fewer whole cases a mean says nothing. */
const FEWEST = 5;
/** With fewer whole cases of all kinds a share says nothing. */
const FEWEST_OF_ALL = 30;

/**
 * Losses a case, shares of kinds, and what was stopped, over the truth of one split, against what is published. Means
 * are over cases that the split shows to their end; shares over all that begin in it.
 *
 * @param usual whether the weights of typologies are those of the default, which alone claims the shares
 */
export function fraudCalibration(frauds: Frauds, people: People, usual: boolean): Calibration[] {
  const { episodes, draft } = frauds;
  const loss = new Float64Array(episodes.count);
  let sent = 0;
  for (let row = 0; row < draft.rows; row += 1) {
    const role = frauds.role[row];
    if (role !== Role.Victim && role !== Role.Impostor) continue;
    const index = frauds.episode[row] ?? 0;
    loss[index] = (loss[index] ?? 0) + (draft.amount[row] ?? 0) / 100;
    if (role === Role.Victim) sent += (draft.amount[row] ?? 0) / 100;
  }
  const occupation = (index: number) => people.occupation[episodes.victim[index] ?? 0] ?? 0;
  const mean = (kinds: readonly string[], holder?: number): number | null => {
    const codes = codesOf(kinds);
    let sum = 0;
    let count = 0;
    for (let index = 0; index < episodes.count; index += 1) {
      if (!codes.has(episodes.typology[index] ?? 0) || episodes.complete[index] !== 1) continue;
      if (holder !== undefined && occupation(index) !== holder) continue;
      sum += loss[index] ?? 0;
      count += 1;
    }
    return count < FEWEST ? null : sum / count;
  };
  const cases = (kinds: readonly string[]): number => {
    const codes = codesOf(kinds);
    let count = 0;
    for (let index = 0; index < episodes.count; index += 1)
      if (codes.has(episodes.typology[index] ?? 0)) count += 1;
    return count;
  };
  const share = (kinds: readonly string[], of: readonly string[]): number | null => {
    const whole = cases(of);
    return whole < FEWEST_OF_ALL ? null : cases(kinds) / whole;
  };
  let recalled = 0;
  for (let k = 0; k < frauds.recalls.origin.length; k += 1)
    recalled += ((frauds.recalls.share[k] ?? 0) * (draft.amount[frauds.recalls.origin[k] ?? 0] ?? 0)) / 100;
  const hkd = 'HKD a case';
  const figures: Calibration[] = [
    {
      figure: 'mean loss to an investment scam',
      target: 2.9e9 / 5_149,
      reached: mean(INVESTMENT),
      unit: hkd,
      source: POLICE,
    },
    {
      figure: 'mean loss to telephone deception',
      target: 1.53e9 / 7_608,
      reached: usual ? mean(TELEPHONE) : null,
      unit: hkd,
      source: POLICE,
    },
    {
      figure: 'mean loss to internet deception',
      target: 5.24e9 / 25_346,
      reached: usual ? mean(INTERNET) : null,
      unit: hkd,
      source: `${POLICE}; investment scams counted among internet deception`,
    },
    {
      figure: 'mean loss of a Mainland student to a telephone scam',
      target: 690_000,
      reached: mean(TELEPHONE, Occupation.MainlandStudent),
      unit: hkd,
      source: CALLS,
    },
    {
      figure: 'mean loss of a local student to a telephone scam',
      target: 176_000,
      reached: mean(TELEPHONE, Occupation.LocalStudent),
      unit: hkd,
      source: CALLS,
    },
    {
      figure: 'share of what victims sent that was stopped and sent back',
      target: INTERCEPTED,
      reached: sent > 0 ? recalled / sent : null,
      unit: 'share',
      source:
        'HK$1.57bn intercepted January to September 2025 (am730), of the HK$7.39bn lost January to November (Police; stheadline) taken as even over the months',
    },
  ];
  if (!usual) return figures;
  return [
    ...figures,
    {
      figure: 'shopping and ticket scams among internet deception, by cases',
      target: 11_449 / 25_346,
      reached: share(SHOPPING, INTERNET),
      unit: 'share',
      source: POLICE,
    },
    {
      figure: 'investment scams among internet deception, by cases',
      target: 5_149 / 25_346,
      reached: share(INVESTMENT, INTERNET),
      unit: 'share',
      source: `${POLICE}; counted among internet deception`,
    },
    {
      figure: 'fake customer service among telephone deception of the three named kinds, by cases',
      target: 3_993 / (3_993 + 1_677 + 939),
      reached: share(['FAKE_CUSTOMER_SERVICE'], TELEPHONE),
      unit: 'share',
      source: POLICE,
    },
  ];
}

function codesOf(names: readonly string[]): Set<number> {
  return new Set(names.map((name) => TYPOLOGIES.findIndex((typology) => typology.name === name)));
}
