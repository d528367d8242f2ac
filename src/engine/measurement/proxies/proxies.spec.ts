import { readFileSync } from 'node:fs';
import { Xoshiro128 } from '../random.js';
import { association } from './association.js';
import { binned } from './bins.js';
import { proxies, type ProxyInput } from './proxies.js';
import { foretell } from './ridge.js';
import { sampleRows } from './sample.js';
import { ascending, separation } from './separation.js';

const golden = JSON.parse(readFileSync(new URL('./golden.json', import.meta.url), 'utf8')) as {
  cramersV: number[];
  uncertainty: number[];
  aucs: number[][];
  predictions: number[][];
};

const N = 1500;
const rows = Array.from({ length: N }, (_, i) => i);
const group = Uint8Array.from(rows, (i) => [0, 0, 0, 1, 1, 2][(i * 7907) % 6] ?? 0);
const x = Float64Array.from(rows, (i) => ((i * 48271) % 65537) / 65537 + 0.25 * (group[i] ?? 0));
const k = Int32Array.from(rows, (i) => (i % 4 === 0 ? 2 * (group[i] ?? 0) : (i * 31) % 7));
const foldOf = Uint8Array.from(rows, (i) => (i * 13) % 5);
const seven = { codes: k, names: [...'abcdefg'] };

test("Cramér's V and Theil's U, as SciPy and scikit-learn have them", () => {
  const { cramersV, uncertainty } = association(binned(seven, 10), group, 3);
  expect(cramersV.value).toBeCloseTo(golden.cramersV[0] ?? NaN, 12);
  expect(cramersV.low).toBeCloseTo(golden.cramersV[1] ?? NaN, 9);
  expect(cramersV.high).toBeCloseTo(golden.cramersV[2] ?? NaN, 9);
  expect(uncertainty.value).toBeCloseTo(golden.uncertainty[0] ?? NaN, 12);
  expect(uncertainty.chance).toBeCloseTo(golden.uncertainty[1] ?? NaN, 12);
});

test("ROC AUC with DeLong's variance", () => {
  const order = ascending(x);
  golden.aucs.forEach(([auc, variance], own) => {
    const found = separation(x, order, (row) => group[row] === own, null);
    expect(found.auc).toBeCloseTo(auc ?? NaN, 12);
    expect(found.variance).toBeCloseTo(variance ?? NaN, 12);
  });
});

test('ridge regression on indicators, each fold from the others, as scikit-learn has it', () => {
  const five = {
    bins: Uint16Array.from(rows, (i) => (i % 5 === 0 ? (group[i] ?? 0) : (i * 17) % 5)),
    count: 5,
  };
  const foretold = foretell([{ bins: Uint16Array.from(k), count: 7 }, five], group, 3, foldOf, 5);
  golden.predictions.forEach((values, row) =>
    values.forEach((value, own) => expect(foretold[own]?.[row]).toBeCloseTo(value, 9)),
  );
});

test('numbers are binned by mass, categories by how common they are; what is missing has a bin of its own', () => {
  expect([...binned(Float64Array.of(1, 2, 3, 4, NaN, 5, 6, 7, 8), 4).bins]).toEqual([
    0, 0, 1, 1, 4, 2, 2, 3, 3,
  ]);
  expect(binned(new Float64Array(50).fill(3), 10).count).toBe(1);
  const codes = Int32Array.of(0, 1, 1, 2, 2, 2, 3, -1);
  expect([...binned({ codes, names: ['a', 'b', 'c', 'd'] }, 3).bins]).toEqual([2, 1, 1, 0, 0, 0, 2, 3]);
});

/** A feature that stands in for the attribute, one that does not, and an attribute of two groups. */
function sample(strength: number, seed = 1): ProxyInput {
  const random = new Xoshiro128(seed, 0);
  const uniform = (): number => random.next() / 4294967296;
  const n = 3000;
  const codes = Int32Array.from({ length: n }, () => (uniform() < 0.4 ? 1 : 0));
  const proxy = Float64Array.from(codes, (code) => uniform() + strength * code);
  const noise = Float64Array.from(codes, () => uniform());
  const labels = Uint8Array.from(codes, () => (uniform() < 0.2 ? 1 : 0));
  const scores = Float64Array.from(
    codes,
    (_, row) => ((proxy[row] ?? 0) + (labels[row] ?? 0)) / (2 + strength),
  );
  return { features: { noise, proxy }, attribute: { codes, names: ['A', 'B'] }, scores, labels };
}

