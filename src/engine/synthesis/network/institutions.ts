import { BANKS as KNOWN, BankKind } from '../population/institutions.js';

/** The banks and wallets of the network; OUTSIDE keeps the accounts of what is no part of it. */
export const BANKS: readonly string[] = [...KNOWN.map(([name]) => name), 'Outside the network'];
export const NETWORK_BANKS = KNOWN.length;
const OUTSIDE = NETWORK_BANKS;
/** Shares of first accounts by size of bank: conventions of this preset. Wallets keep second accounts only. */
export const BANK_SHARES = KNOWN.map(([, kind], bank) =>
  kind === BankKind.Retail ? 24 / (1 + 0.5 * bank) : kind === BankKind.Virtual ? 2.5 : 0,
);
/** Second accounts are more often at virtual banks and wallets. */
export const SECOND_BANK_SHARES = KNOWN.map(([, kind], bank) =>
  kind === BankKind.Retail ? 12 / (1 + 0.5 * bank) : kind === BankKind.Virtual ? 8 : 4,
);

export interface Institution {
  readonly name: string;
  readonly kind:
    | 'CASH'
    | 'ACQUIRER'
    | 'STORED_VALUE'
    | 'GOVERNMENT'
    | 'UTILITY'
    | 'BROKER'
    | 'VIRTUAL_ASSET'
    | 'OTHER_BANK'
    | 'CORRESPONDENT';
  /** index into BANKS */
  readonly bank: number;
  /** index into CURRENCIES */
  readonly currency: number;
}

/**
 * The world outside, one account an institution: what the network sees of cash, cards, stored value and foreign
 * banks. A correspondent's account stands for all accounts in its country.
 */
export const INSTITUTIONS: readonly Institution[] = [
  ...KNOWN.map(([name], bank) => ({
    name: `Cash at ${name}`,
    kind: 'CASH' as const,
    bank,
    currency: 0,
  })),
  ...['ACQUIRER_A', 'ACQUIRER_B'].map((name) => outside(name, 'ACQUIRER')),
  ...['PURSE_A', 'PURSE_B', 'PURSE_C'].map((name) => outside(name, 'STORED_VALUE')),
  outside('TREASURY', 'GOVERNMENT'),
  ...['POWER_AND_GAS', 'TELEPHONE', 'WATER_AND_RATES', 'INSURANCE'].map((name) => outside(name, 'UTILITY')),
  ...['BROKER_A', 'BROKER_B', 'BROKER_C'].map((name) => outside(name, 'BROKER')),
  ...['TOKEN_EXCHANGE_A', 'TOKEN_EXCHANGE_B'].map((name) => outside(name, 'VIRTUAL_ASSET')),
  ...['OTHER_BANK_A', 'OTHER_BANK_B', 'OTHER_BANK_C', 'OTHER_BANK_D'].map((name) =>
    outside(name, 'OTHER_BANK'),
  ),
  ...[
    'MAINLAND_CHINA',
    'UNITED_STATES',
    'UNITED_KINGDOM',
    'EURO_AREA',
    'SINGAPORE',
    'JAPAN',
    'TAIWAN',
    'PHILIPPINES',
    'INDONESIA',
    'AUSTRALIA',
    'UNITED_ARAB_EMIRATES',
  ].map((name, place) => ({ ...outside(name, 'CORRESPONDENT'), currency: place + 1 })),
];

function outside(name: string, kind: Institution['kind']): Institution {
  return { name, kind, bank: OUTSIDE, currency: 0 };
}

/** First institution of a kind, and how many there are: those of a kind stand together. */
export interface Desk {
  readonly first: number;
  readonly count: number;
}

function desk(kind: Institution['kind']): Desk {
  return {
    first: INSTITUTIONS.findIndex((institution) => institution.kind === kind),
    count: INSTITUTIONS.filter((institution) => institution.kind === kind).length,
  };
}

/** Cash desk of bank b is institution b. */
export const ACQUIRERS = desk('ACQUIRER');
export const PURSES = desk('STORED_VALUE');
export const TREASURY = desk('GOVERNMENT');
export const UTILITIES = desk('UTILITY');
export const BROKERS = desk('BROKER');
export const TOKEN_EXCHANGES = desk('VIRTUAL_ASSET');
export const OTHER_BANKS = desk('OTHER_BANK');
export const CORRESPONDENTS = desk('CORRESPONDENT');

/** The index into CURRENCIES of each institution's currency. */
export const INSTITUTION_CURRENCY = Uint8Array.from(INSTITUTIONS, ({ currency }) => currency);
/** 1 for accounts abroad. */
export const ABROAD = Uint8Array.from(INSTITUTIONS, ({ kind }) => (kind === 'CORRESPONDENT' ? 1 : 0));
