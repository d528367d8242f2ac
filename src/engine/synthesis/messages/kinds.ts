/** Written forms, by code: Cantonese in Traditional characters, mainland style in Simplified, Hong Kong English. */
export const LANGUAGES = ['yue-Hant-HK', 'zh-Hans-CN', 'en-HK'] as const;
export type Language = (typeof LANGUAGES)[number];

export const MEDIA = ['SMS', 'WHATSAPP', 'WECHAT', 'PHONE_CALL', 'EMAIL', 'SOCIAL_POST', 'APP_CHAT'] as const;
export type Medium = (typeof MEDIA)[number];

/** Scams that begin with words, as the Police and the HKMA name them in their warnings. */
export const SCAM_KINDS = [
  'SHOPPING',
  'TICKET',
  'CLICK_FARM',
  'INVESTMENT',
  'CRYPTO',
  'ROMANCE',
  'GUESS_WHO',
  'FAKE_OFFICIAL',
  'FAKE_CUSTOMER_SERVICE',
  'PHISHING',
  'ACCOUNT_HIJACK',
  'BUSINESS_EMAIL',
  'MULE_RECRUITMENT',
  'SCREEN_SHARE',
] as const;
export type ScamKind = (typeof SCAM_KINDS)[number];

/** One text in the three written forms, in the order of `LANGUAGES`. */
export type Written = readonly [yue: string, zhHans: string, en: string];

/**
 * A situation told in three languages. Each step is one turn of the arc; in a `PHONE_CALL` its lines alternate
 * between caller and recipient. A scam of one step demands at once, one of two opens and demands, one of three
 * opens, presses and demands. `{slots}` are those of slots.ts, the same in every language.
 *
 * Institutions in Hong Kong write standard Chinese in their notices and e-mails, and people write Cantonese to each
 * other: the first written form follows that usage.
 */
export interface Scenario {
  id: string;
  medium: Medium;
  /** What the phone shows as sender. A leading # is the mark of the SMS Sender Registration Scheme (OFCA). */
  sender: string | Written;
  steps: readonly Written[];
}
