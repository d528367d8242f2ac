import { rename, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { InputError } from '../engine/input-error.js';

/**
 * Writes a result so that a reader sees all of it or nothing. Behind a link its target is replaced, not the link; a
 * device or a pipe is written to as it is, since renaming over it would put a file in its place.
 *
 * @param inputs files that the result was made from, which it must not replace
 * @throws InputError `UNWRITABLE_OUTPUT` naming the file
 */
export async function writeOutput(file: string, text: string, inputs: readonly string[] = []): Promise<void> {
  const refuse = (why: string): InputError =>
    new InputError('UNWRITABLE_OUTPUT', `${file}: cannot be written: ${why}`);
  const there = await stat(file).catch(() => null);
  for (const input of inputs) {
    const read = await stat(input).catch(() => null);
    if (there !== null && read?.ino === there.ino && read.dev === there.dev) {
      throw refuse('it is the input');
    }
  }
  if (there?.isDirectory() === true) throw refuse('it is a directory');
  const direct = there !== null && !there.isFile();
  const target = there === null || direct ? file : await realpath(file);
  const part = `${target}.${process.pid}.part`;
  try {
    if (direct) {
      await writeFile(target, text);
      return;
    }
    await writeFile(part, text, { flag: 'wx' });
    await rename(part, target);
  } catch (error) {
    if (!direct) await rm(part, { force: true });
    throw refuse(
      error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error),
    );
  }
}
