import { readdirSync, readFileSync } from 'node:fs';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type JailHost } from './jail-host.js';
import { baseProfile, type JailLimits, type JailOutcome } from './profile.js';
import { SYSCALLS } from './syscalls.js';

/** One way to get out, tried in a jail as any job gets it. */
export interface Attempt {
  name: string;
  program: string;
  args: readonly string[];
  limits?: Partial<JailLimits>;
  /** Only where the machine code in it can run. */
  architecture?: string;
  /** What the host holds out meanwhile: its name is the program's last argument. */
  bait?: (host: JailHost) => Promise<Bait>;
  /** Undefined when the jail held, otherwise what got out. */
  judge: (seen: Seen) => string | undefined;
}

export interface Seen {
  outcome: JailOutcome;
  output: string;
}

export interface Bait {
  name: string;
  /** Takes it away; what was taken of it, if anything was. */
  withdraw: () => Promise<string | undefined>;
}

const MIB = 2 ** 20;
export const PERL = '/usr/bin/perl';

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

function call(name: string): number {
  const number = SYSCALLS[process.arch === 'arm64' ? 'arm64' : 'x64'].get(name);
  if (number === undefined) throw new Error(`no number is known for ${name}`);
  return number;
}

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

const FORKS = `my $n = 0; while ($n < 5000) { my $p = fork; last unless defined $p; if (!$p) { sleep 60; exit } $n++ } sleep 5`;

const SHARED_MEMORY = `for (1 .. 6) { if (!fork) {
  my $at = syscall(${call('mmap')}, 0, 24 * 2 ** 20, 3, 0x21, -1, 0); open(my $zero, "<", "/dev/zero");
  syscall(${call('read')}, fileno $zero, $at, 24 * 2 ** 20); sleep 5; exit } } 1 while wait > 0`;

/** Machine code for getpid as 32-bit programs call it: mov eax, 20; int 0x80; ret. */
const INT80 = `require DynaLoader; my $code = "\\xb8\\x14\\0\\0\\0\\xcd\\x80\\xc3";
  my $at = syscall(${call('mmap')}, 0, 4096, 7, 0x22, -1, 0); pipe(my $r, my $w); syswrite $w, $code;
  syscall(${call('read')}, fileno $r, $at, length $code); DynaLoader::dl_install_xsub("main::call", $at); &call; print "it ran"`;

const CHANGES = `my $f = "/usr/bin/env"; my $n = 0;
  for my $to (qw(/x /usr/x /usr/bin/x /dev/x /dev/shm/x /job/x /proc/x /tmp/x)) {
    symlink("/etc", $to) and print "symlink $to "; link($f, $to) and print "link $to "; mkdir($to) and print "mkdir $to ";
    rename($f, $to) and print "rename $to "; open(my $h, ">", $to) and print "file $to "; }
  truncate($f, 0) and print "truncate "; unlink($f) and print "unlink "; chmod(0777, $f) and print "chmod ";
  utime(1, 1, $f) and print "utime "; chown(1000, 1000, $f) and print "chown ";
  for (qw(/proc/sysrq-trigger /proc/sys/kernel/core_pattern /proc/self/mem /proc/self/uid_map /proc/self/oom_score_adj
    /proc/1/mem /proc/self/coredump_filter /proc/self/comm /dev/tty /dev/ptmx /dev/mem /dev/kmsg /dev/kvm)) {
    open(my $h, "+<", $_) and print "write $_ " }`;

const RIGHTS = `grep -qx 'NoNewPrivs:.1' /proc/self/status || echo 'privileges can be gained'
  grep '^Cap' /proc/self/status | grep -v '0000000000000000$'
  grep -E ' (/|/usr|/dev|/proc|/job) ' /proc/self/mountinfo | grep -v nosuid
  [ "$(ulimit -Hc)" = 0 ] || echo "core files of $(ulimit -Hc)"
  (ulimit -n 4096) 2>/dev/null && echo 'more open files'; (ulimit -c 1) 2>/dev/null && echo 'a core file'
  nice -n -5 true 2>/dev/null && [ "$(nice -n -5 nice 2>/dev/null)" -lt 0 ] && echo 'a higher priority'
  unshare -U true 2>/dev/null && echo 'a user namespace'; unshare -m true 2>/dev/null && echo 'a mount namespace'
  perl -e 'print "user id $_\\n" for grep { syscall(${call('setuid')}, $_) == 0 } 0, 1, 65534; print "group id $_\\n" for grep { syscall(${call('setgid')}, $_) == 0 } 0, 1, 65534'
  exit 0`;

const CONNECT = `use Socket; my $name = pop; for my $path ("\\0$name", "/$name") { socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die;
  print "connected to $name" if connect($s, pack("Sa*", AF_UNIX, $path)) }
  for (2, 10) { print "a socket of family $_" if socket(my $s, $_, SOCK_STREAM, 0) }`;

/** A service on an abstract name, which no mount hides: only a network namespace does. */
async function listen(): Promise<Bait> {
  const name = `sandbox-escape-${process.pid}`;
  let taken = 0;
  const server = createServer((socket) => {
    taken += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(`\0${name}`, resolve);
  });
  return {
    name,
    withdraw: async () => {
      await new Promise((resolve) => server.close(resolve));
      return taken > 0 ? 'the service was reached' : undefined;
    },
  };
}

