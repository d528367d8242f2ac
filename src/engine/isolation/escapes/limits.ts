import { type Attempt, call, limited, MIB, nothing, perl, type Seen, shell, silent } from './attempt.js';

const FORKS = `my $n = 0; while ($n < 5000) { my $p = fork; last unless defined $p; if (!$p) { sleep 60; exit } $n++ } sleep 5`;

const SHARED_MEMORY = `$| = 1; for (1 .. 6) { if (!fork) {
  my $at = syscall(${call('mmap')}, 0, 24 * 2 ** 20, 3, 0x21, -1, 0); open(my $zero, "<", "/dev/zero"); if ($at == -1) { print "refused\\n"; exit }
  syscall(${call('read')}, fileno $zero, $at, 24 * 2 ** 20); sleep 5; exit } } 1 while wait > 0`;

/**
 * Fills shared memory, without a file and of /dev/zero, and lets go of its pages (MADV_DONTNEED): they stay, for it is shared,
 * and no process has them any more.
 */
const HIDDEN_MEMORY = `$| = 1; open(my $zero, "+<", "/dev/zero") or die; for (1 .. 8) { for my $how ([0x21, -1], [1, fileno $zero]) {
  my $at = syscall(${call('mmap')}, 0, 16 * 2 ** 20, 3, $$how[0], $$how[1], 0); if ($at == -1) { print "refused\\n"; next }
  syscall(${call('read')}, fileno $zero, $at, 16 * 2 ** 20); syscall(${call('madvise')}, $at, 16 * 2 ** 20, 4); print "got\\n" } } sleep 2`;

/** Whatever was asked for, each time the kernel said no. */
function refused({ outcome, output }: Seen): string | undefined {
  return outcome.kind === 'completed' && /^(refused\n)+$/.test(output)
    ? undefined
    : `ended as ${JSON.stringify(outcome)} ${output}`;
}

/**
 * Machine code that starts threads until none is given, each of which sleeps for ever; then it sleeps, too:
 * clone(VM|FS|FILES|SIGHAND|THREAD|SYSVSEM, stack) in a loop, pause() in each.
 */
const THREADS = `require DynaLoader; my $code = pack "H*", "4c8d2500f0ffff" . "b838000000" . "bf000f0500" . "4c89e6" . "31d2" . "4d31d2" . "4d31c0" . "0f05" . "85c0" . "7fe5" . "b822000000" . "0f05" . "ebf7";
  my $at = syscall(${call('mmap')}, 0, 65536, 7, 0x22, -1, 0); $at += 8192; pipe(my $r, my $w); syswrite $w, $code;
  syscall(${call('read')}, fileno $r, $at, length $code); DynaLoader::dl_install_xsub("main::go", $at); &go`;

/** However the cap was set, no more than was meant came through. */
function flood(seen: Seen): string | undefined {
  const { outcome, output } = seen;
  const through = outcome.kind === 'limit' ? Math.max(outcome.usage.outputBytes, output.length) : 0;
  return limited('output')(seen) ?? (through <= MIB ? undefined : `${through} bytes came through`);
}

/** Eight processes that want a core each for a second. */
const SPINNING = 'for (1 .. 8) { if (!fork) { alarm 1; 1 while 1 } } 1 while wait > 0';

/** Handed out in periods, CPU time may run ahead of the clock for one of them. */
const AHEAD = 1.25;

function atOnce(cores: number): (seen: Seen) => string | undefined {
  return (seen) => {
    if (seen.outcome.kind !== 'completed') return silent(seen);
    const { cpuSeconds, wallSeconds } = seen.outcome.usage;
    if (cpuSeconds === null) return 'nobody counted the CPU time';
    const used = cpuSeconds / wallSeconds;
    return used <= cores * AHEAD ? undefined : `${used.toFixed(2)} cores at once`;
  };
}

