import { type Draft } from './events.js';

/** What a fraudulent payment is in its trace: the victim's own, the fraudster's in the victim's name, or the mules'. */
export const ROLES = ['VICTIM', 'IMPOSTOR', 'MULE_RELAY', 'MULE_EXIT'] as const;
export const Role = { Victim: 0, Impostor: 1, MuleRelay: 2, MuleExit: 3 } as const;

/** Never reported. */
export const NEVER = 0x7fffffff;

/** All that fraudsters do in one split, drawn from the split's own key. */
export interface Frauds {
  /**
   * As many rows as were asked for, every one inside the split, in time order; `origin` is the row's own place.
   * What an account cannot bear is drawn from savings first, as it is for honest payments: amounts hold. Where
   * `intent` says a share of the balance, the ledger writes the amount back here.
   */
  readonly draft: Draft;
  /** index into TYPOLOGIES, a row */
  readonly typology: Uint8Array;
  /** index into ROLES, a row */
  readonly role: Uint8Array;
  /** place in `episodes`, a row */
  readonly episode: Int32Array;
  /** seconds at which the bank learns of it, or NEVER, a row */
  readonly reportedAt: Int32Array;
  readonly episodes: Episodes;
  /** numbers for the cases that honest payments are wrongly reported as, one for each such report */
  readonly falseReports: Int32Array;
  readonly controls: Controls;
  /**
   * What the scripts bring to customers' accounts, in time order, whole cents: a click farm's payouts, sums from
   * victims at other banks into a mule's account. What a mule account gets from a customer's payment comes by that.
   */
  readonly inflows: {
    readonly customer: Int32Array;
    readonly time: Int32Array;
    /** index into INFLOW_KINDS */
    readonly kind: Uint8Array;
    readonly amount: Float64Array;
    /** place in `episodes` */
    readonly episode: Int32Array;
  };
  /** from when on the Suspicious Account Alert names a payee, the wrongly named included: ascending by second, each payee once */
  readonly alerted: { readonly payee: Int32Array; readonly from: Int32Array };
  /** sums stopped and sent back to the payer, in time order: row of `draft`, second, share of its amount */
  readonly recalls: {
    readonly origin: Int32Array;
    readonly time: Int32Array;
    readonly share: Float32Array;
  };
}

/** One line a case: who, how it began, and what it came to. */
export interface Episodes {
  readonly count: number;
  /** what a case is called in the tables, where the order of `episode` would tell its typology; a column of its own */
  readonly number: Int32Array;
  /** index into TYPOLOGIES */
  readonly typology: Uint8Array;
  /** the customer who pays: victim, or holder of a mule account */
  readonly victim: Int32Array;
  readonly onset: Int32Array;
  readonly reportedAt: Int32Array;
  /** payments of the case in the table */
  readonly payments: Int32Array;
  /** 1 where the split shows the case to its end */
  readonly complete: Uint8Array;
  /** the message or call that it began with: seed for messages/compose, or 0 where words played no part */
  readonly message: Uint32Array;
}

/** What the bank's controls did, attempts that came to nothing included; in time order. */
export interface Controls {
  readonly count: number;
  readonly time: Int32Array;
  readonly customer: Int32Array;
  readonly payee: Int32Array;
  /** whole cents */
  readonly amount: Int32Array;
  /** index into CONTROL_KINDS */
  readonly kind: Uint8Array;
  /** index into OUTCOMES */
  readonly outcome: Uint8Array;
}
export const CONTROL_KINDS = ['SUSPICIOUS_ACCOUNT_ALERT', 'DECLINE', 'RECALL'] as const;
export const Control = { Alert: 0, Decline: 1, Recall: 2 } as const;
export const OUTCOMES = ['WENT_ON', 'ABANDONED', 'DECLINED', 'RECOVERED', 'TOO_LATE'] as const;
export const Outcome = { WentOn: 0, Abandoned: 1, Declined: 2, Recovered: 3, TooLate: 4 } as const;
