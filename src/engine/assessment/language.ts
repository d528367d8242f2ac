/** Those in which a verdict is told: English, and Chinese in Hong Kong's and in the Mainland's written form. */
export const LANGUAGES = ['en', 'zh-Hant', 'zh-Hans'] as const;

export type Language = (typeof LANGUAGES)[number];

export type Translated = Readonly<Record<Language, string>>;
