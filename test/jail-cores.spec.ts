import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cgroup, type CgroupParent, findCgroupSite } from '../src/engine/isolation/cgroup.js';
import { Cores, coresIn } from '../src/engine/isolation/cores.js';
import {
  baseProfile,
  JailHost,
  type JailOutcome,
  runEscapeChecks,
  startJail,
} from '../src/engine/isolation/index.js';

const GROUP_LIMITS = { memoryBytes: 2 ** 30, processes: 67 };
const SPINS = 'for (1 .. 4) { if (!fork) { alarm 1; 1 while 1 } } 1 while wait > 0';
const cpu = findCgroupSite().parents.get('cpu');
const withGroups = cpu === undefined ? it.skip : it;
const withCores = availableParallelism() < 2 ? it.skip : it;

async function run(host: JailHost, cores: number, program: string, ...args: string[]) {
  const jail = startJail(host, baseProfile({ cores, wallSeconds: 20 }), { program, args });
  const chunks: Buffer[] = [];
  jail.stdin.end();
  jail.stderr.resume();
  jail.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const outcome = await jail.outcome;
  return { outcome, output: Buffer.concat(chunks).toString() };
}

function atOnce(outcome: JailOutcome): number {
  if (outcome.kind !== 'completed') throw new Error(JSON.stringify(outcome));
  return (outcome.usage.cpuSeconds ?? NaN) / outcome.usage.wallSeconds;
}

describe('the cores of a jail', () => {
  withGroups('are no more than it was given, however many processes it has, and in fractions', async () => {
    const { outcome } = await run(new JailHost({}), 0.25, 'perl', '-e', SPINS);
    // Handed out in periods of 0.1 s, CPU time runs ahead of the clock by one of them at most.
    expect(atOnce(outcome)).toBeLessThan(0.25 * 1.25 + 0.05);
    // A busy machine may give it less.
    expect(atOnce(outcome)).toBeGreaterThan(0);
  });

  (cpu === undefined ? it.skip : withCores)('are looked for by the suite: with more it notices', async () => {
    const names = ['more cores than were given', 'cores of its own choice'];
    const held = async (cores: number) => {
      const results = await runEscapeChecks(new JailHost({}), undefined, names, { cores });
      return results.flatMap((result) => (result.held ? [result.name] : []));
    };
    expect((await held(1)).sort()).toEqual(names.toSorted());
    expect(await held(64)).toEqual(['cores of its own choice']);
  });

  withCores('are those it is started on where no cgroup limits them', async () => {
    const host = new JailHost({ cgroupParent: null });
    const allowed = async (cores: number) => {
      const { output } = await run(host, cores, 'cat', '/proc/self/status');
      return coresIn(output);
    };
    const [one, other] = [await allowed(1), await allowed(1)];
    expect([one.length, other.length]).toEqual([1, 1]);
    expect(one).not.toEqual(other);
    expect((await allowed(4096)).length).toBe(availableParallelism());
    expect(host.layers).toContain('pinned to cores');
  });

  it('are handed out one after the other, and all of them where there are no more', () => {
    const cores = new Cores(() => '/usr/bin/taskset');
    const own = coresIn(readFileSync('/proc/self/status', 'latin1'));
    expect(cores.pinned(own.length)).toEqual([]);
    expect(coresIn('Name:\tx\nCpus_allowed_list:\t0-2,5,7-8\n')).toEqual([0, 1, 2, 5, 7, 8]);
  });
});

describe('the group of a jail', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'cores-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  // A plain folder takes what is written as the kernel would, which shows the words for a version this machine lacks.
  it.each([
    [1, { 'cpu.cfs_quota_us': '200000', 'cpu.shares': '2048' }],
    [2, { 'cpu.max': '200000 100000', 'cpu.weight': '200' }],
  ] as const)('is given its cores in the words of cgroup v%i', (version, files) => {
    const group = new Cgroup(
      { parents: new Map([['cpu', { folder, version }]]), missing: [] },
      { ...GROUP_LIMITS, cores: 2 },
    );
    const [entrance = ''] = group.entrances;
    const written = Object.keys(files).map((name) => [
      name,
      readFileSync(join(entrance, '..', name), 'utf8'),
    ]);
    expect(Object.fromEntries(written)).toEqual(files);
  });

  it('is read in the words of each controller’s own version where both stand side by side', () => {
    const places: Record<string, CgroupParent> = {
      memory: { folder: join(folder, 'one'), version: 1 },
      pids: { folder: join(folder, 'two'), version: 2 },
    };
    for (const place of Object.values(places)) mkdirSync(place.folder);
    const group = new Cgroup(
      { parents: new Map(Object.entries(places)), missing: [] },
      { ...GROUP_LIMITS, cores: 1 },
    );
    const [memory = '', pids = ''] = group.entrances.map((path) => join(path, '..'));
    writeFileSync(join(memory, 'memory.oom_control'), 'oom_kill_disable 0\nunder_oom 0\noom_kill 1\n');
    writeFileSync(join(memory, 'memory.max_usage_in_bytes'), '4096');
    writeFileSync(join(pids, 'cpu.stat'), 'usage_usec 1500000\nuser_usec 1\n');
    expect(group.usage()).toMatchObject({ cpuSeconds: 1.5, peakMemoryBytes: 4096, outOfMemory: true });
  });

  (cpu?.version === 1 ? it : it.skip)('starts below a group that has less than the jail may use', () => {
    const above = join(cpu?.folder ?? '', `sandbox-test-${process.pid}`);
    mkdirSync(above);
    try {
      writeFileSync(join(above, 'cpu.cfs_quota_us'), '50000');
      const parents = new Map<string, CgroupParent>([['cpu', { folder: above, version: 1 }]]);
      const group = new Cgroup({ parents, missing: [] }, { ...GROUP_LIMITS, cores: 2 });
      const [entrance = ''] = group.entrances;
      // No limit of its own: the one above holds it to less.
      expect(readFileSync(join(entrance, '..', 'cpu.cfs_quota_us'), 'utf8').trim()).toBe('-1');
      rmdirSync(join(entrance, '..'));
    } finally {
      rmdirSync(above);
    }
  });
});
