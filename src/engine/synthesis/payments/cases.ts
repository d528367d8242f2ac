import { type Group } from './typologies/casting.js';

/** How frauds are to be in one split. */
export interface FraudPlan {
  /** relative number of cases: by typology, in the order of TYPOLOGIES, a month of the split each */
  readonly weights: readonly (readonly number[])[];
  /** months of the version before this split */
  readonly monthsBefore: number;
  /** 0 … 1: how much fraudsters take care to look like the customer */
  readonly care: number;
  /** 0 … 1: how much of what care is left they learn in half a year */
  readonly drift: number;
  /** mean days from the last payment of a case to its report */
  readonly labelDelayDays: number;
  /** share of cases that are never reported, 0 … 1 */
  readonly labelNever: number;
  /** false reports as a share of all reported payments, 0 … below 1 */
  readonly labelWrong: number;
  /** share of payers who go on after a Suspicious Account Alert, 0 … 1 */
  readonly warningIgnored: number;
  readonly group?: Group;
}

/** Every case of a split while it is made, in the order of making; its rows stand together in the book. */
export interface Cases {
  count: number;
  readonly typology: Uint8Array;
  readonly victim: Int32Array;
  readonly onset: Int32Array;
  /** first row in the book, and one past the last row after the last case */
  readonly firstRow: Int32Array;
  readonly complete: Uint8Array;
  /** 0, or 1 + the kind of loss over all typologies whose parts the payments are */
  readonly lossKind: Uint8Array;
}

/** Room for as many cases as there are rows, since each has at least one. */
export function casesFor(rows: number): Cases {
  return {
    count: 0,
    typology: new Uint8Array(rows),
    victim: new Int32Array(rows),
    onset: new Int32Array(rows),
    firstRow: new Int32Array(rows + 1),
    complete: new Uint8Array(rows),
    lossKind: new Uint8Array(rows),
  };
}
