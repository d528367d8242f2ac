export interface FeatureSpec {
  readonly name: string;
  readonly definition: string;
  readonly unit: string;
  readonly window: string;
}

const NOW = 'this transfer';
const ALL = 'all earlier transfers in the table';
const FADE_1 = 'fading, mean life 1 day';
const FADE_7 = 'fading, mean life 7 days';
const FADE_28 = 'fading, mean life 28 days';
const LATEST = 'the last 8 counterparties of each end and direction';

/**
 * Sums below which Hong Kong asks less: remittances and wire transfers of HK$8,000 and other occasional transactions
 * of HK$120,000 call for customer due diligence (Cap. 615, Anti-Money Laundering and Counter-Terrorist Financing
 * Ordinance, schedule 2, section 3).
 */
export const THRESHOLDS_HKD = [8_000, 120_000] as const;

const SPECS: readonly (readonly [name: string, definition: string, unit: string, window: string])[] = [
  ['amount', 'Amount of the transfer', 'HKD', NOW],
  ['hour', 'Hour of the day with its fraction', 'hours, 0 to 24', NOW],
  ['restDay', '1 on Saturdays, Sundays and general holidays', '0 or 1', NOW],
  ['isFps', '1 when sent over FPS', '0 or 1', NOW],
  ['isWire', '1 when sent or received across the border by wire', '0 or 1', NOW],
  ['isCash', '1 when cash is paid in or drawn', '0 or 1', NOW],
  ['isStoredValue', '1 when a stored value purse is topped up or emptied', '0 or 1', NOW],
  ['roundness', 'Zeros at the end of the amount in whole dollars; 0 with cents', 'count, 0 to 6', NOW],
  [
    'belowThreshold',
    'Amount over the next of HK$8,000 and HK$120,000 above it; 0 from HK$120,000 on',
    'ratio, 0 to 1',
    NOW,
  ],
  ['amountToBalance', 'Amount over what the sender held just before', 'ratio, 0 to 1', NOW],
  [
    'senderDeviation',
    'Logarithm of the amount less its mean over the sender’s earlier outgoing transfers, over its standard deviation; shrunk to a prior of weight 4',
    'standard deviations',
    ALL,
  ],
  [
    'receiverDeviation',
    'The same over the receiver’s earlier incoming transfers',
    'standard deviations',
    ALL,
  ],
  ['senderOut1d', 'Earlier transfers that the sender sent', 'count', FADE_1],
  ['senderOut7d', 'Earlier transfers that the sender sent', 'count', FADE_7],
  ['senderIn7d', 'Earlier transfers that the sender received', 'count', FADE_7],
  ['receiverIn1d', 'Earlier transfers that the receiver received', 'count', FADE_1],
  ['receiverIn7d', 'Earlier transfers that the receiver received', 'count', FADE_7],
  ['receiverOut7d', 'Earlier transfers that the receiver sent', 'count', FADE_7],
  ['senderNewPayees28d', 'Earlier transfers of the sender to accounts that were new to it', 'count', FADE_28],
  [
    'receiverNewPayers28d',
    'Earlier transfers to the receiver from accounts that were new to it',
    'count',
    FADE_28,
  ],
  [
    'senderPassThrough7d',
    'The smaller over the larger of what the sender received and what it sent, this transfer included',
    'ratio, 0 to 1',
    FADE_7,
  ],
  [
    'receiverPassThrough7d',
    'The smaller over the larger of what the receiver received, this transfer included, and what it sent',
    'ratio, 0 to 1',
    FADE_7,
  ],
  ['senderHoursSinceIn', 'Time since the sender last received anything, at most 720', 'hours', ALL],
  ['amountToLastIn', 'Amount over the last amount that the sender received, at most 10', 'ratio', ALL],
  ['senderIdleHours', 'Time since the sender last sent or received, at most 2,160', 'hours', ALL],
  ['receiverIdleHours', 'Time since the receiver last sent or received, at most 2,160', 'hours', ALL],
  [
    'senderWokenDays',
    'Length of the sender’s last rest of 14 days or more, if it ended within 7 days, otherwise 0',
    'days',
    ALL,
  ],
  [
    'receiverWokenDays',
    'Length of the receiver’s last rest of 14 days or more, if it ended within 7 days, otherwise 0',
    'days',
    ALL,
  ],
  ['pairKnownDays', 'Days since the sender last paid the receiver, −1 when not remembered', 'days', LATEST],
  ['returnDays', 'Days since the receiver last paid the sender, −1 when not remembered', 'days', LATEST],
  [
    'trianglesClosed28d',
    'Accounts that the receiver paid before they paid the sender: cycles of three that this transfer closes, institutions left out',
    'count',
    `28 days, among ${LATEST}`,
  ],
  [
    'commonSources28d',
    'Other payers of the receiver that were last paid by the same account as the sender was, institutions left out',
    'count',
    `28 days, among ${LATEST}`,
  ],
  ['sameBank', '1 when both accounts are at the same bank', '0 or 1', NOW],
  ['senderBanksPaid', 'Banks whose accounts the sender has paid', 'count', ALL],
  ['senderCashIn28d', 'Share of cash in what the sender received', 'share', FADE_28],
  [
    'senderAbroad28d',
    'Share of money from or to abroad in what the sender received and sent',
    'share',
    FADE_28,
  ],
  ['senderAgeDays', 'Age of the sender’s account, at most 3,650', 'days', NOW],
  ['receiverAgeDays', 'Age of the receiver’s account, at most 3,650', 'days', NOW],
  ['senderKind', 'Sender: 0 person, 1 organisation, 2 institution', 'code', NOW],
  ['receiverKind', 'Receiver: 0 person, 1 organisation, 2 institution', 'code', NOW],
  ['senderOwnershipDepth', 'Organisations between the sender and the person who owns it', 'count', NOW],
  ['receiverOwnershipDepth', 'Organisations between the receiver and the person who owns it', 'count', NOW],
  ['related', '1 when one end holds or owns the other, or both have the same owner', '0 or 1', NOW],
  ['history', 'Earlier transfers of the sender in the table', 'count', ALL],
];

/** The feature columns in their order. "Earlier" is an earlier row: rows are in time order. */
export const FEATURES: readonly FeatureSpec[] = SPECS.map(([name, definition, unit, window]) => ({
  name,
  definition,
  unit,
  window,
}));

const place = (name: string) => SPECS.findIndex(([known]) => known === name);

/** Columns that are lost together when their source fails: files on accounts, files on companies, the other bank. */
export const SOURCES: readonly (readonly number[])[] = [
  ['senderAgeDays', 'receiverAgeDays'].map(place),
  ['senderOwnershipDepth', 'receiverOwnershipDepth', 'related'].map(place),
  [
    'receiverDeviation',
    'receiverIn1d',
    'receiverIn7d',
    'receiverOut7d',
    'receiverNewPayers28d',
    'receiverPassThrough7d',
    'receiverIdleHours',
    'receiverWokenDays',
  ].map(place),
];
