import { DEVICES, FIXED_LIMITS, type ProfilePage, PROFILES } from '../engine/isolation/index.js';

const MIB = 2 ** 20;

const LIMIT_WORDS: Readonly<Record<keyof ProfilePage['limits'], readonly [what: string, unit: string]>> = {
  wallSeconds: ['wall clock', 's'],
  cpuSeconds: ['CPU of all processes', 's'],
  cores: ['cores at once', ''],
  memoryBytes: ['memory of all processes', 'MiB'],
  processes: ['processes and threads', ''],
  openFiles: ['open files of a process', ''],
  outputBytes: ['stdout and stderr', 'MiB'],
  fileBytes: ['one file', 'MiB'],
  addressSpaceBytes: ['address space of a process where no cgroup counts memory', 'MiB'],
};

/** Of the limits that every jail has, those that are no bytes. */
const COUNTS: readonly string[] = ['sigpending', 'nice', 'rtprio'];

/** The page of profiles for a machine, whole. */
export function profilesDocument(): object {
  return { devices: DEVICES, fixedLimits: FIXED_LIMITS, profiles: PROFILES };
}

/** The page of profiles for whoever signs it off. */
export function profilesPage(): string {
  const common = [
    'In every jail: namespaces of its own, no capability, no network, the allow-list of system calls, a masked /proc,',
    `/dev with ${DEVICES.join(', ')}; ${Object.entries(FIXED_LIMITS)
      .map(([name, most]) => `${name} ${most}${COUNTS.includes(name) ? '' : ' bytes'}`)
      .join(', ')}. Nothing can be written to but what stands under "writes".`,
  ];
  const pages = Object.entries(PROFILES).map(([name, page]) => profileText(name, page));
  return `${[`${common.join('\n')}\n`, ...pages].join('\n')}`;
}

function profileText(name: string, page: ProfilePage): string {
  const writable = page.mounts.filter(({ kind }) => kind === 'scratch' || kind === 'writable');
  const seen = page.mounts.filter((mount) => !writable.includes(mount));
  const variables = Object.entries(page.env).map(([variable, value]) => `${variable}=${value}`);
  const rows: [string, string[]][] = [
    ['sees', seen.map(place)],
    ['writes', writable.length === 0 ? ['nothing'] : writable.map(place)],
    ['stdin', [page.stdin]],
    ['limits', limits(page)],
    [
      'environment',
      [`${variables.join(' ')}: ${page.envWhy}`, ...(page.added ?? '').split('\n').filter(Boolean)],
    ],
    ['starts in', [page.workingDirectory]],
  ];
  const lines = rows.flatMap(([title, texts]) =>
    texts.map((text, index) => `  ${(index === 0 ? title : '').padEnd(13)}${text}`),
  );
  return `${name}: ${page.why}\n${lines.join('\n')}\n`;
}

function place(mount: ProfilePage['mounts'][number]): string {
  return `${mount.at} (${kind(mount)}): ${mount.why}`;
}

function kind(mount: ProfilePage['mounts'][number]): string {
  switch (mount.kind) {
    case 'system':
      return 'the host’s, with the links into it, read-only';
    case 'root':
    case 'readOnly':
      return 'a folder of ours, read-only';
    case 'directory':
      return 'empty, read-only';
    case 'data':
      return `a read-only file of this jail alone${mount.optional ? ', unless it comes on stdin' : ''}`;
    case 'scratch':
      return `in memory, ${amount(mount.bytes, 'MiB')} and ${amount(mount.files, 'files')} at most, gone with the jail`;
    case 'writable':
      return 'a folder of ours, kept';
  }
}

function limits({ limits: most, fitted }: ProfilePage): string[] {
  const known = (Object.keys(LIMIT_WORDS) as (keyof typeof LIMIT_WORDS)[]).filter(
    (limit) => most[limit] !== undefined,
  );
  return known.map((limit) => {
    const [what, unit] = LIMIT_WORDS[limit];
    const by = fitted[limit];
    return `${what}: ${amount(most[limit] ?? 0, unit)}${by === undefined ? '' : `, or as fitted: ${by}`}`;
  });
}

function amount(value: number, unit: string): string {
  const number = (unit === 'MiB' ? value / MIB : value).toLocaleString('en');
  return unit === '' ? number : `${number} ${unit}`;
}
