import { Command } from 'commander';
import { mkdir, open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../../engine/input-error.js';
import { makeSelfSigned } from '../../platform/tls/index.js';
import { wholeFrom } from '../arguments.js';

interface Options {
  out: string;
  name: string;
  days: number;
}

export const init = new Command('init')
  .description('Make a key and a certificate for a runner at this site')
  .requiredOption('--out <dir>', 'folder for runner.key (mode 0600) and runner.crt')
  .option('--name <name>', 'name in the certificate, for people', hostname())
  .option('--days <n>', 'days that it is valid', wholeFrom(1, 1_096), 365)
  .action(async ({ out, name, days }: Options) => {
    const { key, certificate, fingerprint, notAfter } = await makeSelfSigned(name.slice(0, 64), days);
    await mkdir(out, { recursive: true });
    await writeNew(join(out, 'runner.key'), key, 0o600);
    await writeNew(join(out, 'runner.crt'), certificate, 0o644);
    process.stdout.write(`${fingerprint}\n`);
    process.stderr.write(
      `${join(out, 'runner.key')} stays here; enrol ${join(out, 'runner.crt')} with the mutation enrolRunner. ` +
        `Valid until ${notAfter.toISOString()}; its SHA-256 is on stdout.\n`,
    );
  });

/** A key that is there may be enrolled: it is never overwritten. */
async function writeNew(path: string, content: string, mode: number): Promise<void> {
  let file;
  try {
    file = await open(path, 'wx', mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new InputError('FILE_EXISTS', `${path} is there already: name another folder`);
    throw new InputError('NOT_WRITABLE', `${path} cannot be written: ${(error as Error).message}`);
  }
  try {
    await file.chmod(mode);
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}
