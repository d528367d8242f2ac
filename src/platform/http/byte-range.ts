/** Which bytes of an object a request is answered with. `end` is inclusive, as in RFC 9110. */
export type Selection =
  { status: 200 } | { status: 206; start: number; end: number } | { status: 304 | 412 } | { status: 416 };

/** The headers of a request that bear on it, as Node gives them. */
export interface RangeHeaders {
  range?: string | undefined;
  'if-range'?: string | undefined;
  'if-match'?: string | undefined;
  'if-none-match'?: string | undefined;
}

/**
 * What RFC 9110 (sections 13 and 14) answers to a GET or HEAD of an object that never changes under its strong entity
 * tag: preconditions first, then a single range of bytes. A unit that is not bytes, a range that does not parse, and
 * several ranges at once are answered with the whole, as the standard allows.
 *
 * @param etag strong entity tag with its quotes
 * @param size of the object, in bytes
 */
export function select(method: string, headers: RangeHeaders, etag: string, size: number): Selection {
  const match = headers['if-match'];
  if (match !== undefined && !names(match, etag, false)) return { status: 412 };
  const noneMatch = headers['if-none-match'];
  if (noneMatch !== undefined && names(noneMatch, etag, true)) return { status: 304 };
  // Range handling is defined for GET alone. A date in If-Range never fits: objects here have none.
  const ifRange = headers['if-range'];
  if (method !== 'GET' || headers.range === undefined || (ifRange !== undefined && ifRange.trim() !== etag))
    return { status: 200 };
  return range(headers.range, size);
}

function range(header: string, size: number): Selection {
  const [, first, last] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header.trim()) ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return { status: 200 };
  if (first === '') {
    const suffix = Number(last);
    if (suffix === 0 || size === 0) return { status: 416 };
    return { status: 206, start: Math.max(0, size - suffix), end: size - 1 };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return { status: 200 };
  if (start >= size) return { status: 416 };
  return { status: 206, start, end: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
}

/** Whether a list of entity tags, or `*`, names this one. */
function names(list: string, etag: string, weakly: boolean): boolean {
  return (
    list.trim() === '*' ||
    list.split(',').some((entry) => (weakly ? entry.trim().replace(/^W\//, '') : entry.trim()) === etag)
  );
}
