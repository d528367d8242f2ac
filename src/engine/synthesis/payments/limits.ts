/** What channels let pass, in cents of a Hong Kong dollar. */

/** Most that a stored value purse holds: HK$3,000 (Octopus; td.gov.hk). */
export const PURSE_LIMIT = 300_000;

/** Hong Kong dollars a renminbi: a round rate near that of the reference year; convention of this preset. */
export const HKD_PER_RMB = 1.08;

const rmb = (yuan: number): number => Math.floor(yuan * HKD_PER_RMB * 100);

/** e-CNY wallet opened with a phone number alone: RMB 2,000 a transaction, 10,000 held, 50,000 a year (second-hand). */
export const E_CNY_TRANSACTION_LIMIT = rmb(2_000);
export const E_CNY_BALANCE_LIMIT = rmb(10_000);
export const E_CNY_YEAR_LIMIT = rmb(50_000);

/** Cross-border Payment Connect: HK$10,000 a day and HK$200,000 a year (second-hand). */
export const PAYMENT_CONNECT_DAY_LIMIT = 1_000_000;
export const PAYMENT_CONNECT_YEAR_LIMIT = 20_000_000;

/** What a bank lets a customer send to a telephone number or e-mail at once: HK$10,000; convention of this preset. */
export const PROXY_LIMIT = 1_000_000;
