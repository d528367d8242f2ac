import { randomBytes } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';

const BYTES = 32;

/** The evaluator's secret of 256 bits: made at the first start, 0600, and never made anew while it is there. */
export async function readBlindSecret(path: string): Promise<Uint8Array> {
  const existing = await read(path);
  if (existing !== null) return existing;
  const draft = `${path}.${process.pid}.new`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(randomBytes(BYTES));
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    // A link fails where another evaluator was first: then its secret is the one.
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  const made = await read(path);
  if (made === null) throw new Error(`the secret of blind splits at ${path} vanished`);
  return made;
}

async function read(path: string): Promise<Uint8Array | null> {
  try {
    const bytes = await readFile(path);
    if (bytes.length !== BYTES)
      throw new Error(`the secret of blind splits at ${path} has ${bytes.length} bytes, not ${BYTES}`);
    return bytes;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
