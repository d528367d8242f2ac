import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { SYSCALLS } from './syscalls.js';
import { type JailHost } from './jail-host.js';
import { startJail } from './jail.js';
import { baseProfile, type JailLimits, type JailOutcome } from './profile.js';

/** What one attempt to get out came to. */
export interface EscapeResult {
  name: string;
  held: boolean;
  /** What got out, or why the attempt could not be made. */
  detail: string;
}

interface Attempt {
  name: string;
  program: string;
  args: readonly string[];
  limits?: Partial<JailLimits>;
  /** Undefined when the jail held, otherwise what got out. */
  judge: (seen: Seen, host: JailHost) => string | undefined;
}

interface Seen {
  outcome: JailOutcome;
  output: string;
}

const MIB = 2 ** 20;
const PERL = '/usr/bin/perl';

/** Calls no program in a jail has any business with; each must answer EPERM or ENOSYS. */
const FORBIDDEN_CALLS = `
  keyctl add_key request_key io_uring_setup io_uring_enter bpf ptrace process_vm_readv process_vm_writev mount umount2
  setns unshare perf_event_open userfaultfd memfd_create memfd_secret shmget msgget semget mq_open init_module
  finit_module kexec_load open_by_handle_at name_to_handle_at clock_settime settimeofday adjtimex pivot_root chroot
  reboot swapon inotify_init1 fanotify_init vmsplice flock open_tree fsopen move_mount mount_setattr kcmp pidfd_getfd
  acct quotactl sethostname syslog process_madvise mincore io_setup setgroups capset personality_changed
`
  .trim()
  .split(/\s+/);

/** Prints the names of calls that did anything but refuse. */
function forbiddenCalls(): string {
  const table = SYSCALLS[process.arch === 'arm64' ? 'arm64' : 'x64'];
  const calls = FORBIDDEN_CALLS.flatMap((name) => {
    const number = table.get(name === 'personality_changed' ? 'personality' : name);
    const first = name === 'personality_changed' ? 0x0040000 : 0;
    return number === undefined ? [] : [`${name}=${number}=${first}`];
  });
  return `for (qw(${calls.join(' ')})) { my ($n, $nr, $a) = split /=/; $! = 0;
    my $r = syscall(int $nr, int $a, 0, 0, 0, 0, 0);
    print "$n answered $r (", $! + 0, ")\\n" unless $r == -1 && ($! == 1 || $! == 38); }
    my $r = syscall(${table.get('clone') ?? 56}, 0x10000000 | 17, 0, 0, 0, 0); print "clone made a namespace\\n" if $r != -1;`;
}

const SOCKETS = `for my $family (0 .. 45) { next if $family == 1; for my $type (1, 2, 3, 5) {
  print "family $family type $type opened\\n" if socket(my $s, $family, $type, 0); } }`;

const WRITES = `for place in / /usr /usr/bin /tmp /dev /dev/shm /job /proc /proc/self /var/tmp /run /input; do
  (: > $place/escape) 2>/dev/null && echo "$place can be written to"; done; exit 0`;

const READS = `for path in /etc/passwd /etc/shadow /root /home /var /run /sys /boot /opt /srv /mnt /proc/kcore /proc/keys \
  /proc/cmdline /proc/locks /proc/kallsyms /proc/sysvipc/shm /proc/1/mem /dev/mem /dev/kmsg /dev/vda /dev/pts/ptmx; do
  { ls -A "$path"/ | grep -q . || head -c 1 "$path" | grep -q . ; } 2>/dev/null && echo "$path can be read"; done; exit 0`;

const FORKS = `my $n = 0; while ($n < 5000) { my $p = fork; last unless defined $p; if (!$p) { sleep 60; exit } $n++ } print $n`;

const completed = ({ outcome, output }: Seen): string | undefined => {
  if (outcome.kind !== 'completed') return `the attempt itself failed: ${JSON.stringify(outcome)}`;
  return output.trim() === '' ? undefined : output.trim().split('\n').join('; ');
};

const limited =
  (limit: string) =>
  ({ outcome }: Seen): string | undefined =>
    outcome.kind === 'limit' && outcome.limit === limit ? undefined : `ended as ${JSON.stringify(outcome)}`;

/** Marks processes of an attempt so that the host's own list tells whether one is left. */
const SURVIVOR_MARK = '98765.4321';

