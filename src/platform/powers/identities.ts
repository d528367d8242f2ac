import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * The powers that no single process may hold together: the API takes requests, the launcher runs models, the evaluator
 * joins labels, the signer seals.
 */
export const POWERS = ['api', 'launcher', 'evaluator', 'signer'] as const;
export type Power = (typeof POWERS)[number];

/** What powers hand to each other through the data folder: one writes, one reads, and a group is the key to it. */
export const SHARED_STORES = {
  artefacts: { writer: 'api', reader: 'launcher' },
  features: { writer: 'evaluator', reader: 'launcher' },
  scores: { writer: 'launcher', reader: 'evaluator' },
  reports: { writer: 'signer', reader: 'api' },
  development: { writer: 'evaluator', reader: 'api' },
  imports: { writer: 'api', reader: 'evaluator' },
} as const satisfies Record<string, { writer: Power; reader: Power }>;
export type SharedStore = keyof typeof SHARED_STORES;

/** Outside the ids that Debian and systemd hand out (accounts below 60,000, containers from 524,288 upwards). */
export const FIRST_ID = 640_000;
const SLOTS_FROM = 100;
const SLOTS = 64;
const GROUPS_FROM = 200;
const STORES = Object.keys(SHARED_STORES) as SharedStore[];

/** Numeric users and groups; no account has them, so nothing on the machine belongs to them but what is given here. */
export class Identities {
  constructor(readonly first: number = FIRST_ID) {}

  /** user id of a power, its own group's id too */
  id(power: Power): number {
    return this.first + 1 + POWERS.indexOf(power);
  }

  /** users that jails run as */
  get slots(): { first: number; count: number } {
    return { first: this.first + SLOTS_FROM, count: SLOTS };
  }

  storeGroup(store: SharedStore): number {
    return this.first + GROUPS_FROM + STORES.indexOf(store);
  }

  /** the groups by which a power reads what others wrote */
  groupsOf(power: Power): number[] {
    return STORES.filter((store) => SHARED_STORES[store].reader === power).map((store) =>
      this.storeGroup(store),
    );
  }

  /** last id of all that are used */
  get last(): number {
    return this.first + GROUPS_FROM + STORES.length;
  }
}

/** Whether powers can have users of their own here; where not, why not, for the log. */
export type Separation = { kind: 'own-users' } | { kind: 'same-user'; reason: string };

/** Found by trying what a start does, since being called root means little in a container. */
export function findSeparation(identities: Identities): Separation {
  if (process.geteuid?.() !== 0) return sameUser('not started as root: all powers run as this user');
  for (const file of ['/proc/self/uid_map', '/proc/self/gid_map'])
    if (!maps(file, identities.first, identities.last))
      return sameUser(`ids ${identities.first} to ${identities.last} are not mapped in this user namespace`);
  const id = String(identities.id('launcher'));
  const tried = spawnSync(
    'unshare',
    [
      '--mount',
      '--propagation',
      'private',
      '--',
      'setpriv',
      '--reuid',
      id,
      '--regid',
      id,
      '--clear-groups',
      '--',
      'unshare',
      '--user',
      '--',
      'true',
    ],
    { encoding: 'utf8', env: { PATH: SYSTEM_PATH } },
  );
  if (tried.error !== undefined) return sameUser(`unshare cannot be run: ${tried.error.message}`);
  if (tried.status !== 0)
    return sameUser(
      `namespaces or users are not to be had here: ${tried.stderr.trim().replaceAll('\n', ' ')}`,
    );
  return { kind: 'own-users' };
}

export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

function sameUser(reason: string): Separation {
  return { kind: 'same-user', reason };
}

function maps(file: string, first: number, last: number): boolean {
  return readFileSync(file, 'latin1')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .some(([from = 0, , count = 0]) => from <= first && from + count > last);
}
