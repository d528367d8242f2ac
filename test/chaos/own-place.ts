import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Where the test is once it has a place of its own. */
export interface OwnPlace {
  folder: string;
  /** The cgroups that everything runs in, one a hierarchy; below them nothing may be left. */
  groups: string[];
}

const MARK = 'SANDBOX_CHAOS_PLACE';
const CONTROLLERS = ['memory', 'pids', 'cpu', 'cpuacct'];

/**
 * Enters groups, covers /tmp and /var/tmp with folders of this test, and waits as the namespace's first process, which
 * takes in whatever is orphaned. A project that lies below one of the two stays where it is. Its arguments: the folder, the
 * project, how many groups, the groups, then the command.
 */
const INIT = `set -eu
folder=$1 project=$2 count=$3
shift 3
case $project in
/tmp/*) again=$folder$project ;;
/var/tmp/*) again=$folder/var/\${project#/var/tmp/} ;;
*) again= ;;
esac
if [ -n "$again" ]; then mkdir -p "$again"; mount --rbind "$project" "$again"; fi
while [ "$count" -gt 0 ]; do echo 0 > "$1/cgroup.procs"; shift; count=$((count-1)); done
tmp=$folder/tmp var=$folder/var
mount --rbind "$tmp" /tmp
mount --rbind "$var" /var/tmp
"$@" &
wait $!
`;

/** @returns where this process is, when it was started by {@link moveIntoOwnPlace}; null otherwise */
export function ownPlace(): OwnPlace | null {
  const text = process.env[MARK];
  return text === undefined ? null : (JSON.parse(text) as OwnPlace);
}

/**
 * Runs this very command again in PID and mount namespaces of its own, so that every process, lock and temporary file in
 * sight is the test's, nothing that it kills can be another's, and what it leaves behind is seen.
 *
 * @param project where this very program lies
 * @returns the exit status
 */
export function moveIntoOwnPlace(project: string, keep: boolean): number {
  const folder = mkdtempSync('/var/tmp/sandbox-chaos-');
  for (const name of ['var', 'tmp']) mkdirSync(join(folder, name), { mode: 0o1777 });
  spawnSync('chmod', ['755', folder]);
  spawnSync('chmod', ['1777', join(folder, 'var'), join(folder, 'tmp')]);
  const groups = ownGroups(folder.split('-').at(-1) ?? '');
  const place: OwnPlace = { folder: '/tmp', groups };
  try {
    const asRoot = process.geteuid?.() === 0 ? [] : ['--user', '--map-root-user'];
    const { status, error } = spawnSync(
      'unshare',
      [
        ...asRoot,
        ...['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--mount-proc'],
        ...['--', 'sh', '-c', INIT, 'sh', folder, project, String(groups.length), ...groups],
        ...[process.execPath, ...process.execArgv, ...process.argv.slice(1)],
      ],
      { stdio: 'inherit', env: { ...process.env, [MARK]: JSON.stringify(place) } },
    );
    if (error !== undefined) throw error;
    return status ?? 1;
  } finally {
    if (keep) process.stderr.write(`kept: ${folder}/tmp\n`);
    else rmSync(folder, { recursive: true, force: true });
    for (const group of groups) removeGroup(group);
  }
}

/** A group below ours in each hierarchy of version 1 that limits jails; none where none can be made. */
function ownGroups(name: string): string[] {
  const own = new Map<string, string>();
  for (const line of readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n')) {
    const [, names = '', place = '/'] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    for (const controller of names.split(',')) own.set(controller, place);
  }
  const made: string[] = [];
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n')) {
    const [left = '', right = ''] = line.split(' - ');
    const [, , , root = '/', point = '/'] = left.split(' ');
    const [type, , options = ''] = right.split(' ');
    const controllers = options.split(',').filter((option) => CONTROLLERS.includes(option));
    const group = own.get(controllers[0] ?? 'none');
    if (type !== 'cgroup' || group === undefined) continue;
    const inside = root !== '/' && group.startsWith(root) ? group.slice(root.length) : group;
    const folder = join(point, inside, `sandbox-chaos-${name}`);
    try {
      mkdirSync(folder);
      made.push(folder);
    } catch {
      // Not ours to divide: the service has to do without as well.
    }
  }
  return made;
}

function removeGroup(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeGroup(join(folder, entry.name));
  try {
    rmdirSync(folder);
  } catch {
    // A process is still leaving it: an empty group costs nothing.
  }
}
