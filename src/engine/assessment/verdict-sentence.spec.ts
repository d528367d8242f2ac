import { FAIRNESS_MEASURES, METRICS } from '../measurement/document.js';
import { LANGUAGES, METRIC_WORDS, verdictSentences, type Grounds } from './index.js';

const judged = { metric: 'rocAuc', comparator: '>=', threshold: 0.75 } as const;
const figures = { kind: 'INTERVAL', value: 0.8123, low: 0.79, high: 0.8311 } as const;

test('every metric that a criterion can name has words in every language, and none shares them', () => {
  const names = [...METRICS, ...FAIRNESS_MEASURES];
  expect(Object.keys(METRIC_WORDS).sort()).toEqual([...names].sort());
  for (const language of LANGUAGES) {
    for (const part of ['title', 'plainly'] as const) {
      const words = names.map((name) => METRIC_WORDS[name][part][language]);
      expect(words.filter((word) => word.trim() === '')).toEqual([]);
      expect(new Set(words).size).toBe(names.length);
    }
  }
});

test('each ground is told in three languages, with the same figures and with no word of another language', () => {
  const grounds: Grounds[] = [
    { ...figures, verdict: 'PASS' },
    { ...figures, verdict: 'FAIL' },
    { ...figures, verdict: 'INCONCLUSIVE' },
    { kind: 'NO_INTERVAL', value: 0.8123, reason: ({ reasons }) => reasons.none },
    { kind: 'TOO_SMALL', value: 0.8123, reason: ({ reasons }) => reasons.smallGroup(9, 100) },
    { kind: 'TOO_SMALL', value: null, reason: ({ reasons }) => reasons.fewGroups(100) },
    { kind: 'ABSENT', reason: ({ reasons }) => reasons.none },
    { kind: 'UNMEASURED', reason: ({ reasons }) => reasons.columnNotMeasured('sex') },
    { kind: 'HELD_BACK' },
  ];
  const told = grounds.map((ground) => verdictSentences(judged, ground));
  for (const language of LANGUAGES) {
    const sentences = told.map((sentence) => sentence[language]);
    expect(new Set(sentences).size).toBe(grounds.length);
    expect(sentences.every((sentence) => sentence.includes(METRIC_WORDS.rocAuc.title[language]))).toBe(true);
  }
  for (const sentence of told) {
    const numbers = (text: string): string[] => (text.match(/\d+(\.\d+)?/g) ?? []).sort();
    expect(numbers(sentence['zh-Hant'])).toEqual(numbers(sentence.en));
    expect(numbers(sentence['zh-Hans'])).toEqual(numbers(sentence.en));
    expect(sentence.en).not.toMatch(/[\u3400-\u9fff]/);
  }
});

test('the Chinese of each region is in its own script', () => {
  // Each character of the first is written as the one below it in the other script.
  const traditional = /[為於個數據無沒損誤標記評總對應類與統計圍斷說異實間過報從範錄組]/;
  const simplified = /[为于个数据无没损误标记评总对应类与统计围断说异实间过报从范录组]/;
  for (const { title, plainly } of Object.values(METRIC_WORDS)) {
    for (const words of [title, plainly]) {
      expect(words['zh-Hans']).not.toMatch(traditional);
      expect(words['zh-Hant']).not.toMatch(simplified);
    }
  }
});
