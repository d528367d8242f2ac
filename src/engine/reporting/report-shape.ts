import { type JsonObject, type JsonValue } from './canonical-json.js';
import { REPORT_SCHEMA } from './evidence.js';
import { isObject } from './strict-json.js';

const DIGEST = /^[0-9a-f]{64}$/;
const VERDICTS = ['PASS', 'FAIL', 'INCONCLUSIVE', 'ERROR'];
const STATUSES = ['TESTED', 'DECLARED', 'NOT_ASSESSED'];

/** What keeps a value from being a report that its readers can lean on, or null. It names the first place. */
export function reportShapeProblem(value: JsonValue | undefined): string | null {
  try {
    const report = object(value, 'report');
    if (report['schema'] !== REPORT_SCHEMA) throw new Unsound(`its schema is not ${REPORT_SCHEMA}`);
    const evidence = object(report['evidence'], 'evidence');
    const model = object(evidence['model'], 'evidence.model');
    for (const name of ['name', 'version', 'runtime', 'assuranceTier']) text(model, name, 'evidence.model');
    hash(model, 'artefactSha256', 'evidence.model');
    const dataset = object(evidence['dataset'], 'evidence.dataset');
    for (const name of ['preset', 'generatorVersion', 'split']) text(dataset, name, 'evidence.dataset');
    hash(dataset, 'versionDigest', 'evidence.dataset');
    const plan = object(evidence['plan'], 'evidence.plan');
    hash(plan, 'digest', 'evidence.plan');
    object(plan['document'], 'evidence.plan.document');
    object(evidence['environment'], 'evidence.environment');
    const measurement = object(evidence['measurement'], 'evidence.measurement');
    object(measurement['metrics'], 'evidence.measurement.metrics');
    for (const [index, entry] of list(evidence['verdicts'], 'evidence.verdicts').entries())
      verdict(entry, `evidence.verdicts[${index}]`);
    if (evidence['comparison'] !== undefined) compared(object(evidence['comparison'], 'evidence.comparison'));
    for (const [index, entry] of list(evidence['statements'], 'evidence.statements').entries()) {
      const place = `evidence.statements[${index}]`;
      const statement = object(entry, place);
      text(statement, 'subject', place);
      text(statement, 'text', place);
      oneOf(statement, 'status', STATUSES, place);
    }
    for (const [index, entry] of list(evidence['limits'], 'evidence.limits').entries())
      if (typeof entry !== 'string') throw new Unsound(`evidence.limits[${index}] is not text`);
    text(object(report['execution'], 'execution'), 'runId', 'execution');
    return null;
  } catch (error) {
    if (error instanceof Unsound) return error.message;
    throw error;
  }
}

class Unsound extends Error {}

function compared(comparison: JsonObject): void {
  text(comparison, 'note', 'evidence.comparison');
  for (const [index, entry] of list(comparison['models'], 'evidence.comparison.models').entries()) {
    const place = `evidence.comparison.models[${index}]`;
    const model = object(entry, place);
    text(model, 'name', place);
    hash(model, 'artefactSha256', place);
    object(object(model['measurement'], `${place}.measurement`)['metrics'], `${place}.measurement.metrics`);
  }
}

function verdict(value: JsonValue, place: string): void {
  const entry = object(value, place);
  for (const name of ['id', 'metric', 'sentence']) text(entry, name, place);
  oneOf(entry, 'comparator', ['>=', '<='], place);
  oneOf(entry, 'verdict', VERDICTS, place);
  if (typeof entry['threshold'] !== 'number') throw new Unsound(`${place}.threshold is not a number`);
  for (const name of ['value', 'low', 'high'])
    if (entry[name] !== null && typeof entry[name] !== 'number')
      throw new Unsound(`${place}.${name} is neither a number nor null`);
}

function object(value: JsonValue | undefined, place: string): JsonObject {
  if (!isObject(value)) throw new Unsound(`${place} is not an object`);
  return value;
}

function list(value: JsonValue | undefined, place: string): readonly JsonValue[] {
  if (!Array.isArray(value)) throw new Unsound(`${place} is not a list`);
  return value as readonly JsonValue[];
}

function text(parent: JsonObject, name: string, place: string): void {
  if (typeof parent[name] !== 'string') throw new Unsound(`${place}.${name} is not text`);
}

function hash(parent: JsonObject, name: string, place: string): void {
  const value = parent[name];
  if (typeof value !== 'string' || !DIGEST.test(value))
    throw new Unsound(`${place}.${name} is not a SHA-256`);
}

function oneOf(parent: JsonObject, name: string, allowed: readonly string[], place: string): void {
  const value = parent[name];
  if (typeof value !== 'string' || !allowed.includes(value))
    throw new Unsound(`${place}.${name} is none of ${allowed.join(', ')}`);
}
