import fc from 'fast-check';
import { canonicalJson, digest, documentDigest } from './canonical-json.js';
import { parseStrictJson } from './strict-json.js';

const text = (value: unknown): string => Buffer.from(canonicalJson(value)).toString('utf8');

describe('canonical JSON', () => {
  // The example of RFC 8785, section 3.2.2 and 3.2.3.
  it('gives the bytes of the RFC’s own example', () => {
    const value = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    ) as unknown;
    expect(text(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  // RFC 8785, section 3.2.3: order by UTF-16 code units.
  it('sorts names by UTF-16 code units', () => {
    const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
    expect(Object.keys(JSON.parse(text(value)) as object).sort()).toHaveLength(7);
    expect(text(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
  });

  it.each([
    [{ a: [1, NaN] }, '$.a[1] is NaN'],
    [{ a: -Infinity }, '$.a is -Infinity'],
    [{ a: { b: undefined } }, '$.a.b is undefined'],
    [new Array(2), '$[0] is undefined'],
    [{ a: '\ud800' }, '$.a holds a lone surrogate'],
    [{ '\udc00': 1 }, '$ has a name with a lone surrogate'],
    [{ a: new Date(0) }, '$.a is a Date'],
    [{ a: new Float64Array(1) }, '$.a is a Float64Array'],
    [{ a: 1n }, '$.a is bigint'],
  ])('refuses what JSON cannot say: %#', (value, where) => {
    expect(() => canonicalJson(value)).toThrow(where);
  });

  it('refuses a cycle rather than running out of stack', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(() => canonicalJson(loop)).toThrow('nested deeper');
  });

  it('is the same whatever the order of members, and reads back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const normal = JSON.parse(JSON.stringify(value)) as unknown;
        const bytes = canonicalJson(normal);
        expect(canonicalJson(reversed(normal))).toEqual(bytes);
        expect(parseStrictJson(bytes, 'it')).toEqual(normal);
      }),
    );
  });

  // sha256sum of the two bytes {} .
  it('names a document by SHA-256', () => {
    expect(documentDigest({})).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
    expect(digest(new Uint8Array())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });
});

describe('strict JSON', () => {
  it.each([
    ['{"a":1,"a":2}', 'stands twice'],
    ['{"a":1,"\\u0061":2}', 'stands twice'],
    ['{"x":[{"b":{}, "b"  \n :1}]}', 'stands twice'],
    ['\ufeff{}', 'not JSON'],
    ['{"a":1', 'not JSON'],
    ['', 'not JSON'],
    ['['.repeat(100) + ']'.repeat(100), 'nested deeper'],
  ])('refuses %j', (source, why) => {
    expect(() => parseStrictJson(Buffer.from(source), 'it')).toThrow(why);
  });

  it('refuses what is not UTF-8', () => {
    expect(() => parseStrictJson(Uint8Array.of(0x22, 0xff, 0x22), 'it')).toThrow('not UTF-8');
  });

  it('lets one name stand in two objects, and strings that look like names', () => {
    const source = '[{"a":"a"},{"a":"\\"a\\":"},"a",{"b":["a","a"],"a":"\\\\"}]';
    expect(parseStrictJson(Buffer.from(source), 'it')).toEqual(JSON.parse(source));
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  );
}
