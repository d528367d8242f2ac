import { type Attempt, call, limited, perl, shell } from './attempt.js';

const finished: Attempt['judge'] = ({ outcome }) =>
  outcome.kind === 'completed' ? undefined : `ended as ${JSON.stringify(outcome)}`;

/** Ways to outlive, to stop or to kill. What is left of an attempt when its jail has ended, `checks` finds. */
export const SURVIVAL: readonly Attempt[] = [
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
  shell('outliving the jail', 'setsid sh -c "setsid sleep 600 & sleep 600" >/dev/null 2>&1 & sleep 0.1', {
    judge: finished,
  }),
  perl(
    'outliving the jail with its output held open',
    'use POSIX; for (1 .. 3) { if (!fork) { POSIX::setsid(); if (!fork) { $SIG{$_} = "IGNORE" for keys %SIG; sleep 600 } exit } }',
    { judge: finished, limits: { wallSeconds: 5 } },
  ),
  perl(
    'signals to others by every call',
    `for my $pid (2 .. 4096) { next if $pid == $$ || $pid == getppid; for my $sent (syscall(${call('kill')}, $pid, 0), syscall(${call('tkill')}, $pid, 0), syscall(${call('tgkill')}, $pid, $pid, 0)) {
       print "$pid " if $sent == 0 && !-e "/proc/$pid" } }`,
  ),
];
