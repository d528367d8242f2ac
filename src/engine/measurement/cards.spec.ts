import fc from 'fast-check';
import { cardDays, cardPrecisionDrawn } from './card-days.js';
import { cardPrecision } from './cards.js';

const names = ['1', '2', '3', '4'];

test('a card found on one day is left out on the next', () => {
  // Day 0: card 0 highest and fraudulent, then 1. Day 1: card 0 would lead again; 2 and 3 are left, 2 fraudulent.
  const found = cardPrecision(
    1,
    Float64Array.of(0.9, 0.8, 0.99, 0.5, 0.4),
    Uint8Array.of(1, 0, 1, 1, 0),
    { codes: Int32Array.of(0, 1, 0, 2, 3), names },
    Int32Array.of(10, 10, 11, 11, 11),
  );
  expect(found).toEqual({ value: 1, daily: Float64Array.of(1, 1), tied: 0 });
});

test('a card counts by its highest score and by any of its labels, and days divide by k', () => {
  const found = cardPrecision(
    2,
    Float64Array.of(0.1, 0.9, 0.5, 0.4, 0.2),
    Uint8Array.of(1, 0, 0, 1, 1),
    { codes: Int32Array.of(0, 0, 1, 2, 3), names },
    Int32Array.of(5, 5, 5, 5, 6),
  );
  expect(found.daily).toEqual(Float64Array.of(0.5, 0.5));
});

test('ties go by entity, ascending, whatever the order of rows, and are counted', () => {
  const of = (order: number[]): ReturnType<typeof cardPrecision> =>
    cardPrecision(
      2,
      new Float64Array(4).fill(0.3),
      Uint8Array.from(order, (code) => (code === 3 ? 1 : code === 0 ? 1 : 0)),
      { codes: Int32Array.from(order), names },
      new Int32Array(4),
    );
  expect(of([0, 1, 2, 3])).toEqual({ value: 0.5, daily: Float64Array.of(0.5), tied: 4 });
  expect(of([3, 2, 1, 0])).toEqual(of([0, 1, 2, 3]));
});

test('days are taken in order, not as they come', () => {
  const found = cardPrecision(
    1,
    Float64Array.of(0.9, 0.8, 0.7),
    Uint8Array.of(0, 1, 0),
    { codes: Int32Array.of(1, 0, 0), names },
    Int32Array.of(3, 2, 3),
  );
  // Day 2 finds card 0, so on day 3 only card 1 is left.
  expect(found.daily).toEqual(Float64Array.of(1, 0));
});

test('drawn once each, replicates are the value itself, and an entity drawn twice is two cards', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(4), fc.boolean(), fc.nat(6), fc.nat(3)), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.nat(3), { minLength: 7, maxLength: 7 }),
      (rows, k, drawn) => {
        const codes = Int32Array.from(rows, ([, , code]) => code);
        const of = (keep: (row: number) => number[]): Parameters<typeof cardPrecision> => {
          const kept = rows.flatMap((row, at) => keep(at).map((code) => ({ row, code })));
          return [
            k,
            Float64Array.from(kept, ({ row: [step] }) => step / 4),
            Uint8Array.from(kept, ({ row: [, positive] }) => (positive ? 1 : 0)),
            { codes: Int32Array.from(kept, ({ code }) => code), names: Array.from({ length: 28 }, String) },
            Int32Array.from(kept, ({ row: [, , , day] }) => day),
          ];
        };
        const once = of((row) => [codes[row] ?? 0]);
        const days = cardDays(...once);
        expect(cardPrecisionDrawn(days, new Uint16Array(28).fill(1))).toBeCloseTo(
          cardPrecision(...once).value,
          12,
        );
        const copies = of((row) => {
          const code = codes[row] ?? 0;
          return Array.from({ length: drawn[code] ?? 0 }, (_, copy) => 4 * code + copy);
        });
        const weighed = cardPrecisionDrawn(days, Uint16Array.from(drawn));
        if (copies[1].length === 0) expect(weighed).toBeNaN();
        else expect(weighed).toBeCloseTo(cardPrecision(...copies).value, 12);
      },
    ),
  );
});
