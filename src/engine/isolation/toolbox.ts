import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Where the tools stand in a jail whose `/` is not the host's: in our own `/dev`, where no image has anything. */
const FOLDER = '/dev/.sandbox';
const LOADERS: Readonly<Record<string, string>> = {
  x64: '/lib64/ld-linux-x86-64.so.2',
  arm64: '/lib/ld-linux-aarch64.so.1',
};

/** Files of the host's to bind, and how to run what they are. */
export interface Toolbox {
  binds: readonly (readonly [from: string, to: string])[];
  prlimit: readonly string[];
  sh: readonly string[];
}

/** In a jail that has the host's `/usr`: nothing to bring. */
export const SYSTEM_TOOLS: Toolbox = { binds: [], prlimit: ['/usr/bin/prlimit'], sh: ['/bin/sh'] };

/**
 * What sets a program's limits and is its pid 1, for a jail in whose root there may be neither shell nor libraries, and
 * where none that is there can be trusted: the host's own prlimit and sh with their libraries, run by the host's own
 * loader. They start without an environment and look for libraries in this folder alone; the one file of the root that
 * such a loader still reads, `/etc/ld.so.preload`, is masked by whoever builds the jail.
 *
 * @throws Error where the host's loader is not to be found
 */
export function toolbox(): Toolbox {
  const loader = LOADERS[process.arch];
  if (loader === undefined || !existsSync(loader)) {
    throw new Error(`no loader of the GNU C library is known for ${process.arch}: images cannot be run`);
  }
  const tools = { prlimit: '/usr/bin/prlimit', sh: '/bin/sh' };
  const libraries = new Set(Object.values(tools).flatMap((tool) => librariesOf(loader, tool)));
  const inside = (name: string) => join(FOLDER, name);
  const run = (name: string) => [
    inside('loader'),
    ...['--inhibit-cache', '--library-path', FOLDER],
    inside(name),
  ];
  return {
    binds: [
      [loader, inside('loader')],
      ...Object.entries(tools).map(([name, path]) => [path, inside(name)] as const),
      ...[...libraries].map((path) => [path, inside(basename(path))] as const),
    ],
    prlimit: run('prlimit'),
    sh: run('sh'),
  };
}

function librariesOf(loader: string, program: string): string[] {
  const text = execFileSync(loader, ['--list', program], { encoding: 'utf8', env: {} });
  return [...text.matchAll(/ => (\/\S+)/g)].flatMap(([, path]) => path ?? []);
}
