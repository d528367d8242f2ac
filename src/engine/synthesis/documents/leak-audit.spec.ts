import { type ColumnSpec, type Split, type TableSpec } from '../preset.js';
import { auditLeaks, type LeakAudit } from './leak-audit.js';
import { Sample } from './sample.js';

const ROWS = 12_000;
const described = { definition: 'as the test says', unit: 'number' };

/** What a planted split is made of; `ids` are entities, `control` the random attribute. */
interface Planted {
  label: (row: number) => number;
  features: Record<string, (row: number, label: number) => number>;
  optional?: readonly string[];
  customer?: (row: number, label: number) => number;
  control?: (row: number, label: number) => number;
  month?: (row: number) => number;
  time?: (row: number, label: number) => number;
}

function sampleOf({ label, features, optional = [], customer, control, month, time }: Planted): Sample {
  const column = (name: string, type: ColumnSpec['type'], role: ColumnSpec['role']): ColumnSpec => ({
    name,
    type,
    role,
    ...described,
    optional: optional.includes(name),
  });
  const tables: TableSpec[] = [
    {
      name: 'features',
      description: '',
      per: 'split',
      columns: [
        column('customer_id', 'int32', 'entity'),
        column('event_time', 'timestamp', 'time'),
        ...Object.keys(features).map((name) => column(name, 'float32', 'feature')),
      ],
    },
    {
      name: 'protected',
      description: '',
      per: 'split',
      columns: [{ ...column('control', 'string', 'control'), dictionary: ['no', 'yes'] }],
    },
  ];
  const rows = Array.from({ length: ROWS }, (_, row) => row);
  const truth = Uint8Array.from(rows, label);
  const at = (row: number) => truth[row] ?? 0;
  const sample = new Sample(tables);
  sample.take({
    rows: ROWS,
    tables: {
      features: [
        Int32Array.from(rows, (row) => customer?.(row, at(row)) ?? Math.floor(3_000 * noise(row, 90))),
        Float64Array.from(rows, (row) => time?.(row, at(row)) ?? 37 * row),
        ...Object.values(features).map((value) => Float32Array.from(rows, (row) => value(row, at(row)))),
      ],
      protected: [Uint8Array.from(rows, (row) => control?.(row, at(row)) ?? (noise(row, 91) < 0.5 ? 0 : 1))],
    },
    truth,
    month: Uint8Array.from(rows, (row) => month?.(row) ?? Math.floor((3 * row) / ROWS)),
  });
  return sample;
}

const { imul } = Math;

/** Uniform in [0, 1), another for every salt. */
function noise(row: number, salt: number): number {
  let h = imul(row ^ 0x9e3779b9, 0x85ebca6b) ^ imul(salt + 1, 0xc2b2ae35);
  h = imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32;
}

/** Nearly normal, mean 0 and deviation 1. */
function bell(row: number, salt: number): number {
  const one = (part: number) => noise(row, 4 * salt + 1_000 + part);
  return (one(0) + one(1) + one(2) + one(3) - 2) * 1.732;
}

/** Two in a hundred are positive, and three features say something of it together: nothing is wrong with this. */
const sound: Planted = {
  label: (row) => (noise(row, 0) < 0.02 ? 1 : 0),
  features: {
    first: (row, one) => bell(row, 1) + 1.1 * one,
    second: (row, one) => bell(row, 2) - one,
    third: (row, one) => bell(row, 3) + 0.9 * one,
    noise: (row) => noise(row, 4),
  },
};

const both = (planted: Planted): [development: LeakAudit, evaluation: LeakAudit] => {
  const later: Planted = { ...planted, label: (row) => (noise(row, 50) < 0.02 ? 1 : 0) };
  const audits = auditLeaks([
    ['development', sampleOf(planted)],
    ['evaluation', sampleOf(later)],
  ] as [Split, Sample][]);
  return audits as [LeakAudit, LeakAudit];
};
const audited = (planted: Planted): LeakAudit => both(planted)[0];
const failing = (audit: LeakAudit) => audit.gates.filter(({ passed }) => !passed).map(({ name }) => name);
const sentence = (audit: LeakAudit, name: string) => audit.gates.find((gate) => gate.name === name)?.sentence;
const adding = (features: Planted['features']): Planted => ({
  ...sound,
  features: { ...sound.features, ...features },
});

