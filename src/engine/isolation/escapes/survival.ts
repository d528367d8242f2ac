import { spawn } from 'node:child_process';
import { type Attempt, type Bait, call, limited, perl, shell } from './attempt.js';

/** A process of the host's, by its number there. */
function standBy(): Promise<Bait> {
  const child = spawn('/bin/sleep', ['600'], { stdio: 'ignore', env: {} });
  let ended = false;
  child.once('exit', () => (ended = true)).once('error', () => (ended = true));
  return Promise.resolve({
    name: String(child.pid ?? 0),
    withdraw: async () => {
      // An end that came just now is heard in the next turn.
      await new Promise((resolve) => setImmediate(resolve));
      const killed = ended;
      child.kill('SIGKILL');
      return killed ? 'the process was ended' : undefined;
    },
  });
}

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
    "killing the host's processes by every call",
    `my $pid = 0 + pop; my $info = pack("iii x116", 0, 0, -1); for my $signal (0, 9) { my $fd = syscall(${call('pidfd_open')}, $pid, 0);
       for my $sent ([${call('kill')}, $pid, $signal], [${call('tkill')}, $pid, $signal], [${call('tgkill')}, $pid, $pid, $signal], [${call('rt_sigqueueinfo')}, $pid, $signal, $info], [${call('pidfd_send_signal')}, $fd, $signal, 0, 0]) {
         my @call = @$sent; next if $call[1] < 0; $! = 0; print "$call[0] answered ", $! + 0, " " if syscall($call[0], @call[1 .. $#call]) == 0 || $! != 3 } }`,
    { bait: standBy },
  ),
];
