import { jailHost, type JailLimits } from '../engine/isolation/index.js';
import {
  type ArrowField,
  type Efficiency,
  type FedField,
  fedFields,
  heldFields,
  type InputBinding,
  type OnnxInspection,
  measureEfficiency,
  openModelSession,
  ReopeningScorer,
  type ScorerUsage,
} from '../engine/scoring/index.js';
import { imageFields, openImageSession } from '../engine/scoring/oci/index.js';
import { type FeatureTable, type ScoreRows, type TableFile } from '../engine/tables/index.js';
import { type ImageModel } from './evaluate-image.js';

/** A model that the command line was given, as it is scored. */
export type OpenableModel = { content: Uint8Array; inspection: OnnxInspection } | ImageModel;

/** The columns that a model is fed, and as what. */
export function modelFields(model: OpenableModel, binding: InputBinding, data: TableFile): FedField[] {
  if (!('path' in model)) return fedFields(binding, model.inspection);
  return imageFields(
    data.columns,
    binding.inputs.flatMap((input) => input.columns),
  );
}

/** A model as it was bound to a file of features. */
export interface Bound {
  model: OpenableModel;
  binding: InputBinding;
  data: TableFile;
  how: { lanes: number; limits: Partial<JailLimits> };
}

/** What may be asked of a model that is kept open. */
export interface OpenModel {
  /** The bound features, held whole. */
  features: FeatureTable;
  score: ScoreRows;
}

/** A model that is open, before its features are read. */
export interface OpenSession {
  fields: readonly FedField[];
  score: ScoreRows;
  /** Reads the bound features whole, once. */
  whole(): Promise<OpenModel>;
}

/** What keeping it open took. */
export type OpenUsage = ScorerUsage & { seconds: number };

/**
 * Opens the model once, for all that is to be asked of it, and closes it.
 *
 * @throws ScoringError when it ends badly; what `use` throws
 */
export async function withOpenModel<T>(
  { model, binding, data, how }: Bound,
  use: (open: OpenSession) => Promise<T>,
): Promise<{ result: T; usage: OpenUsage }> {
  const fields = modelFields(model, binding, data);
  const began = performance.now();
  const scorer = modelScorer(model, binding, fields, how);
  const { score } = scorer;
  let features: Promise<FeatureTable> | undefined;
  const whole = async (): Promise<OpenModel> => ({
    features: await (features ??= readFeatures(data, fields)),
    score,
  });
  try {
    const result = await use({ fields, score, whole });
    const usage = await scorer.close();
    return { result, usage: { ...usage, seconds: (performance.now() - began) / 1000 } };
  } finally {
    await scorer.kill();
  }
}

/** The bound features of a file, held whole. */
export async function readFeatures(data: TableFile, fields: readonly ArrowField[]): Promise<FeatureTable> {
  const held = heldFields(fields);
  for await (const { rows, columns } of data.batches(held, data.rows))
    return { rows, names: held.map(({ name }) => name), columns };
  throw new Error('a table without rows was opened');
}

/** Jails of the model that stay open for whatever is to be asked of it. */
export function modelScorer(
  model: OpenableModel,
  binding: InputBinding,
  fields: readonly FedField[],
  how: { lanes: number; limits: Partial<JailLimits> },
): ReopeningScorer {
  return new ReopeningScorer(async () => {
    if ('path' in model)
      return openImageSession({
        archive: async () => model.path,
        sha256: model.sha256,
        columns: fields,
        jail: jailHost(),
        limits: how.limits,
        tolerant: true,
      });
    const { session } = await openModelSession({
      model: model.content,
      inspection: model.inspection,
      binding,
      jail: jailHost(),
      tolerant: true,
      ...how,
    });
    return session;
  });
}

/** What the model takes; null, and why, where it is an image: how many rows a call has is its own affair. */
export async function evaluateEfficiency({
  model,
  binding,
  data,
  how,
}: Bound): Promise<Efficiency | { value: null; reason: string }> {
  if ('path' in model)
    return { value: null, reason: 'an image decides itself how many rows it scores at once' };
  const features = await readFeatures(data, modelFields(model, binding, data));
  return measureEfficiency(features, async (batchRows) => {
    const { session } = await openModelSession({
      model: model.content,
      inspection: model.inspection,
      binding,
      jail: jailHost(),
      limits: how.limits,
      tolerant: true,
      batchRows,
    });
    return session;
  });
}
