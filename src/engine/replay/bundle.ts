import { InputError } from '../input-error.js';
import { type JsonValue } from '../reporting/canonical-json.js';
import { isObject, parseStrictJson } from '../reporting/strict-json.js';

export const BUNDLE_SCHEMA = 'sandbox-bundle/1';

/** The file of a bundle's folder that says what the others are. */
export const BUNDLE_FILE = 'bundle.json';

/** A file of the bundle, beside `bundle.json`. */
export interface BundlePart {
  /** A plain name: no folder, no dots in front. */
  file: string;
  /** 64 lower-case hexadecimal digits. */
  sha256: string;
  bytes: number;
}

export type BundleOption = string | number | boolean | readonly string[];

/**
 * A case as it was evaluated, to be evaluated again: the files that went in, what they were evaluated with, and what came
 * out. `document` is the measurement document; `scores` are float64, little-endian, a score a row in the data's order.
 */
export interface Bundle {
  schema: typeof BUNDLE_SCHEMA;
  /** By the option of `evaluate` that names the file. */
  inputs: Readonly<Record<string, BundlePart>>;
  /** What decides the evidence beside files: features, label, groups… by the option's name. */
  options: Readonly<Record<string, BundleOption>>;
  scores: BundlePart;
  document: BundlePart;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const OPTION = /^[a-z][A-Za-z0-9]{0,39}$/;
const DIGEST = /^[0-9a-f]{64}$/;
const MEMBERS = ['schema', 'inputs', 'options', 'scores', 'document'];

/**
 * Reads what `bundle.json` holds; it may come from a stranger.
 *
 * @param what how errors call it
 * @throws InputError `NOT_JSON`, `BAD_BUNDLE`, in one line that says what and where
 */
export function parseBundle(bytes: Uint8Array, what: string): Bundle {
  const value = parseStrictJson(bytes, what);
  const bad = (why: string): InputError => new InputError('BAD_BUNDLE', `${what}: ${why}`);
  if (!isObject(value)) throw bad('not an object');
  if (value['schema'] !== BUNDLE_SCHEMA) throw bad(`its schema is not ${BUNDLE_SCHEMA}`);
  const strange = Object.keys(value).find((name) => !MEMBERS.includes(name));
  if (strange !== undefined) throw bad(`${shown(strange)} is not part of a bundle`);
  const inputs = named(value['inputs'], 'inputs', (entry, place) => part(entry, place, bad), bad);
  for (const name of ['model', 'data']) {
    if (!Object.hasOwn(inputs, name)) throw bad(`inputs.${name} is missing`);
  }
  const bundle: Bundle = {
    schema: BUNDLE_SCHEMA,
    inputs,
    options: named(value['options'], 'options', (entry, place) => option(entry, place, bad), bad),
    scores: part(value['scores'], 'scores', bad),
    document: part(value['document'], 'document', bad),
  };
  const files = partsOf(bundle).map(([, { file }]) => file);
  const twice = files.find((file, index) => file === BUNDLE_FILE || files.indexOf(file) !== index);
  if (twice !== undefined) throw bad(`${shown(twice)} stands for two parts`);
  return bundle;
}

/** All parts by name, the inputs first. */
export function partsOf({ inputs, scores, document }: Bundle): [name: string, part: BundlePart][] {
  return [...Object.entries(inputs), ['scores', scores], ['document', document]];
}

type Refusal = (why: string) => InputError;

function named<T>(
  value: JsonValue | undefined,
  place: string,
  read: (entry: JsonValue, place: string) => T,
  bad: Refusal,
): Record<string, T> {
  if (!isObject(value)) throw bad(`${place} is not an object`);
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => {
      if (!OPTION.test(name)) throw bad(`${place} has the name ${shown(name)}, which no option has`);
      return [name, read(entry, `${place}.${name}`)];
    }),
  );
}

function part(value: JsonValue | undefined, place: string, bad: Refusal): BundlePart {
  if (!isObject(value)) throw bad(`${place} is missing`);
  const { file, sha256, bytes } = value;
  if (typeof file !== 'string' || !NAME.test(file)) {
    throw bad(`${place}.file is ${shown(file)}, not the plain name of a file beside ${BUNDLE_FILE}`);
  }
  if (typeof sha256 !== 'string' || !DIGEST.test(sha256)) throw bad(`${place}.sha256 is not a SHA-256`);
  if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0) {
    throw bad(`${place}.bytes is not a size`);
  }
  return { file, sha256, bytes };
}

function option(value: JsonValue, place: string, bad: Refusal): BundleOption {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) {
    const items = value as readonly JsonValue[];
    if (items.every((item): item is string => typeof item === 'string')) return items;
  }
  throw bad(`${place} is neither text, number, true or false nor a list of texts`);
}

function shown(value: unknown): string {
  return JSON.stringify(value ?? null).slice(0, 60);
}