describe('leak audit', () => {
  it('passes splits with nothing wrong, and judges the baseline on the one it was not grown on', () => {
    const [development, evaluation] = both(sound);
    expect([failing(development), failing(evaluation)]).toEqual([[], []]);
    expect(development.baseline).toBeNull();
    expect(evaluation.baseline?.auc).toBeGreaterThan(0.85);
    expect(evaluation.baseline?.grownOn).toBe('development');
    expect(evaluation.control?.baselineScore?.standardError).toBeGreaterThan(0);
  });

  it('judges a lone split on its last part', () => {
    const [audit] = auditLeaks([['sealed', sampleOf(sound)]]);
    expect(audit?.baseline?.grownOn).toBe('the first 60% of sealed');
    expect(audit?.gates.map(({ passed }) => passed)).not.toContain(false);
  });

  it('finds a single feature that solves the split, and the label under another name', () => {
    const audit = audited(adding({ leak: (row, one) => bell(row, 5) + 3 * one, same: (_, one) => 5 - one }));
    expect(failing(audit)).toEqual([
      'best single feature ROC AUC',
      'depth-2 tree average precision',
      'no feature is the label',
    ]);
    expect(audit.singleFeatureAuc.slice(0, 2).map(({ feature }) => feature)).toEqual(['same', 'leak']);
    expect(audit.labelDuplicates).toEqual(['same']);
    expect(sentence(audit, 'best single feature ROC AUC')).toBe(
      'Low same alone ranks positives with ROC AUC 1',
    );
  });

  it('finds by two questions what no single feature shows', () => {
    // Positive exactly where two coins differ, more often on one side so that there is a first cut.
    const coin = (row: number) => (noise(row, 6) < 0.5 ? 1 : 0);
    const other = (row: number, one: number) => (coin(row) + one) % 2;
    const audit = audited({
      ...sound,
      features: { coin, other, noise: (row) => noise(row, 4) },
      label: (row) => (noise(row, 0) < 0.01 + 0.09 * coin(row) ? 1 : 0),
    });
    expect(audit.singleFeatureAuc[0]?.auc).toBeLessThan(0.9);
    expect(failing(audit)).toEqual(['depth-2 tree average precision']);
    expect(audit.depth2Tree?.averagePrecision).toBe(1);
    expect(audit.depth2Tree?.rules.join()).toContain('coin > 0 and other <= 0: 616 of 616');
  });

  it('finds a baseline that has nothing to find, and one that finds all', () => {
    const nothing = both({ ...sound, features: { a: (row) => noise(row, 1), b: (row) => noise(row, 2) } })[1];
    expect(failing(nothing)).toEqual(['baseline ROC AUC, at least']);
    const eight = Object.fromEntries(
      Array.from({ length: 8 }, (_, f) => [`f${f}`, (row: number, one: number) => bell(row, f) + 1.3 * one]),
    );
    expect(failing(both({ ...sound, features: eight })[1])).toEqual(['baseline ROC AUC, at most']);
  });

  it('finds entities whose numbers give them away', () => {
    const audit = audited({
      ...sound,
      customer: (row, one) => Math.floor(3_000 * noise(row, 8)) + 2_500 * one,
    });
    expect(failing(audit)).toEqual(['ids say nothing']);
    expect(sentence(audit, 'ids say nothing')).toContain('customer_id read as a number');
  });

  it('finds rows whose order gives them away', () => {
    const audit = audited({ ...sound, label: (row) => (row > 0.9 * ROWS && noise(row, 0) < 0.2 ? 1 : 0) });
    expect(failing(audit)).toContain('ids say nothing');
    expect(sentence(audit, 'ids say nothing')).toContain('order of rows');
  });

  it('finds times of a second that honest rows do not have', () => {
    const audit = audited({ ...sound, time: (row, one) => (one === 1 ? 60 * row : 60 * row + (row % 60)) });
    expect(failing(audit)).toEqual(['ids say nothing']);
    expect(sentence(audit, 'ids say nothing')).toContain('event_time, second of the minute');
  });

  it('finds missing values that depend on the label', () => {
    const lost = (row: number, one: number) =>
      noise(row, 9) < 0.05 + 0.6 * one ? Number.NaN : noise(row, 10);
    const audit = audited({ ...adding({ lost }), optional: ['lost'] });
    expect(failing(audit)).toEqual(['missing values say little']);
    expect(audit.missing[0]?.feature).toBe('lost');
    expect(audit.missing[0]?.auc).toBeCloseTo(0.8, 1);
    expect(audit.notFinite).toBe(0);
  });

  it('lets values be missing by chance, but only where that is declared', () => {
    const lost = (row: number) => (noise(row, 9) < 0.1 ? Number.NaN : noise(row, 10));
    expect(failing(audited({ ...adding({ lost }), optional: ['lost'] }))).toEqual([]);
    const audit = audited(adding({ lost, infinite: (row) => (row === 5 ? Infinity : noise(row, 10)) }));
    expect(failing(audit)).toEqual(['values that are not finite']);
    const missing = Array.from({ length: ROWS }, (_, row) => lost(row)).filter(Number.isNaN).length;
    expect(audit.notFinite).toBe(missing + 1);
  });

  it('names constants', () => {
    expect(audited(adding({ constant: () => 3 })).constantFeatures).toEqual(['constant']);
  });

  it('finds a month without a positive', () => {
    const gap: Planted = { ...sound, label: (row) => (row % 3 !== 1 && noise(row, 0) < 0.02 ? 1 : 0) };
    const audit = audited({ ...gap, month: (row) => row % 3 });
    expect(failing(audit)).toEqual(['no month without a positive']);
    expect(sentence(audit, 'no month without a positive')).toMatch(/: month 1$/);
    expect(audit.months).toHaveLength(3);
  });

  it('finds a feature that turns over between eras', () => {
    const turning = (row: number, one: number) => bell(row, 11) + one * (row < ROWS / 2 ? 1 : -1);
    const audit = audited(adding({ turning }));
    expect(failing(audit)).toEqual(['no feature turns over between eras']);
    expect(audit.eraFlips[0]?.feature).toBe('turning');
    expect(audit.eraFlips[0]?.first).toBeGreaterThan(0.7);
    expect(audit.eraFlips[0]?.second).toBeLessThan(0.3);
  });

  it('finds a random attribute that is not random, in labels and in the scores of the innocent', () => {
    const ofLabel = audited({ ...sound, control: (row, one) => (noise(row, 12) < 0.5 + 0.2 * one ? 1 : 0) });
    expect(failing(ofLabel)).toEqual(['random attribute, label']);
    const ofFeature = both({ ...sound, control: (row) => (bell(row, 1) < 0 ? 1 : 0) })[1];
    expect(failing(ofFeature)).toContain('random attribute, baseline score');
  });

  it('leaves out what a split of one class can not answer', () => {
    const [audit] = auditLeaks([['development', sampleOf({ ...sound, label: () => 0 })]]);
    expect(audit).toMatchObject({ positives: 0, singleFeatureAuc: [], depth2Tree: null, baseline: null });
    expect(audit?.gates.every(({ reached }) => Number.isFinite(reached))).toBe(true);
  });
});
