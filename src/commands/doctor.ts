import { Command } from 'commander';
import { existsSync, readFileSync } from 'node:fs';
import { InputError } from '../engine/input-error.js';
import {
  baseProfile,
  type JailHost,
  jailHost,
  type MissingLayer,
  PERL,
  startJail,
} from '../engine/isolation/index.js';
import { onnxRuntime, runEscapeSuite } from '../engine/scoring/index.js';
import { umoci } from '../engine/scoring/oci/index.js';
import { profilesDocument, profilesPage } from './doctor-profiles.js';

interface Finding {
  state: 'ok' | 'warn' | 'fail';
  subject: string;
  finding: string;
  /** What to do about it, and what may happen until then. */
  remedy?: string;
  risk?: string;
}

export const command = new Command('doctor')
  .description(
    'What this machine offers the jail, each line with its remedy; exit 1 if jails cannot be trusted',
  )
  .option('--profiles', 'instead, the page of profiles: what each kind of jail sees, writes and may use')
  .option('--json', 'one JSON document to standard output')
  .action(async (options: { json?: boolean; profiles?: boolean }) => {
    if (options.profiles === true) {
      process.stdout.write(
        options.json === true ? `${JSON.stringify(profilesDocument())}\n` : profilesPage(),
      );
      return;
    }
    const findings = await examine();
    const failed = findings.some(({ state }) => state === 'fail');
    if (options.json === true) process.stdout.write(`${JSON.stringify({ trusted: !failed, findings })}\n`);
    else for (const finding of findings) process.stdout.write(line(finding));
    process.exitCode = failed ? 1 : 0;
  });

function line({ state, subject, finding, remedy, risk }: Finding): string {
  const rest = [
    ...(risk === undefined ? [] : [`risk: ${risk}`]),
    ...(remedy === undefined ? [] : [`remedy: ${remedy}`]),
  ];
  return `${state.padEnd(4)}  ${subject}: ${finding}${rest.length > 0 ? ` (${rest.join('; ')})` : ''}\n`;
}

async function examine(): Promise<Finding[]> {
  const findings: Finding[] = [node()];
  let host: JailHost;
  try {
    host = jailHost();
  } catch (error) {
    return [
      ...findings,
      { state: 'fail', subject: 'jail', finding: said(error), risk: 'no model can be run' },
    ];
  }
  findings.push(
    {
      state: 'ok',
      subject: 'bubblewrap',
      finding: `version ${host.bubblewrapVersion} at ${host.tools.bwrap}`,
    },
    userNamespaces(),
    { state: 'ok', subject: 'seccomp', finding: `allow-list for ${process.arch}` },
    slots(host),
    memory(host),
    processes(host),
    cores(host),
    await scratch(host),
    landlock(),
    { state: 'ok', subject: 'staging folder', finding: host.directory },
    await runtime(host),
    images(),
    programs(),
  );
  for (const { name, held, detail } of await runEscapeSuite(host)) {
    findings.push(
      held
        ? { state: 'ok', subject: 'escape', finding: `${name}: held` }
        : {
            state: 'fail',
            subject: 'escape',
            finding: `${name}: ${detail}`,
            risk: 'a hostile model gets out or takes the machine down',
            remedy: 'run no models here until this line says ok',
          },
    );
  }
  return findings;
}

function node(): Finding {
  const { node: version } = process.versions;
  const subject = 'Node';
  return Number(version.split('.')[0]) >= 24
    ? { state: 'ok', subject, finding: `version ${version}` }
    : {
        state: 'fail',
        subject,
        finding: `version ${version}`,
        remedy: 'use Node 24, which npm ci installs here',
      };
}

function userNamespaces(): Finding {
  const subject = 'user namespaces';
  const limit = readNumber('/proc/sys/user/max_user_namespaces');
  const restricted = readNumber('/proc/sys/kernel/apparmor_restrict_unprivileged_userns');
  if (limit === 0) {
    return { state: 'fail', subject, finding: 'turned off', remedy: 'sysctl user.max_user_namespaces=15000' };
  }
  if (restricted === 1) {
    return {
      state: 'warn',
      subject,
      finding: 'restricted by AppArmor',
      remedy: 'an AppArmor profile for bwrap that allows userns',
      risk: 'jails may not start',
    };
  }
  return { state: 'ok', subject, finding: limit === undefined ? 'available' : `${limit} allowed` };
}