/** A file that anybody on the host may read and write. */
async function leave(host: JailHost): Promise<Bait> {
  const name = join(host.directory, `escape-${process.pid}`);
  const text = 'not for models';
  await writeFile(name, text);
  await chmod(name, 0o666);
  return {
    name,
    withdraw: async () => {
      const found = await readFile(name, 'utf8');
      await rm(name);
      return found === text ? undefined : 'the file was changed';
    },
  };
}

const completed = ({ outcome, output }: Seen): string | undefined => {
  if (outcome.kind !== 'completed') return `the attempt itself failed: ${JSON.stringify(outcome)}`;
  return output.trim() === '' ? undefined : output.trim().split('\n').join('; ');
};

const limited =
  (limit: string) =>
  ({ outcome }: Seen): string | undefined =>
    outcome.kind === 'limit' && outcome.limit === limit ? undefined : `ended as ${JSON.stringify(outcome)}`;

const badCall = ({ outcome, output }: Seen): string | undefined =>
  outcome.kind === 'crashed' && outcome.signal === 'SIGSYS' && output === ''
    ? undefined
    : `ended as ${JSON.stringify(outcome)} ${output}`;

/** Marks processes of an attempt so that the host's own list tells whether one is left. */
const SURVIVOR_MARK = '98765.4321';

export const ATTEMPTS: readonly Attempt[] = [
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
      'open(my $f, "<", "/usr/bin/env"); print "flock" if flock($f, 1 | 4); my $lock = pack("ssqqi", 0, 0, 0, 0, 0); print "fcntl" if fcntl($f, 6, $lock); my ($read, $access) = (0, 1); print "open file description lock" if fcntl($f, 37, $lock); print "high word" if syscall(' +
        call('fcntl') +
        ', fileno($f), 0x100000006, $lock) == 0; print "lease" if fcntl($f, 1024, $read); print "notify" if fcntl($f, 1026, $access)',
    ],
    judge: completed,
  },
  {
    name: 'calls of another architecture',
    architecture: 'x64',
    program: 'perl',
    args: ['-e', INT80],
    judge: badCall,
  },
  {
    name: 'calls by their x32 numbers',
    architecture: 'x64',
    program: 'perl',
    args: ['-e', 'print syscall(0x40000000 + 39)'],
    judge: badCall,
  },
  { name: 'changing files, links and modes', program: 'perl', args: ['-e', CHANGES], judge: completed },
  { name: 'rights regained', program: 'sh', args: ['-c', RIGHTS], judge: completed },
  {
    name: "services that listen on the host's names",
    program: 'perl',
    args: ['-e', CONNECT],
    bait: listen,
    judge: completed,
  },
  {
    name: 'files beside the jail',
    program: 'sh',
    args: ['-c', 'cat "$0" 2>/dev/null; cat "/proc/1/root/$0" "/proc/self/cwd/../..$0" 2>/dev/null; exit 0'],
    bait: leave,
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
    judge: limited('memory'),
  },
  {
    name: 'memory of many processes',
    program: 'sh',
    args: ['-c', 'for i in 1 2 3 4 5 6; do perl -e \'my $x = "x" x (24 * 2 ** 20); sleep 5\' & done; wait'],
    limits: { memoryBytes: 64 * MIB },
    judge: limited('memory'),
  },
  {
    name: 'memory shared by many processes',
    program: 'perl',
    args: ['-e', SHARED_MEMORY],
    limits: { memoryBytes: 64 * MIB },
    judge: limited('memory'),
  },
  {
    name: 'kernel memory in socket buffers',
    program: 'perl',
    args: [
      '-e',
      'use Socket; socketpair(my $a, my $b, AF_UNIX, SOCK_STREAM, 0) or die; for my $option (SO_SNDBUF, SO_RCVBUF, 32, 33) { print "option $option " if setsockopt($a, SOL_SOCKET, $option, pack("l", 2 ** 30)) }',
    ],
    judge: completed,
  },
  {
    name: 'a fork bomb',
    program: 'perl',
    args: ['-e', FORKS],
    limits: { processes: 40 },
    judge: limited('processes'),
  },
  {
    name: 'processes that come and go',
    program: 'perl',
    args: [
      '-e',
      'while (1) { my $p = fork; next if !defined $p; if ($p == 0) { fork; fork; exit } waitpid $p, 0 }',
    ],
    limits: { processes: 40, wallSeconds: 1 },
    judge: (seen) => limited('processes')(seen) && limited('wall')(seen),
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
    name: 'stopping everybody else',
    program: 'sh',
    args: ['-c', 'kill -STOP -1; kill -STOP 1 $PPID 0; sleep 60'],
    limits: { wallSeconds: 0.5 },
    judge: limited('wall'),
  },
  {
    name: 'killing everybody else',
    program: 'sh',
    args: ['-c', 'trap "" TERM; kill -KILL 1 $PPID; kill -KILL -- -1; sleep 0.1; exit 3'],
    judge: ({ outcome }) =>
      outcome.kind === 'crashed' && outcome.exitCode === 3
        ? undefined
        : `ended as ${JSON.stringify(outcome)}`,
  },
  {
    name: 'ignoring every signal, printing slowly',
    program: 'perl',
    args: [
      '-e',
      '$SIG{$_} = "IGNORE" for keys %SIG; $| = 1; while (1) { print "."; select undef, undef, undef, 0.05 }',
    ],
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
