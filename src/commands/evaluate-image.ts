import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { InputError } from '../engine/input-error.js';
import { jailHost, type JailLimits } from '../engine/isolation/index.js';
import { type FeatureBatch, type InputBinding, ScoringError } from '../engine/scoring/index.js';
import {
  type ImageScoreResult,
  imageFields,
  inspectImage,
  NO_UMOCI,
  type OciInspection,
  scoreImage,
  umoci,
} from '../engine/scoring/oci/index.js';
import type { TableFile } from '../engine/tables/index.js';

const TAR_MARK_AT = 257;

/** An image's archive as it was found to be, before it is run. */
export interface ImageModel {
  path: string;
  sha256: string;
  bytes: number;
  inspection: OciInspection;
}

/** Whether a file is a tar, by its content: the only model of that form is a container image. */
export async function isTarFile(path: string): Promise<boolean> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(5), 0, 5, TAR_MARK_AT);
    return bytesRead === 5 && buffer.toString('latin1') === 'ustar';
  } catch {
    // A folder, for one: whoever reads it as a graph says what is wrong.
    return false;
  } finally {
    await file.close();
  }
}

/** Looks into the archive inside the jail. @throws InputError that names the file */
export async function openImage(path: string): Promise<ImageModel> {
  if (umoci() === undefined) throw new InputError('OCI_UNAVAILABLE', `${path}: ${NO_UMOCI}`);
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  try {
    return {
      path,
      sha256: hash.digest('hex'),
      bytes: (await stat(path)).size,
      inspection: await inspectImage(path, jailHost()),
    };
  } catch (error) {
    if (error instanceof ScoringError && error.blame !== 'platform')
      throw new InputError(error.code, `${path}: ${error.message}`);
    throw error;
  }
}

/** Scores the bound columns of a table with the image. */
export function scoreWithImage(
  { path, sha256 }: ImageModel,
  data: TableFile,
  binding: InputBinding,
  limits: Partial<JailLimits>,
  rowsPerRead: number,
): Promise<ImageScoreResult> {
  const columns = binding.inputs.flatMap((input) => input.columns);
  return scoreImage({
    archive: async () => path,
    sha256,
    columns: imageFields(data.columns, columns),
    batches: data.batches(columns, rowsPerRead) as AsyncIterable<FeatureBatch>,
    rows: data.rows,
    jail: jailHost(),
    limits,
  });
}
