import { type Draft } from './events.js';

/** What a fraudulent payment is in its trace: the victim's own, the fraudster's in the victim's name, or the mules'. */
export const ROLES = ['VICTIM', 'IMPOSTOR', 'MULE_RELAY', 'MULE_EXIT'] as const;

/** Never reported. */
export const NEVER = 0x7fffffff;

/** All that fraudsters do in one split, drawn from the split's own key. */
export interface Frauds {
  /** as many rows as were asked for, every one inside the split; `origin` is the row's own place */
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
  readonly controls: Controls;
  /** from when on the Suspicious Account Alert names a payee: payee and second, ascending by second */
  readonly alerted: { readonly payee: Int32Array; readonly from: Int32Array };
  /**
   * what the scripts bring to customers' accounts, ascending by second: a click farm's payouts, sums from other banks
   * into a mule's account, savings that a victim moves to pay with; whole cents
   */
  readonly inflows: {
    readonly customer: Int32Array;
    readonly time: Int32Array;
    /** index into INFLOW_KINDS */
    readonly kind: Uint8Array;
    readonly amount: Float64Array;
  };
  /** sums stopped and sent back to the payer, ascending by second, as a share of an earlier fraudulent row's amount */
  readonly recalls: {
    readonly origin: Int32Array;
    readonly time: Int32Array;
    readonly share: Float32Array;
  };
}

/** One line a case: who, how it began, and what it came to. */
export interface Episodes {
  readonly count: number;
  readonly typology: Uint8Array;
  readonly victim: Int32Array;
  readonly onset: Int32Array;
  readonly reportedAt: Int32Array;
  /** the message or call that it began with: seed for messages/compose, or 0 where words played no part */
  readonly message: Uint32Array;
}

/** What the bank's controls did, attempts that came to nothing included. */
export interface Controls {
  readonly count: number;
  readonly time: Int32Array;
  readonly customer: Int32Array;
  readonly payee: Int32Array;
  readonly amount: Int32Array;
  /** index into CONTROL_KINDS */
  readonly kind: Uint8Array;
  /** index into OUTCOMES */
  readonly outcome: Uint8Array;
}
export const CONTROL_KINDS = ['SUSPICIOUS_ACCOUNT_ALERT', 'DECLINE', 'RECALL'] as const;
export const OUTCOMES = ['WENT_ON', 'ABANDONED', 'DECLINED', 'RECOVERED', 'TOO_LATE'] as const;
