import fc from 'fast-check';
import { select } from './byte-range.js';

const ETAG = '"abc"';
const SIZE = 1_000;
const get = (headers: Record<string, string>, size = SIZE): unknown => select('GET', headers, ETAG, size);

describe('which bytes a request gets', () => {
  test.each([
    ['bytes=0-0', { status: 206, start: 0, end: 0 }],
    ['bytes=0-499', { status: 206, start: 0, end: 499 }],
    ['bytes=500-', { status: 206, start: 500, end: 999 }],
    ['bytes=-1', { status: 206, start: 999, end: 999 }],
    ['bytes=-5000', { status: 206, start: 0, end: 999 }],
    ['bytes=999-5000', { status: 206, start: 999, end: 999 }],
    ['Bytes= 3-4 ', { status: 206, start: 3, end: 4 }],
    ['bytes=1000-', { status: 416 }],
    ['bytes=1000-2000', { status: 416 }],
    ['bytes=-0', { status: 416 }],
    // What is no single range of bytes is as if it were not there.
    ['bytes=5-4', { status: 200 }],
    ['bytes=-', { status: 200 }],
    ['bytes=0-1,5-6', { status: 200 }],
    ['bytes=a-b', { status: 200 }],
    ['rows=0-1', { status: 200 }],
    ['', { status: 200 }],
  ])('%s of a thousand bytes', (range, expected) => {
    expect(get({ range })).toEqual(expected);
  });

  test('nothing of an empty object can be a range', () => {
    expect(get({ range: 'bytes=0-' }, 0)).toEqual({ status: 416 });
    expect(get({ range: 'bytes=-1' }, 0)).toEqual({ status: 416 });
    expect(get({}, 0)).toEqual({ status: 200 });
  });

  test('a range is held against the entity tag where asked: the same, or the whole', () => {
    const range = 'bytes=0-1';
    expect(get({ range, 'if-range': ETAG })).toMatchObject({ status: 206 });
    for (const other of ['"abd"', `W/${ETAG}`, 'Mon, 23 Nov 2026 20:00:00 GMT', '*'])
      expect(get({ range, 'if-range': other })).toEqual({ status: 200 });
  });

  test('preconditions come first', () => {
    const range = 'bytes=5000-';
    for (const list of [ETAG, '*', `"x", ${ETAG}`, `W/${ETAG}`])
      expect(get({ range, 'if-none-match': list })).toEqual({ status: 304 });
    expect(get({ 'if-none-match': '"x"' })).toEqual({ status: 200 });
    for (const list of ['"x"', `W/${ETAG}`]) expect(get({ 'if-match': list })).toEqual({ status: 412 });
    for (const list of [ETAG, '*', `"x",${ETAG}`]) expect(get({ 'if-match': list })).toEqual({ status: 200 });
  });

  test('HEAD is answered as for the whole', () => {
    expect(select('HEAD', { range: 'bytes=0-1' }, ETAG, SIZE)).toEqual({ status: 200 });
  });

  test('whatever the header says, what is selected lies within the object', () => {
    const header = fc.oneof(
      fc.string(),
      fc.tuple(fc.string({ maxLength: 3 }), fc.nat(), fc.nat()).map(([unit, a, b]) => `${unit}=${a}-${b}`),
      fc.tuple(fc.nat(2_000), fc.option(fc.nat(2_000))).map(([a, b]) => `bytes=${a}-${b ?? ''}`),
    );
    fc.assert(
      fc.property(header, fc.nat(2_000), (range, size) => {
        const selected = select('GET', { range }, ETAG, size);
        if (selected.status !== 206) return;
        expect(selected.start).toBeGreaterThanOrEqual(0);
        expect(selected.end).toBeGreaterThanOrEqual(selected.start);
        expect(selected.end).toBeLessThan(size);
      }),
    );
  });
});
