export const PRODUCTS = ['INSTALMENT_LOAN', 'CREDIT_CARD', 'OVERDRAFT'] as const;
export const ProductCode = { Loan: 0, Card: 1, Overdraft: 2 } as const;

/** Kinds of a bad end: money ran out, or it was meant from the start. */
export const KINDS = ['NONE', 'DISTRESS', 'STACKED_LOANS', 'SYNTHETIC_IDENTITY', 'BUST_OUT'] as const;
export const Kind = { None: 0, Distress: 1, StackedLoans: 2, SyntheticIdentity: 3, BustOut: 4 } as const;

/** Bits of what a script, or a look-alike of it, makes of an applicant. */
export const Trait = {
  /** conduct without a fault before the application */
  Groomed: 1,
  /** a file that began months, not years, ago */
  ThinFile: 2,
  /** limits were raised, and are being drawn */
  Raised: 4,
  /** asks for as much as can be had */
  Greedy: 8,
} as const;

/** Still paying: no plan to go. */
export const STAYS = 255;

/** Applications of one month as columns, before they are lived. */
export interface Applications {
  readonly rows: number;
  readonly person: Int32Array;
  /** seconds, see months.ts */
  readonly time: Int32Array;
  /** index into PRODUCTS */
  readonly product: Uint8Array;
  readonly virtualBank: Uint8Array;
  /** index into KINDS; NONE where the life decides between NONE and DISTRESS */
  readonly kind: Uint8Array;
  /** bits of Trait */
  readonly traits: Uint8Array;
  /** months on book after which nothing is paid any more, or STAYS */
  readonly goneAfter: Uint8Array;
  readonly device: Int32Array;
  readonly phone: Int32Array;
  readonly address: Int32Array;
  /** number of the case, or −1 */
  readonly episode: Int32Array;
}

export function applicationsOf(rows: number): Applications {
  const room = (bytes: number) => new SharedArrayBuffer(rows * bytes);
  return {
    rows,
    person: new Int32Array(room(4)),
    time: new Int32Array(room(4)),
    product: new Uint8Array(room(1)),
    virtualBank: new Uint8Array(room(1)),
    kind: new Uint8Array(room(1)),
    traits: new Uint8Array(room(1)),
    goneAfter: new Uint8Array(room(1)),
    device: new Int32Array(room(4)),
    phone: new Int32Array(room(4)),
    address: new Int32Array(room(4)),
    episode: new Int32Array(room(4)),
  };
}

/** The rows in another order, column by column, so that who goes through them reads memory as it lies. */
export function inOrder(rows: Applications, order: Uint32Array): Applications {
  const sorted = applicationsOf(rows.rows);
  const move = (from: Int32Array | Uint8Array, to: Int32Array | Uint8Array) => {
    for (let place = 0; place < order.length; place += 1) to[place] = from[order[place] ?? 0] ?? 0;
  };
  for (const [name, column] of Object.entries(sorted) as [keyof Applications, unknown][])
    if (typeof column === 'object') move(rows[name] as Int32Array, column as Int32Array);
  return sorted;
}

/** One application; reused by its owner: nothing is allocated a row. */
export interface Application {
  person: number;
  time: number;
  product: number;
  virtualBank: number;
  kind: number;
  traits: number;
  goneAfter: number;
  device: number;
  phone: number;
  address: number;
  episode: number;
}

export function put(into: Applications, row: number, what: Application): void {
  into.person[row] = what.person;
  into.time[row] = what.time;
  into.product[row] = what.product;
  into.virtualBank[row] = what.virtualBank;
  into.kind[row] = what.kind;
  into.traits[row] = what.traits;
  into.goneAfter[row] = what.goneAfter;
  into.device[row] = what.device;
  into.phone[row] = what.phone;
  into.address[row] = what.address;
  into.episode[row] = what.episode;
}
