import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';
import { InputError } from '../input-error.js';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Deeper documents are refused: no document here comes near, and a bound keeps recursion over foreign input safe. */
export const MAX_JSON_DEPTH = 64;

/**
 * The bytes of a document by RFC 8785 (JSON Canonicalization Scheme): members sorted by UTF-16 code units, numbers as
 * ECMAScript prints them, UTF-8, no white space. The same document always gives the same bytes.
 *
 * What JSON cannot say is refused rather than bent, since `JSON.stringify` would turn NaN into null and drop an
 * undefined member without a word.
 *
 * @throws InputError NOT_CANONICAL naming the place, for example `$.evidence.measurement.metrics.ks.value`
 */
export function canonicalJson(value: unknown): Uint8Array {
  assertJson(value, '$', 0);
  const text = canonicalize(value);
  if (text === undefined) throw new InputError('NOT_CANONICAL', 'canonical JSON: $ is not a JSON value');
  return Buffer.from(text, 'utf8');
}

/** SHA-256 of the bytes, 64 lower-case hexadecimal digits. */
export function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** SHA-256 over the canonical JSON of a value: the name by which documents are known here. */
export function documentDigest(value: unknown): string {
  return digest(canonicalJson(value));
}

function assertJson(value: unknown, path: string, depth: number): void {
  const refuse = (what: string): never => {
    throw new InputError('NOT_CANONICAL', `canonical JSON: ${path} ${what}`);
  };
  if (depth > MAX_JSON_DEPTH) refuse(`is nested deeper than ${MAX_JSON_DEPTH}`);
  switch (typeof value) {
    case 'boolean':
      return;
    case 'number':
      if (!Number.isFinite(value)) refuse(`is ${value}, which JSON cannot say`);
      return;
    case 'string':
      if (!value.isWellFormed()) refuse('holds a lone surrogate');
      return;
    case 'object':
      break;
    default:
      refuse(`is ${typeof value}, which JSON cannot say`);
  }
  if (value === null) return;
  if (Array.isArray(value)) {
    // An index loop, not forEach: a hole in a sparse array is undefined and must be refused.
    for (let index = 0; index < value.length; index++)
      assertJson(value[index], `${path}[${index}]`, depth + 1);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    const name = (value as object).constructor?.name ?? 'object';
    refuse(`is a ${name}, not a plain object`);
  }
  for (const [key, member] of Object.entries(value as object)) {
    if (!key.isWellFormed()) refuse('has a name with a lone surrogate');
    assertJson(member, `${path}.${key}`, depth + 1);
  }
}
