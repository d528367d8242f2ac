import { parse } from 'yaml';
import { InputError } from '../input-error.js';

/** As much of JSON Schema (2020-12) as the documents here speak. */
export interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly default?: unknown;
}

/** What a document is called in errors, and the code of its errors. */
export interface DocumentKind {
  noun: string;
  code: string;
}

/**
 * Reads a document from YAML or JSON text, or from an object, and fills in the defaults.
 *
 * @param meaning finds what a schema cannot say, and adds it to the problems
 * @throws InputError with the kind's code: one line with every problem and its place
 */
export function parseDocument<T>(
  source: unknown,
  schema: Schema,
  kind: DocumentKind,
  meaning: (document: T, problems: string[]) => void,
): T {
  const problems: string[] = [];
  const value = typeof source === 'string' ? read(source, kind) : source;
  const document = new Checker(`the ${kind.noun}`, problems).check(value, schema, '');
  if (problems.length === 0) meaning(document as T, problems);
  if (problems.length > 0) throw new InputError(kind.code, `${kind.noun}: ${problems.join('; ')}`);
  return document as T;
}

function read(source: string, { noun, code }: DocumentKind): unknown {
  try {
    return parse(source, { maxAliasCount: 0 }) as unknown;
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new InputError(code, `${noun}: is neither YAML nor JSON: ${message.replace(/:$/, '')}`);
  }
}

class Checker {
  constructor(
    private readonly whole: string,
    private readonly problems: string[],
  ) {}

  /** Checks a value against the schema and returns it with defaults, its keys in the schema's order. */
  check(value: unknown, schema: Schema, path: string): unknown {
    const at = path === '' ? this.whole : path;
    const complain = (what: string): undefined => void this.problems.push(`${at} ${what}`);
    if (schema.const !== undefined)
      return value === schema.const ? value : complain(`must be ${shown(schema.const)}`);
    if (schema.enum !== undefined) {
      if (schema.enum.includes(value)) return value;
      return complain(`is ${shown(value)}, not one of ${schema.enum.map(String).join(', ')}`);
    }
    if (schema.type === 'object') return this.checkObject(value, schema, path);
    if (schema.type === 'array') {
      if (!Array.isArray(value)) return complain('must be a list');
      const list: readonly unknown[] = value;
      if (list.length < (schema.minItems ?? 0)) return complain('is empty');
      if (list.length > (schema.maxItems ?? Infinity))
        return complain(`has more than ${schema.maxItems ?? 0} entries`);
      return list.map((item, i) => this.check(item, schema.items ?? {}, `${path}[${i}]`));
    }
    if (schema.type === 'string') {
      if (typeof value !== 'string') return complain(`must be text, not ${shown(value)}`);
      if (value.trim().length < (schema.minLength ?? 0)) return complain('is empty');
      if (value.length > (schema.maxLength ?? Infinity))
        return complain(`is longer than ${schema.maxLength ?? 0}`);
      if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value)) {
        return complain(`is ${shown(value)}, which does not match ${schema.pattern}`);
      }
      return value;
    }
    if (typeof value !== 'number' || !Number.isFinite(value))
      return complain(`must be a number, not ${shown(value)}`);
    if (schema.type === 'integer' && !Number.isSafeInteger(value))
      return complain(`is ${value}, not a whole number`);
    if (value < (schema.minimum ?? -Infinity)) return complain(`is ${value}, below ${schema.minimum ?? 0}`);
    if (value > (schema.maximum ?? Infinity)) return complain(`is ${value}, above ${schema.maximum ?? 0}`);
    return value;
  }

  private checkObject(value: unknown, schema: Schema, path: string): unknown {
    const at = path === '' ? this.whole : path;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.problems.push(`${at} must be a mapping`);
      return undefined;
    }
    const given = new Map(Object.entries(value as Record<string, unknown>));
    const properties = schema.properties ?? {};
    for (const key of given.keys()) {
      if (!Object.hasOwn(properties, key)) this.problems.push(`${at} has the unknown key ${shown(key)}`);
    }
    const result: Record<string, unknown> = {};
    for (const [key, rule] of Object.entries(properties)) {
      const inner = path === '' ? key : `${path}.${key}`;
      const item = given.get(key);
      if (item !== undefined && item !== null) result[key] = this.check(item, rule, inner);
      else if (rule.default !== undefined) result[key] = rule.default;
      else if (schema.required?.includes(key) === true) this.problems.push(`${inner} is missing`);
    }
    return result;
  }
}

/** A value as a message shows it. */
export function shown(value: unknown): string {
  const json = JSON.stringify(value) as string | undefined;
  return json === undefined ? 'nothing' : json.length > 60 ? `${json.slice(0, 57)}…` : json;
}
