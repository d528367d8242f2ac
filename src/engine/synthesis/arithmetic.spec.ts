import fc from 'fast-check';
import { exp, log, power } from './arithmetic.js';

const close = (value: number, other: number) =>
  Math.abs(value - other) <= 4 * Number.EPSILON * Math.abs(other) + 1e-320;

describe('arithmetic', () => {
  it('exponentials agree with the platform’s to four units in the last place', () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => close(exp(x), Math.exp(x))),
    );
    expect([exp(0), exp(-1e9), exp(1e9), exp(Number.NaN)]).toEqual([1, 0, Infinity, Number.NaN]);
    expect(exp(1)).toBeCloseTo(Math.E, 15);
  });

  it('logarithms agree with the platform’s, near one and far from it', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-310, max: 1e308, noNaN: true }), (x) => close(log(x), Math.log(x))),
    );
    fc.assert(fc.property(fc.double({ min: 0.6, max: 1.6, noNaN: true }), (x) => close(log(x), Math.log(x))));
    expect([log(1), log(0), log(-1), log(Infinity)]).toEqual([0, -Infinity, Number.NaN, Infinity]);
  });

  it('raises to powers', () => {
    expect(power(2, 10)).toBeCloseTo(1024, 9);
    expect(power(0, 3)).toBe(0);
  });
});
