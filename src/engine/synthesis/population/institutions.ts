/** Kinds are those that the HKMA licenses; names are invented, and shares of payees' accounts a convention. */
export const BANK_KINDS = ['RETAIL_BANK', 'VIRTUAL_BANK', 'WALLET'] as const;
export const BankKind = { Retail: 0, Virtual: 1, Wallet: 2 } as const;

/** The first is the bank whose customers are played. */
export const BANKS: readonly (readonly [name: string, kind: number, share: number])[] = [
  ['Carp Bay Bank', BankKind.Retail, 0],
  ['Green Conch Bank', BankKind.Retail, 30],
  ['Tidewatch Bank', BankKind.Retail, 22],
  ['Red Banyan Bank', BankKind.Retail, 16],
  ['Stonecutter Bank', BankKind.Retail, 9],
  ['Tern Digital Bank', BankKind.Virtual, 8],
  ['Lantern Bank', BankKind.Virtual, 5],
  ['Kapok One', BankKind.Virtual, 3],
  ['Ripplet Wallet', BankKind.Wallet, 4],
  ['Paddle Pay', BankKind.Wallet, 3],
];

/** Cumulative shares over the banks other than the first, for accounts of shops and strangers. */
export const OTHER_BANKS: readonly number[] = BANKS.map(([, , share]) => share);

/** Second accounts are more often at virtual banks and wallets than first ones are. */
export const SECOND_BANKS: readonly number[] = BANKS.map(([, kind, share]) =>
  kind === BankKind.Retail ? share * 0.6 : share * 2.4,
);
