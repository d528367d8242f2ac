import { randomUUID } from 'node:crypto';
import { chmod, lstat, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type JailHost } from '../jail-host.js';
import { type JailMount } from '../profile.js';
import { type Attempt, type Bait, MIB, perl } from './attempt.js';

const TEXT = 'not for models';
/** Open to all, and with a right that is taken off what a jail leaves: a link that is followed shows. */
const MODE = 0o4777;
/** Where a jail of these attempts may write. */
const PLACE = '/links';

/** A file of the host's beside a folder that the jail may write to. */
async function leave(host: JailHost, mountOf: (folder: string) => JailMount): Promise<Bait> {
  const home = join(host.directory, `escape-links-${randomUUID()}`);
  const [name, folder] = [join(home, 'told'), join(home, 'folder')];
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await writeFile(name, TEXT);
  await chmod(name, MODE);
  const before = await lstat(name);
  return {
    name,
    mounts: [mountOf(folder)],
    withdraw: async () => {
      const after = await lstat(name);
      const changed =
        (await readFile(name, 'utf8')) !== TEXT ||
        (['mode', 'uid', 'gid', 'nlink', 'ino'] as const).some((field) => after[field] !== before[field]);
      const left = changed ? 'the file beside was changed' : await lending(folder);
      await rm(home, { recursive: true, force: true });
      return left;
    },
  };
}

/** What of a folder is not ours again, or would run with the rights of its owner. */
async function lending(folder: string): Promise<string | undefined> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const found = await lstat(join(entry.parentPath, entry.name));
    if (found.uid !== (process.geteuid?.() ?? 0)) return `${entry.name} is still the jail's`;
    if (!entry.isSymbolicLink() && (found.mode & 0o6000) !== 0) return `${entry.name} lends its rights`;
  }
  return undefined;
}

const inMemory = (host: JailHost) =>
  leave(host, () => ({ kind: 'scratch', at: PLACE, bytes: MIB, files: 64 }));
const kept = (host: JailHost) => leave(host, (from) => ({ kind: 'writable', from, to: PLACE }));

/** Through links of its own to the file beside, its folder, and what the host keeps to itself. */
const SYMBOLIC = `my $told = pop; my $n = 0; for my $to ($told, "../..$told", "/proc/1/root$told", "/proc/self/cwd$told", "/etc/passwd", "/etc/shadow", "/proc/kcore") {
  my $at = "${PLACE}/link" . $n++; my ($r, $w, $byte); symlink($to, $at) or die; print "$to is read " if open($r, "<", $at) && read($r, $byte, 1);
  print "$to is written " if open($w, ">>", $at) && syswrite($w, "x"); chmod 0700, $at and print "$to has another mode " }`;

/** The same file under a second name: what is written to it, or taken back of it, would be the first's. */
const HARD = `my $told = pop; my $n = 0; for my $from ($told, "/usr/bin/env", "/proc/self/exe", "/dev/null", "/proc/self/fd/0") {
  my $at = "${PLACE}/hard" . $n++; print "$from has another name " if link($from, $at) && !-l $at }`;

/** Left for whoever empties the folder: links out of it, a loop, a deep one, a file that lends rights, closed folders. */
const LEFT = `my $told = pop; chdir "${PLACE}" or die; my $up = $told; $up =~ s{/[^/]*$}{}; symlink($told, "told"); symlink($up, "up"); symlink(".", "loop");
  symlink("../told", "beside"); mkdir "deep"; symlink("../../told", "deep/told"); open(my $f, ">", "program") or die; print $f "x"; close $f; chmod 06777, "program";
  link("program", "again"); mkdir "closed"; symlink($told, "closed/told"); chmod 0, "closed"; chmod 0, "deep"`;

/**
 * Links where a jail may write: to see, to change, or to have the host change what lies outside. The symbolic ones are
 * noticed where a place of the host can be reached; hard ones fail at the wall between mounts, and what is left behind
 * fails where whoever takes the folder back follows a link, cannot open a folder, or leaves a right on a file.
 */
export const LINKS: readonly Attempt[] = [
  perl('symbolic links in a scratch folder', SYMBOLIC, { bait: inMemory }),
  perl('symbolic links in a writable folder', SYMBOLIC, { bait: kept }),
  perl('hard links in a scratch folder', HARD, { bait: inMemory }),
  perl('hard links in a writable folder', HARD, { bait: kept }),
  perl('links left in a writable folder', LEFT, { bait: kept }),
];
