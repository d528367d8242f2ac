import { readFile } from 'node:fs/promises';
import { InputError } from '../engine/input-error.js';

/** A document read and parsed. @throws InputError that names the file */
export async function parsedFile<T>(path: string, parse: (text: string) => T): Promise<T> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new InputError('FILE_NOT_FOUND', `${path}: cannot be read: ${error.code ?? error.message}`);
  });
  try {
    return parse(text);
  } catch (error) {
    throw error instanceof InputError ? new InputError(error.code, `${path}: ${error.message}`) : error;
  }
}