function slots(host: JailHost): Finding {
  const subject = 'user id per slot';
  if (host.slots !== undefined) {
    const { first, count } = host.slots.range;
    return { state: 'ok', subject, finding: `${first} to ${first + count - 1}` };
  }
  return {
    state: 'warn',
    subject,
    finding: reasonOf(host, 'slots'),
    remedy: 'start as root, or as id 0 of a user namespace that maps slot ids',
    risk: `jails run under the id of this service: a kernel bug that opens a namespace opens its files too${host.processLimitBinds ? '' : ', and RLIMIT_NPROC is void for root'}`,
  };
}

function memory(host: JailHost): Finding {
  const subject = 'memory limit';
  if (host.cgroups?.parents.has('memory') === true) {
    return {
      state: 'ok',
      subject,
      finding: `${groupOf(host, 'memory')}, all processes of a jail together`,
    };
  }
  return {
    state: 'warn',
    subject,
    finding: `no memory cgroup: ${reasonOf(host, 'memory')}`,
    remedy: 'delegate a cgroup with the memory and pids controllers (systemd: Delegate=yes)',
    risk: 'the sum is only looked at every few milliseconds: a jail may briefly use more, up to its limit and 2 GiB a process, what pipes, sockets and page tables hold in the kernel is not counted, and programs get no memory that processes share',
  };
}

function processes(host: JailHost): Finding {
  const subject = 'process limit';
  const unbound = 'RLIMIT_NPROC does not bind root, as whom jails run here without slots';
  if (host.cgroups?.parents.has('pids') === true) {
    const version = groupOf(host, 'pids');
    return {
      state: 'ok',
      subject,
      finding: host.processLimitBinds ? `${version} and RLIMIT_NPROC` : `${version} alone: ${unbound}`,
    };
  }
  const remedy = 'delegate a cgroup with the pids controller';
  return host.processLimitBinds
    ? {
        state: 'warn',
        subject,
        finding: `RLIMIT_NPROC and a count every few milliseconds: ${reasonOf(host, 'pids')}`,
        remedy,
        risk: 'too many processes are refused, but a run that lets go at once is not told apart from one that failed by itself',
      }
    : {
        state: 'warn',
        subject,
        finding: `a count every few milliseconds alone: ${unbound}; ${reasonOf(host, 'pids')}`,
        remedy: `${remedy}, or let jails have user ids of their own`,
        risk: 'a fork bomb may make thousands of processes before it is ended',
      };
}

function cores(host: JailHost): Finding {
  const subject = 'CPU limit';
  const limited = host.cgroups?.parents.has('cpu') === true;
  const uncounted = host.missing.some(({ layer }) => layer === 'cpuacct');
  const finding = [
    limited
      ? `${groupOf(host, 'cpu')}, all processes of a jail together`
      : `jails are pinned to cores: ${reasonOf(host, 'cpu')}`,
    ...(uncounted ? [`their CPU time is added up every few milliseconds: ${reasonOf(host, 'cpuacct')}`] : []),
  ].join('; ');
  if (limited && !uncounted) return { state: 'ok', subject, finding };
  return {
    state: 'warn',
    subject,
    finding,
    remedy: 'delegate a cgroup with the cpu controller (under cgroup v1 cpuacct, too)',
    risk: [
      ...(limited
        ? []
        : [
            'a jail uses no more cores than it may, but each of its processes weighs as much as one of the service, and jails may share a core while another has nothing to do',
          ]),
      ...(uncounted ? ['what processes use that nobody waits for is not counted'] : []),
    ].join('; '),
  };
}