const ATTEMPTS: readonly Attempt[] = [
  { name: 'sockets of every family but UNIX', program: 'perl', args: ['-e', SOCKETS], judge: completed },
  { name: 'system calls off the list', program: 'perl', args: ['-e', forbiddenCalls()], judge: completed },
  { name: 'writing anywhere', program: 'sh', args: ['-c', WRITES], judge: completed },
  { name: "the host's files and devices", program: 'sh', args: ['-c', READS], judge: completed },
  {
    name: "others' processes and environment",
    program: 'sh',
    args: [
      '-c',
      'cat /proc/[0-9]*/environ | tr "\\0" "\\n" | grep = | cut -d= -f1 | sort -u; ls -d /proc/[0-9]* | wc -l',
    ],
    judge: ({ output }) => {
      const lines = output.trim().split('\n');
      const known = new Set([...Object.keys(baseProfile().env), 'PWD', 'OLDPWD', 'SHLVL', '_']);
      const leaked = lines.slice(0, -1).filter((name) => !known.has(name));
      if (leaked.length > 0) return `environment: ${leaked.join(', ')}`;
      return Number(lines.at(-1)) <= 6 ? undefined : `${lines.at(-1) ?? 'no'} processes are seen`;
    },
  },
  {
    name: 'inherited descriptors',
    program: 'sh',
    args: ['-c', 'for fd in /proc/self/fd/*; do echo "${fd##*/}"; done'],
    judge: ({ output }) => {
      const extra = output
        .trim()
        .split('\n')
        .filter((fd) => Number(fd) > 3);
      return extra.length === 0 ? undefined : `descriptors ${extra.join(', ')}`;
    },
  },
  {
    name: 'file locks as a channel',
    program: 'perl',
    args: [
      '-e',
      'open(my $f, "<", "/usr/bin/env"); print "flock" if flock($f, 1 | 4); my $lock = pack("ssqqi", 0, 0, 0, 0, 0); print "fcntl" if fcntl($f, 6, $lock); my ($read, $access) = (0, 1); print "lease" if fcntl($f, 1024, $read); print "notify" if fcntl($f, 1026, $access)',
    ],
    judge: completed,
  },
  {
    name: 'typing into a terminal',
    program: 'perl',
    args: [
      '-e',
      'my $c = "x"; for my $fd (*STDIN, *STDOUT, *STDERR) { print "TIOCSTI $! " if ioctl($fd, 0x5412, $c) || $! != 25 }',
    ],
    judge: completed,
  },
  {
    name: 'memory of one process',
    program: 'perl',
    args: ['-e', 'my $x = "x" x (512 * 2 ** 20); sleep 5'],
    limits: { memoryBytes: 64 * MIB },
    judge: bounded('memory'),
  },
  {
    name: 'memory of many processes',
    program: 'sh',
    args: ['-c', 'for i in 1 2 3 4 5 6; do perl -e \'my $x = "x" x (24 * 2 ** 20); sleep 5\' & done; wait'],
    limits: { memoryBytes: 64 * MIB },
    judge: bounded('memory'),
  },
  {
    name: 'a fork bomb',
    program: 'perl',
    args: ['-e', FORKS],
    limits: { processes: 40 },
    judge: (seen) => {
      if (seen.outcome.kind === 'limit') return limited('processes')(seen);
      return Number(seen.output) <= 40 ? undefined : `${seen.output} processes`;
    },
  },
  {
    name: 'a flood of output',
    program: 'sh',
    args: ['-c', 'yes & yes >&2'],
    limits: { outputBytes: MIB },
    judge: (seen) => limited('output')(seen) ?? (seen.output.length <= MIB ? undefined : 'more came through'),
  },
  {
    name: 'stopping instead of ending',
    program: 'sh',
    args: ['-c', 'kill -STOP $$'],
    limits: { wallSeconds: 0.5 },
    judge: limited('wall'),
  },
  {
    name: 'CPU time of many processes',
    program: 'sh',
    args: ['-c', 'for i in 1 2 3 4; do (while :; do :; done) & done; wait'],
    limits: { cpuSeconds: 0.5, wallSeconds: 10 },
    judge: limited('cpu'),
  },
  {
    name: 'outliving the jail',
    program: 'sh',
    args: [
      '-c',
      `setsid sh -c 'setsid sleep ${SURVIVOR_MARK} & sleep ${SURVIVOR_MARK}' >/dev/null 2>&1 & sleep 0.1`,
    ],
    judge: ({ outcome }) => {
      if (outcome.kind !== 'completed') return `ended as ${outcome.kind}`;
      return survivors().length === 0 ? undefined : `processes ${survivors().join(', ')} live on`;
    },
  },
];

/** Where no cgroup counts, a process that asks for too much is refused by its own limit and ends by itself. */
function bounded(limit: string): Attempt['judge'] {
  return (seen, host) => {
    const counted = host.cgroups?.parents.has(limit) === true;
    const refused = seen.outcome.kind === 'crashed' || seen.outcome.kind === 'completed';
    return !counted && refused ? undefined : limited(limit)(seen);
  };
}

function survivors(): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').includes(SURVIVOR_MARK);
    } catch {
      return false;
    }
  });
}

const DEFAULTS: Partial<JailLimits> = { wallSeconds: 20, cpuSeconds: 20, memoryBytes: 512 * MIB };

/**
 * Tries to get out of jails as this host makes them, in every way listed. An attempt that can't be made counts as not
 * held: what was not seen to hold is not trusted.
 */
export async function runEscapeChecks(host: JailHost): Promise<EscapeResult[]> {
  const results: EscapeResult[] = [];
  for (const attempt of ATTEMPTS) results.push(await tryOne(host, attempt));
  return results;
}

async function tryOne(host: JailHost, attempt: Attempt): Promise<EscapeResult> {
  if (attempt.program === 'perl' && !existsSync(PERL)) {
    return { name: attempt.name, held: false, detail: `not tried: install perl (${PERL})` };
  }
  const jail = startJail(host, baseProfile({ ...DEFAULTS, ...attempt.limits }), attempt);
  const chunks: Buffer[] = [];
  jail.stdin.end();
  jail.stderr.resume();
  jail.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const outcome = await jail.outcome;
  const seen = { outcome, output: Buffer.concat(chunks).toString('latin1') };
  const escaped = outcome.kind === 'fault' ? `the jail failed: ${outcome.reason}` : attempt.judge(seen, host);
  return { name: attempt.name, held: escaped === undefined, detail: escaped ?? 'held' };
}
