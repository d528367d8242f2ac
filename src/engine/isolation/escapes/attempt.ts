import { type JailHost } from '../jail-host.js';
import { type JailLimits, type JailMount, type JailOutcome } from '../profile.js';
import { type Architecture, SYSCALLS } from '../syscalls.js';

/** One way to get out, tried in a jail as any job gets it. */
export interface Attempt {
  name: string;
  program: 'perl' | 'sh';
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
  /** What the jail has beside what any job gets. */
  mounts?: readonly JailMount[];
  /** Takes it away; what was taken of it, if anything was. */
  withdraw: () => Promise<string | undefined>;
}

export const MIB = 2 ** 20;
export const PERL = '/usr/bin/perl';

type Extras = Partial<Omit<Attempt, 'name' | 'program' | 'args'>>;

/** An attempt in Perl, which can make any system call. It prints what it got; nothing printed is a jail that held. */
export function perl(name: string, code: string, extras: Extras = {}): Attempt {
  return { name, program: 'perl', args: ['-e', code], judge: silent, ...extras };
}

/** The same as a shell script. */
export function shell(name: string, script: string, extras: Extras = {}): Attempt {
  return { name, program: 'sh', args: ['-c', script], judge: silent, ...extras };
}

/** System calls each of which must answer EPERM or ENOSYS, made with arguments of nothing. */
export function calls(name: string, names: string): Attempt {
  const table = tableHere();
  const numbered = names.split(' ').flatMap((each) => {
    const number = table.get(each);
    return number === undefined ? [] : [`${each}=${number}`];
  });
  return perl(
    name,
    `for (qw(${numbered.join(' ')})) { my ($n, $nr) = split /=/; $! = 0; my $r = syscall(int $nr, 0, 0, 0, 0, 0, 0);
      print "$n answered $r (", $! + 0, ")\\n" unless $r == -1 && ($! == 1 || $! == 38) }`,
  );
}

/** The number of a system call on this machine. */
export function call(name: string): number {
  const number = tableHere().get(name);
  if (number === undefined) throw new Error(`no number is known for ${name}`);
  return number;
}

function tableHere(): ReadonlyMap<string, number> {
  const here: Architecture = process.arch === 'arm64' ? 'arm64' : 'x64';
  return SYSCALLS[here];
}

export function silent({ outcome, output }: Seen): string | undefined {
  if (outcome.kind !== 'completed') return `the attempt itself failed: ${JSON.stringify(outcome)}`;
  return nothing({ outcome, output });
}

/** However it ended. */
export function nothing({ output }: Seen): string | undefined {
  return output.trim() === '' ? undefined : output.trim().split('\n').join('; ');
}

export function limited(limit: string): (seen: Seen) => string | undefined {
  return ({ outcome }) =>
    outcome.kind === 'limit' && outcome.limit === limit ? undefined : `ended as ${JSON.stringify(outcome)}`;
}
