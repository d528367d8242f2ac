import fc from 'fast-check';
import { type Picture } from '../preset.js';
import { isRealistic, isWithin } from './datasheet.js';
import { judge } from './judgement.js';
import { type LeakAudit } from './leak-audit.js';
import { toHtml, toMarkdown, type Block } from './page.js';
import { draw } from './pictures.js';
import { escapeMarkdown, escapeMarkup, plainNumber } from './wording.js';

const WELL_FORMED = /^(?:[^<&]|&(?:amp|lt|gt|quot|#39);|<\/?[a-zA-Z][^<>]*>)*$/;

/** Numbers in attributes that a renderer would choke on. */
const NO_NUMBER = /="[^"]*(?:NaN|Infinity|undefined)[^"]*"/;

const number = fc.double({ noDefaultInfinity: true });
const words = fc.string({ unit: 'binary', maxLength: 50 });
const pictures: fc.Arbitrary<Picture> = fc.oneof(
  fc.record({
    kind: fc.constant('bars' as const),
    name: fc.constant('p'),
    title: words,
    axis: words,
    bars: fc.array(fc.record({ label: words, value: fc.double({ noDefaultInfinity: true, noNaN: true }) })),
  }),
  fc.record({
    kind: fc.constant('heatmap' as const),
    name: fc.constant('p'),
    title: words,
    rows: fc.array(words, { maxLength: 5 }),
    columns: fc.array(words, { maxLength: 30 }),
    values: fc.array(fc.array(number)),
    unit: words,
  }),
  fc.record({
    kind: fc.constant('lines' as const),
    name: fc.constant('p'),
    title: words,
    x: fc.record({ title: words, log: fc.boolean() }),
    y: fc.record({ title: words, log: fc.boolean() }),
    lines: fc.array(fc.record({ label: words, points: fc.array(fc.tuple(number, number)) })),
  }),
);

describe('pictures', () => {
  it('draws anything that it is given as a well-formed picture with finite places, the same each time', () => {
    fc.assert(
      fc.property(pictures, (picture) => {
        const svg = draw(picture);
        expect(svg).toMatch(WELL_FORMED);
        expect(svg).not.toMatch(NO_NUMBER);
        expect(draw(picture)).toBe(svg);
      }),
      { numRuns: 300 },
    );
  });

  it('puts decades at equal steps, and heights on a scale that begins at nothing', () => {
    const svg = draw({
      kind: 'lines',
      name: 'p',
      title: 't',
      x: { title: 'x', log: true },
      y: { title: 'y' },
      lines: [{ label: 'l', points: [[1, 90], [10, 95], [100, 100]] }], // prettier-ignore
    });
    const marks = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [
      Number(x),
      Number(y),
    ]);
    const [[x1 = 0, y1 = 0] = [], [x2 = 0, y2 = 0] = [], [x3 = 0, y3 = 0] = []] = marks;
    expect(x2 - x1).toBeCloseTo(x3 - x2, 0);
    // 90, 95 and 100 stand in the ratio of their heights above the line of nothing, at 360.
    expect((360 - y1) / (360 - y3)).toBeCloseTo(0.9, 2);
    expect((360 - y2) / (360 - y3)).toBeCloseTo(0.95, 2);
  });
});

describe('the readable datasheet', () => {
  const hostile = '<script>alert(1)</script> | `x` [y](javascript:z) \u0000\n# head';
  const blocks: Block[] = [
    { kind: 'heading', level: 1, text: hostile },
    { kind: 'paragraph', text: hostile },
    { kind: 'list', items: [hostile] },
    { kind: 'code', text: hostile },
    { kind: 'table', head: ['a', 'b'], numeric: [1], rows: [[hostile, '1']] },
  ];

  it('lets no text of a parameter or a preset become mark-up', () => {
    const html = toHtml(hostile, blocks);
    expect(html).not.toContain('<script');
    const markdown = toMarkdown(blocks).split('\n');
    expect(markdown.filter((line) => line.startsWith('#'))).toHaveLength(1);
    // One line of the table, with no more cells than it has columns.
    expect(markdown.at(-2)?.match(/(?<!\\)\|/g)).toHaveLength(3);
    expect(escapeMarkup(`<&>"'`)).toBe('&lt;&amp;&gt;&quot;&#39;');
    expect(escapeMarkdown('a_b|c')).toBe('a\\_b\\|c');
  });

  it('writes numbers as they are read', () => {
    expect(
      [0, 7, 1234, 12_345, 1_234_567.8, 0.5, 0.012_345_67, -3.14159, 1e-7, 2.5e15, Number.NaN].map(
        plainNumber,
      ),
    ).toEqual([
      '0',
      '7',
      '1234',
      '12 345',
      '1 234 568',
      '0.5',
      '0.01235',
      '−3.142',
      '1e-7',
      '2.5e+15',
      'none',
    ]);
  });
});

describe('judging', () => {
  const audit = (rows: number, positives: number, passed: boolean) =>
    ({
      split: 'development',
      rows,
      positives,
      gates: [{ name: 'g', limit: 1, reached: 2, passed }],
    }) as unknown as LeakAudit;

  it.each([
    [5_000, 50, true, 'PASSED'],
    [5_000, 50, false, 'FAILED'],
    [4_999, 50, false, 'NOT_JUDGED'],
    [5_000, 49, false, 'NOT_JUDGED'],
  ])('of %d rows with %d positives, passed %s, comes %s', (rows, positives, passed, outcome) => {
    expect(judge([audit(rows, positives, passed)])).toMatchObject([{ split: 'development', outcome }]);
  });

  it('meets a cited figure within a tenth unless it says otherwise, and a range at its ends', () => {
    const figure = { figure: 'f', unit: 'u', source: 's' };
    expect(isWithin({ ...figure, target: -100, reached: -110 })).toBe(true);
    expect(isWithin({ ...figure, target: 100, reached: 111 })).toBe(false);
    expect(isWithin({ ...figure, target: 100, reached: 111, tolerance: 0.2 })).toBe(true);
    expect(isWithin({ ...figure, target: 0, reached: 0.05 })).toBe(true);
    expect(isWithin({ ...figure, target: 1, reached: null })).toBeNull();
    const property = { figure: 'f', definition: 'd', source: 's' };
    expect(isRealistic({ ...property, reached: 2, range: [2, 3] })).toBe(true);
    expect(isRealistic({ ...property, reached: 1.9, range: [2, 3] })).toBe(false);
    expect(isRealistic({ ...property, reached: 1.9, range: null })).toBeNull();
  });
});