test('a proxy is found, alone and together, and in the score', () => {
  const found = proxies(sample(0.5));
  expect(found).toMatchObject({ rows: 3000, groups: 2 });
  expect(found.features.map(({ feature }) => feature)).toEqual(['proxy', 'noise']);
  const [proxy, noise] = found.features;
  expect(proxy?.cramersV.low).toBeGreaterThan(0.3);
  // P(u + ½ > v) of two uniforms is 1 − ½·½² = 0.875.
  expect(proxy?.auc).toMatchObject({ group: 'B' });
  expect(proxy?.auc?.low).toBeLessThan(0.875);
  expect(proxy?.auc?.high).toBeGreaterThan(0.875);
  expect(noise?.cramersV.low).toBe(0);
  expect(found.jointly.auc.low).toBeGreaterThan(0.8);
  expect(found.score[1]?.negatives.low).toBeGreaterThan(0.8);
  expect(found.score[0]?.negatives.value).toBeCloseTo(1 - (found.score[1]?.negatives.value ?? 0), 12);
});

test('negative control: an attribute that nothing stands in for is told by chance, in about 95 of 100 samples', () => {
  let [alone, together, low] = [0, 0, 0];
  for (let seed = 1; seed <= 100; seed++) {
    const found = proxies(sample(0, seed), { seed });
    if (found.features.every(({ cramersV }) => cramersV.low === 0)) alone++;
    const { auc } = found.jointly;
    if ((auc.low ?? 1) <= 0.5 && (auc.high ?? 0) >= 0.5) together++;
    if ((auc.high ?? 0) < 0.5) low++;
  }
  expect(alone).toBeGreaterThanOrEqual(85);
  expect(together).toBeGreaterThanOrEqual(88);
  expect(low).toBeLessThanOrEqual(8);
});

test('a monotone map of a feature changes nothing, nor does the order of the groups', () => {
  const input = sample(0.3);
  const mapped = {
    ...input,
    features: { ...input.features, proxy: (input.features['proxy'] as Float64Array).map((v) => Math.exp(v)) },
  };
  expect(proxies(mapped)).toEqual(proxies(input));
  const turned = {
    ...input,
    attribute: { codes: input.attribute.codes.map((code) => 1 - code), names: ['B', 'A'] },
  };
  const [one, other] = [proxies(input), proxies(turned)];
  expect(other.jointly.groups['A']?.value).toBeCloseTo(one.jointly.groups['A']?.value ?? NaN, 9);
  expect(other.features[0]?.cramersV.value).toBeCloseTo(one.features[0]?.cramersV.value ?? NaN, 12);
});

test('one group alone cannot be told from others, and that is said', () => {
  const input = sample(0.3);
  const attribute = { codes: input.attribute.codes.fill(0), names: ['A', 'B'] };
  expect(proxies({ ...input, attribute })).toMatchObject({
    reason: 'fewer than 2 groups have 100 rows',
    jointly: { auc: { value: null } },
  });
  expect(() => proxies({ ...input, labels: new Uint8Array(3) })).toThrow('labels: 3 values for 3000 rows');
});

test('of each entity one row, at most so many, the same for the same seed', () => {
  const entity = {
    codes: Int32Array.from({ length: 1000 }, (_, i) => i % 300),
    names: Array.from({ length: 300 }, (_, i) => `${i}`),
  };
  const chosen = sampleRows(1000, entity, 200, 5);
  expect(new Set([...chosen].map((row) => row % 300)).size).toBe(200);
  expect(chosen).toEqual(sampleRows(1000, entity, 200, 5));
  expect(chosen).not.toEqual(sampleRows(1000, entity, 200, 6));
  expect([...sampleRows(5, undefined, 100, 1)]).toEqual([0, 1, 2, 3, 4]);
});
