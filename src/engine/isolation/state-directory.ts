import { chmodSync, lstatSync, mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A folder of ours that every slot's user can reach: neither a clone below somebody's private home nor `/run` is.
 * Others may plant a folder of that name in a world-writable place, so one is used only when it is a real folder,
 * ours, writable by us and by nobody else; otherwise the next name is tried.
 *
 * @throws Error when no such folder can be had: a fault of the machine
 */
export function stateDirectory(wanted?: string): string {
  const uid = process.geteuid?.() ?? 0;
  const candidates =
    wanted !== undefined
      ? [wanted]
      : ['/var/tmp', tmpdir()].flatMap((base) =>
          ['', '-1', '-2', '-3'].map((suffix) => join(base, `sandbox-jail-${uid}${suffix}`)),
        );
  const problems: string[] = [];
  for (const path of candidates) {
    const problem = prepare(path, uid);
    if (problem === undefined) return path;
    problems.push(`${path}: ${problem}`);
  }
  throw new Error(`no folder for the jail's runtime: ${problems.join('; ')}`);
}

function prepare(path: string, uid: number): string | undefined {
  try {
    mkdirSync(path, { mode: 0o755 });
    // The umask may have taken the right to pass through, which the slots' users need.
    chmodSync(path, 0o755);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'EEXIST') return code ?? String(error);
  }
  const found = lstatSync(path);
  if (!found.isDirectory()) return 'not a folder';
  if (found.uid !== uid) return `owned by user ${found.uid}`;
  if ((found.mode & 0o022) !== 0) return 'others can write to it';
  try {
    // Tried, and not asked for: on some file systems making a folder and its parents fails without an end.
    rmdirSync(mkdtempSync(join(path, 'probe-')));
  } catch (error) {
    return `nothing can be made in it: ${(error as NodeJS.ErrnoException).code ?? String(error)}`;
  }
  return undefined;
}