/** Made for real: whether a folder can be capped in files depends on rights that no file tells. */
async function scratch(host: JailHost): Promise<Finding> {
  const subject = 'scratch folders';
  const base = baseProfile({ wallSeconds: 10 });
  const mounts = [...base.mounts, { kind: 'scratch' as const, at: '/scratch', bytes: 1 << 20, files: 4 }];
  const script = 'cd /scratch && for i in 1 2 3 4; do : > $i || exit 1; done; : > 5';
  const jail = startJail(host, { ...base, mounts }, { program: 'sh', args: ['-c', script] });
  for (const stream of [jail.stdout, jail.stderr]) stream.resume();
  jail.stdin.end();
  const outcome = await jail.outcome;
  if (outcome.kind === 'limit' && outcome.limit === 'files') {
    return { state: 'ok', subject, finding: 'in memory, capped in bytes and in files' };
  }
  return {
    state: 'warn',
    subject,
    finding: outcome.kind === 'fault' ? outcome.reason : `not capped in files (${outcome.kind})`,
    remedy: 'allow user namespaces, or start as root',
    risk: 'none for jails; runtimes that need a scratch folder (images) do not start here',
  };
}

/** To set it ourselves would take code of our own between bubblewrap and the program. */
function landlock(): Finding {
  const subject = 'Landlock';
  const modules = existsSync('/sys/kernel/security/lsm')
    ? readFileSync('/sys/kernel/security/lsm', 'utf8')
    : undefined;
  const there = modules?.includes('landlock');
  const kernel =
    there === undefined
      ? 'whether the kernel has it is not shown here'
      : `the kernel ${there ? 'has it' : 'lacks it'}`;
  return {
    state: 'ok',
    subject,
    finding: `not used: it would guard what read-only mounts guard already, and the tool that sets it (setpriv of util-linux 2.40) is newer than Debian 12; ${kernel}`,
    risk: 'one layer fewer beside read-only mounts, which hold what it would',
  };
}

async function runtime(host: JailHost): Promise<Finding> {
  const subject = 'ONNX Runtime';
  try {
    const { manifest } = await onnxRuntime(host);
    return {
      state: 'ok',
      subject,
      finding: `${manifest.onnxruntime} on Node ${manifest.node}, staged; ${manifest.cpu}`,
    };
  } catch (error) {
    return {
      state: 'fail',
      subject,
      finding: said(error),
      remedy: 'npm ci; room for 170 MB in the staging folder',
    };
  }
}

/** What is missing here stops some things and lets nothing out. */
function images(): Finding {
  const subject = 'container images';
  const tool = umoci();
  return tool === undefined
    ? {
        state: 'warn',
        subject,
        finding: 'no umoci here, which unpacks them',
        remedy: 'apt-get install umoci',
        risk: 'none for jails; container images are refused (OCI_UNAVAILABLE)',
      }
    : { state: 'ok', subject, finding: `unpacked with ${tool}` };
}

/** Each of these is called by its place when it is needed, and not before. */
const PROGRAMS: readonly (readonly [path: string, package_: string, risk: string])[] = [
  [
    PERL,
    'perl',
    'most escapes below cannot be tried and count as not held; pipes into jails stay narrow, so long runs are slower',
  ],
  ['/usr/bin/prlimit', 'util-linux', 'no jail starts'],
  ['/usr/bin/unshare', 'util-linux', 'images do not start, nor does the service as root'],
  ['/bin/mount', 'mount', 'images do not start'],
  ['/bin/bash', 'bash', 'jails may not start where whoever starts them has many files open'],
  ['/usr/bin/flock', 'util-linux', 'the service cannot run a PostgreSQL of its own'],
];

function programs(): Finding {
  const subject = 'other programs';
  const missing = PROGRAMS.filter(([path]) => !existsSync(path));
  if (missing.length === 0) {
    return { state: 'ok', subject, finding: PROGRAMS.map(([path]) => path).join(', ') };
  }
  return {
    state: 'warn',
    subject,
    finding: `missing: ${missing.map(([path]) => path).join(', ')}`,
    remedy: `apt-get install ${[...new Set(missing.map(([, from]) => from))].join(' ')}`,
    risk: missing.map(([, , risk]) => risk).join('; '),
  };
}

function groupOf(host: JailHost, controller: string): string {
  return `cgroup v${host.cgroups?.parents.get(controller)?.version ?? 1}`;
}

function reasonOf(host: JailHost, layer: MissingLayer['layer']): string {
  return host.missing.find((missing) => missing.layer === layer)?.reason ?? 'not there';
}

function readNumber(path: string): number | undefined {
  return existsSync(path) ? Number(readFileSync(path, 'utf8')) : undefined;
}

function said(error: unknown): string {
  if (error instanceof InputError) return error.message;
  return error instanceof Error ? error.message : String(error);
}
