import type { FairnessMeasure, MetricName } from '../measurement/document.js';
import { LANGUAGES, type Language, type Translated } from './language.js';
import { METRIC_WORDS } from './words/metrics.js';
import { PHRASES, type Phrases, type Place } from './words/phrases.js';

/** What a verdict rests on, as far as it is told. Numbers are those that its reader may see. */
export type Grounds =
  | { kind: 'INTERVAL'; verdict: 'PASS' | 'FAIL' | 'INCONCLUSIVE'; value: number; low: number; high: number }
  | { kind: 'NO_INTERVAL'; value: number; reason: Said }
  | { kind: 'TOO_SMALL'; value: number | null; reason: Said }
  | { kind: 'ABSENT'; reason: Said }
  | { kind: 'UNMEASURED'; reason: Said }
  | { kind: 'HELD_BACK' };

/** Why, in each language. */
export type Said = (phrases: Phrases) => string;

export interface Judged extends Place {
  metric: MetricName | FairnessMeasure;
  comparator: '>=' | '<=';
  threshold: number;
  /** Groups that were left out of a comparison. */
  leftOut?: readonly { name: string; rows: number }[];
}

/** A verdict in words, made from its numbers alone: the same numbers give the same words in every language. */
export function verdictSentences(judged: Judged, grounds: Grounds): Translated {
  return Object.fromEntries(
    LANGUAGES.map((language) => [language, verdictSentence(language, judged, grounds)]),
  ) as Record<Language, string>;
}

function verdictSentence(language: Language, judged: Judged, grounds: Grounds): string {
  const phrases = PHRASES[language];
  const words = METRIC_WORDS[judged.metric];
  const subject = phrases.subject(words.title[language], words.plainly[language], judged);
  const required = phrases.required(judged.comparator === '>=', String(judged.threshold));
  const said = spoken(phrases, judged, grounds, subject, required);
  const { leftOut = [] } = judged;
  if (leftOut.length === 0) return said;
  return `${said}${language === 'en' ? ' ' : ''}${phrases.leftOut(leftOut)}`;
}

function spoken(
  phrases: Phrases,
  { threshold }: Judged,
  grounds: Grounds,
  subject: string,
  required: string,
): string {
  switch (grounds.kind) {
    case 'INTERVAL': {
      const [point, low, high] = apart([grounds.value, grounds.low, grounds.high], threshold);
      const figures = { point, low, high };
      if (grounds.verdict === 'PASS') return phrases.passes(subject, figures, required);
      if (grounds.verdict === 'FAIL') return phrases.fails(subject, figures, required);
      return phrases.straddles(subject, figures, required);
    }
    case 'NO_INTERVAL': {
      const [point] = apart([grounds.value], threshold);
      return phrases.noInterval(subject, point, required, grounds.reason(phrases));
    }
    case 'TOO_SMALL': {
      const reason = grounds.reason(phrases);
      if (grounds.value === null) return phrases.tooSmall(subject, reason);
      return phrases.tooSmallWithValue(subject, apart([grounds.value], threshold)[0], reason);
    }
    case 'ABSENT':
      return phrases.doesNotExist(subject, grounds.reason(phrases));
    case 'UNMEASURED':
      return phrases.notMeasured(subject, grounds.reason(phrases));
    case 'HELD_BACK':
      return phrases.heldBack(subject, required);
  }
}

/** Numbers with four decimals, or as many more as it takes to tell each from the threshold. */
function apart<const T extends readonly number[]>(values: T, threshold: number): { [K in keyof T]: string } {
  return values.map((value) => {
    for (let digits = 4; digits <= 15; digits++) {
      const text = value.toFixed(digits);
      const same = Number(text) === threshold;
      const swapped = Math.sign(Number(text) - threshold) !== Math.sign(value - threshold);
      if (value === threshold || (!same && !swapped)) return String(Number(text));
    }
    return String(value);
  }) as { [K in keyof T]: string };
}
