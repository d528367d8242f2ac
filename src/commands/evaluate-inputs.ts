import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { parsePlan, type Plan } from '../engine/assessment/index.js';
import { InputError } from '../engine/input-error.js';
import { jailHost } from '../engine/isolation/index.js';
import {
  defaultBinding,
  type InputBinding,
  inspectArtefact,
  type OnnxInspection,
  ScoringError,
  streamBinding,
  type TypedColumn,
  validateBinding,
} from '../engine/scoring/index.js';
import { type ImageModel } from './evaluate-image.js';

/** What is wrong with a model is said with its file; what is wrong with this machine is not. */
export function ofModel(path: string, error: ScoringError): InputError {
  // Values of the data that do not fit are found while they are read, before the jail ended, and tell their own file.
  const ofData = error.code === 'INPUT_UNFIT' && error.outcome.kind === 'cancelled';
  if (error.blame === 'platform' || ofData) return error;
  return new InputError(error.code, `${path}: ${error.message}`);
}

export async function readPlan(path: string): Promise<Plan> {
  try {
    const plan = parsePlan((await readInput(path)).toString('utf8'));
    if (plan.feed !== undefined)
      throw new InputError(
        'BAD_PLAN',
        `plan: feed is ${plan.feed.kind}, and an ONNX model is fed in batches`,
      );
    return plan;
  } catch (error) {
    throw error instanceof InputError && error.code === 'BAD_PLAN'
      ? new InputError(error.code, `${path}: ${error.message}`)
      : error;
  }
}

export async function readBinding(path: string): Promise<InputBinding> {
  const text = (await readInput(path)).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError('BAD_BINDING', `${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isBinding(value)) {
    throw new InputError(
      'BAD_BINDING',
      `${path}: expected {"inputs":[{"name","columns":[…]}],"output":{"name","column"}}`,
    );
  }
  return value;
}

function isBinding(value: unknown): value is InputBinding {
  if (typeof value !== 'object' || value === null) return false;
  const { inputs, output } = value as { inputs?: unknown; output?: unknown };
  const named = (item: unknown): item is Record<string, unknown> =>
    typeof item === 'object' && item !== null && typeof (item as { name?: unknown }).name === 'string';
  const isInput = (item: unknown) =>
    named(item) &&
    Array.isArray(item['columns']) &&
    item['columns'].every((column) => typeof column === 'string');
  const isOutput = named(output) && (output['column'] === undefined || typeof output['column'] === 'number');
  return Array.isArray(inputs) && inputs.every(isInput) && (output === undefined || isOutput);
}

export interface GraphModel {
  content: Uint8Array;
  sha256: string;
  bytes: number;
  inspection: OnnxInspection;
}

export async function openGraph(path: string): Promise<GraphModel> {
  const inspection = await inspected(path);
  const content = await readInput(path);
  return {
    content,
    sha256: createHash('sha256').update(content).digest('hex'),
    bytes: content.length,
    inspection,
  };
}

/** Each kind of model by its own rule; a refusal names the binding's file, or else the model's. */
export function bound(
  files: { model: string; binding?: string },
  model: GraphModel | ImageModel,
  wanted: InputBinding | undefined,
  features: readonly TypedColumn[],
): InputBinding {
  try {
    if ('path' in model)
      return streamBinding(
        wanted ?? {},
        features.map(({ name }) => name),
      );
    const binding = wanted ?? defaultBinding(model.inspection, features);
    validateBinding(binding, model.inspection, features);
    return binding;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const how = error.code === 'BINDING_NEEDED' && files.binding === undefined ? ' (--binding FILE)' : '';
    throw new InputError(error.code, `${files.binding ?? files.model}: ${error.message}${how}`);
  }
}

/** What the artefact is, seen inside the jail; a refusal names the file. */
async function inspected(path: string): Promise<OnnxInspection> {
  const about = await stat(path).catch((error: unknown) => {
    throw unreadable(path, (error as NodeJS.ErrnoException).code ?? String(error));
  });
  if (!about.isFile()) throw unreadable(path, 'it is not a file');
  try {
    return await inspectArtefact({ file: path }, 'ONNX', jailHost());
  } catch (error) {
    throw error instanceof ScoringError ? ofModel(path, error) : error;
  }
}

function unreadable(path: string, why: string): InputError {
  return new InputError('FILE_NOT_FOUND', `${path}: cannot be read: ${why}`);
}

async function readInput(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw unreadable(path, code);
  }
}
