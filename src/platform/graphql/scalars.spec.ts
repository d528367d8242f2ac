import fc from 'fast-check';
import { parseValue } from 'graphql';
import { CountScalar, DateTimeScalar, DigestScalar } from './scalars.js';

const literal = (text: string): Parameters<DateTimeScalar['parseLiteral']>[0] => parseValue(text);

describe('scalars', () => {
  test('a Digest is 64 lower-case hexadecimal digits and nothing else', () => {
    const digest = 'a'.repeat(64);
    expect(DigestScalar.parseValue(digest)).toBe(digest);
    expect(DigestScalar.parseLiteral(literal(`"${digest}"`))).toBe(digest);
    for (const bad of ['A'.repeat(64), 'a'.repeat(63), `${digest}\n`, ` ${digest}`, 7, null, [digest]]) {
      expect(() => DigestScalar.parseValue(bad)).toThrow(/SHA-256/);
    }
    expect(() => DigestScalar.parseLiteral(literal('7'))).toThrow(/SHA-256/);
  });

  test('a Count is a whole number that float64 holds exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (count) => {
        expect(CountScalar.parseValue(count)).toBe(count);
        expect(CountScalar.parseLiteral(literal(String(count)))).toBe(count);
        expect(CountScalar.serialize(String(count))).toBe(count);
      }),
    );
    for (const bad of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '7', null]) {
      expect(() => CountScalar.parseValue(bad)).toThrow(/whole number/);
    }
    for (const bad of ['-1', '1.0', '"1"', '9007199254740992']) {
      expect(() => CountScalar.parseLiteral(literal(bad))).toThrow(/whole number/);
    }
  });

  test('a DateTime has a time zone, is a moment that exists, and goes out in UTC', () => {
    const scalar = new DateTimeScalar();
    expect(scalar.parseValue('2026-01-31T08:00:00+08:00').toISOString()).toBe('2026-01-31T00:00:00.000Z');
    expect(scalar.parseLiteral(literal('"2026-01-31T08:00Z"')).toISOString()).toBe(
      '2026-01-31T08:00:00.000Z',
    );
    expect(scalar.serialize(new Date(0))).toBe('1970-01-01T00:00:00.000Z');
    for (const bad of [
      '2026-01-31',
      '2026-01-31T08:00:00',
      '2026-13-01T00:00:00Z',
      '2026-01-31T25:00:00Z',
      0,
      null,
      '',
    ]) {
      expect(() => scalar.parseValue(bad)).toThrow(/ISO 8601/);
    }
    // A day that the month does not have is no other day.
    expect(() => scalar.parseValue('2026-02-30T00:00:00Z')).toThrow(/ISO 8601/);
  });
});
