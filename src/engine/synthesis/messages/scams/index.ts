import type { ScamKind, Scenario } from '../kinds.js';
import { FAKE_CUSTOMER_SERVICE, FAKE_OFFICIAL, SCREEN_SHARE } from './authority.js';
import { ACCOUNT_HIJACK, BUSINESS_EMAIL, PHISHING } from './intrusion.js';
import { GUESS_WHO, MULE_RECRUITMENT, ROMANCE } from './persona.js';
import { SHOPPING, TICKET } from './purchases.js';
import { CLICK_FARM, CRYPTO, INVESTMENT } from './riches.js';

/** Scams by kind. */
export const SCAMS: Readonly<Record<ScamKind, readonly Scenario[]>> = {
  SHOPPING,
  TICKET,
  CLICK_FARM,
  INVESTMENT,
  CRYPTO,
  ROMANCE,
  GUESS_WHO,
  FAKE_OFFICIAL,
  FAKE_CUSTOMER_SERVICE,
  PHISHING,
  ACCOUNT_HIJACK,
  BUSINESS_EMAIL,
  MULE_RECRUITMENT,
  SCREEN_SHARE,
};
