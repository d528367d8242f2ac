import { InputError } from '../input-error.js';
import { MAX_JSON_DEPTH, type JsonObject, type JsonValue } from './canonical-json.js';

/**
 * Reads JSON from a stranger: UTF-8 without a byte order mark, one value, no name twice in one object (two readers of
 * such a document may see two different documents), bounded depth.
 *
 * @param what how errors call the document, for example the file's name
 * @throws InputError NOT_JSON
 */
export function parseStrictJson(bytes: Uint8Array, what: string): JsonValue {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new InputError('NOT_JSON', `${what}: not UTF-8 text`);
  }
  const value = parse(text, what);
  assertUniqueNames(text, what);
  return value;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string, what: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    const place = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    const where =
      place === undefined ? `after ${text.length} characters` : `at character ${Number(place) + 1}`;
    throw new InputError('NOT_JSON', `${what}: not JSON, ${where}`);
  }
}

/** Scans text that JSON.parse has accepted, so that strings and brackets are known to match. */
function assertUniqueNames(text: string, what: string): void {
  const scopes: (Set<string> | null)[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text.charCodeAt(at);
    if (char === BRACE_OPEN || char === BRACKET_OPEN) {
      scopes.push(char === BRACE_OPEN ? new Set() : null);
      if (scopes.length > MAX_JSON_DEPTH)
        throw new InputError('NOT_JSON', `${what}: nested deeper than ${MAX_JSON_DEPTH}`);
    } else if (char === BRACE_CLOSE || char === BRACKET_CLOSE) {
      scopes.pop();
    } else if (char === QUOTE) {
      const end = stringEnd(text, at);
      const scope = scopes.at(-1);
      // In valid JSON a string followed by a colon is a member's name.
      if (scope != null && text.charCodeAt(skipSpace(text, end)) === COLON) {
        const name = JSON.parse(text.slice(at, end)) as string;
        if (scope.has(name))
          throw new InputError(
            'NOT_JSON',
            `${what}: ${JSON.stringify(name.slice(0, 60))} stands twice in one object`,
          );
        scope.add(name);
      }
      at = end;
      continue;
    }
    at++;
  }
}

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const BRACKET_OPEN = 0x5b;
const BRACKET_CLOSE = 0x5d;
const BRACE_OPEN = 0x7b;
const BRACE_CLOSE = 0x7d;

/** The place after a string's closing quote; by indexOf, since a payload may be megabytes long. */
function stringEnd(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); ; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
  }
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (' \t\r\n'.includes(text.charAt(at)) && at < text.length) at++;
  return at;
}
