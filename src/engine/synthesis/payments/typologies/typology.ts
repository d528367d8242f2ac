import { type ScamKind } from '../../messages/kinds.js';
import { type Scene } from './scene.js';

/** Whom a script looks for: see casting.ts. */
export const CROWDS = [
  'ANYONE',
  'MAINLAND_STUDENTS',
  'LOCAL_STUDENTS',
  'NO_STUDENTS',
  'OLDER',
  'CARD_HOLDERS',
  'BUSINESS_OWNERS',
  'MULE_HOLDERS',
] as const;
export type Crowd = (typeof CROWDS)[number];

/** What a case takes in all: the mean over cases is met by raking, see conspire.ts. */
export interface Loss {
  /** HKD a case */
  readonly mean: number;
  /** standard deviation of the logarithm */
  readonly sigma: number;
}

/** A typology: a small script that reads like its description. */
export interface Typology {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** relative number of cases by default, near the cited counts where there are any (January to November 2025) */
  readonly cases: number;
  /** mean payments of a case: turns cases into rows, and is held to by a test */
  readonly payments: number;
  /** who is chosen, and for which share of the cases */
  readonly victims: readonly (readonly [crowd: Crowd, share: number])[];
  /** the kinds of loss that cases have; none where the script asks for what the account or the card holds */
  readonly losses: readonly Loss[];
  /** which of `losses` a victim has; the first unless said */
  lossOf?(scene: Scene): number;
  /** how long until it is reported, relative to other typologies */
  readonly lateness: number;
  /** what is said to the victim; absent where words play no part */
  readonly words?: ScamKind;
  play(scene: Scene): void;
}