/** Ways to use more than was given: each must end with the limit's own reason, or get nothing. */
export const LIMITS: readonly Attempt[] = [
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
    // Where no cgroup counts memory, none may be shared at all.
    judge: (seen) => limited('memory')(seen) && refused(seen),
  },
  {
    name: 'shared memory that no process shows any more',
    program: 'perl',
    args: ['-e', HIDDEN_MEMORY],
    limits: { memoryBytes: 64 * MIB, wallSeconds: 10 },
    judge: (seen) => limited('memory')(seen) && refused(seen),
  },
  {
    name: 'kernel memory in socket buffers',
    program: 'perl',
    args: [
      '-e',
      'use Socket; socketpair(my $a, my $b, AF_UNIX, SOCK_STREAM, 0) or die; for my $option (SO_SNDBUF, SO_RCVBUF, 32, 33) { print "option $option " if setsockopt($a, SOL_SOCKET, $option, pack("l", 2 ** 30)) }',
    ],
    judge: silent,
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
    judge: flood,
  },
  {
    name: 'CPU time of many processes',
    program: 'sh',
    args: ['-c', 'for i in 1 2 3 4; do (while :; do :; done) & done; wait'],
    limits: { cpuSeconds: 0.5, wallSeconds: 10 },
    judge: limited('cpu'),
  },
  {
    name: 'more cores than were given',
    program: 'perl',
    args: ['-e', SPINNING],
    limits: { cores: 1, wallSeconds: 10 },
    judge: atOnce(1),
  },
  perl('threads without end', THREADS, {
    architecture: 'x64',
    limits: { processes: 40, wallSeconds: 5 },
    judge: limited('processes'),
  }),
  perl(
    'memory that cannot be swapped',
    `my $at = syscall(${call('mmap')}, 0, 16 * 2 ** 20, 3, 0x22, -1, 0); print "locked " if syscall(${call('mlock')}, $at, 16 * 2 ** 20) == 0; print "all locked " if syscall(${call('mlockall')}, 3) == 0`,
  ),
  perl(
    'kernel memory in pipes',
    `my @pipes; my $sum = 0; while (pipe(my $r, my $w)) { push @pipes, $r, $w; my $size = 2 ** 20; fcntl($w, 1031, $size); $w->blocking(0); my $n = syswrite($w, "x" x 2 ** 20); $sum += $n || 0 } sleep 1; print "$sum bytes" if $sum > 256 * 2 ** 20`,
    {
      limits: { memoryBytes: 64 * MIB },
      judge: (seen) => limited('memory')(seen) && silent(seen),
    },
  ),
  perl(
    'open files without end',
    'my @files; while (open(my $f, "<", "/dev/null")) { push @files, $f; last if @files > 5000 } $| = 1; print scalar(@files), " files" if @files > 256; sleep 5',
    { limits: { openFiles: 256, wallSeconds: 10 }, judge: (seen) => limited('files')(seen) ?? nothing(seen) },
  ),
  perl(
    'timers without end',
    `my $n = 0; for (1 .. 20000) { last if syscall(${call('timerfd_create')}, 1, 0) < 0; $n++ } $| = 1; print "$n timers" if $n > 256; sleep 5`,
    { limits: { openFiles: 256, wallSeconds: 10 }, judge: (seen) => limited('files')(seen) ?? nothing(seen) },
  ),
  perl(
    "timers and signals of the user's",
    `my $n = 0; for (1 .. 5000) { my $event = pack("q i i x48", 0, 0, 1); my $id = pack("q", 0); last if syscall(${call('timer_create')}, 1, $event, $id) < 0; $n++ } print "$n timers" if $n < 1 || $n > 1100`,
  ),
  perl(
    'bytes and files where there is no disk',
    'my $n = 0; for my $place (qw(/tmp /dev/shm /job /dev /run /var/tmp)) { for (1 .. 50) { if (open(my $f, ">", "$place/sandbox-escape$_")) { print $f "x" x 4096; $n++ } } } print "$n files" if $n',
  ),
  shell('a flood of errors alone', 'yes >&2', {
    limits: { outputBytes: MIB },
    judge: flood,
  }),
  perl('one line without an end', '$| = 1; my $x = "x" x 65536; print $x while 1', {
    limits: { outputBytes: MIB },
    judge: flood,
  }),
  shell('doing nothing', 'sleep 60', { limits: { wallSeconds: 0.3 }, judge: limited('wall') }),
];
