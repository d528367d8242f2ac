import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { powerOf, type Process, processes } from './processes.ts';

/** Users that jails run as, when the service is root. */
const SLOTS = { first: 640_100, last: 640_163 };

/** What the machine must not keep while the service is idle: jails, their groups, locks, pipes and half-made files. */
export function judgeMachine(dataFolder: string, groups: readonly string[]): string[] {
  const breaches = processes()
    .filter(isJail)
    .map(({ pid, command }) => `process ${pid} of a jail is left: ${command.join(' ').slice(0, 120)}`);
  for (const group of groups)
    for (const name of groupsBelow(group)) {
      const launcher = /sandbox-launcher-(\d+)$/.exec(name)?.[1];
      if (launcher === undefined || !existsSync(`/proc/${launcher}`))
        breaches.push(`the cgroup ${name} is left`);
    }
  for (const state of stateFolders()) {
    const locks = join(state, 'slots');
    for (const name of existsSync(locks) ? readdirSync(locks) : [])
      breaches.push(`the slot lock ${join(locks, name)} is left`);
    for (const name of readdirSync(state)) {
      const owner = /^pipes-(\d+)-/.exec(name)?.[1];
      if (owner !== undefined && !existsSync(`/proc/${owner}`))
        breaches.push(`pipes of launcher ${owner}, which is dead, are left`);
      if (name.startsWith('building-') || /\.\d+$/.test(name))
        breaches.push(`${join(state, name)} was begun and is left`);
    }
  }
  for (const file of filesBelow(dataFolder)) {
    if (file.startsWith(join(dataFolder, 'postgres'))) continue;
    if (/\/incoming\/|\.new$|\/scratch\//.test(file)) breaches.push(`${file} was begun and is left`);
  }
  return breaches;
}

/** Every process that is neither this test's nor the shell that began it: after the service was stopped, none. */
export function survivors(): string[] {
  return processes()
    .filter(({ pid, state }) => pid !== process.pid && pid !== 1 && state !== 'Z')
    .map(({ pid, command }) => `process ${pid} outlived the service: ${command.join(' ').slice(0, 120)}`);
}

/** What lies in the stores: every object is what its name says, and every one that a row names is there. */
export async function judgeStores(
  client: pg.Client,
  dataFolder: string,
): Promise<{ breaches: string[]; objects: number; unnamed: number }> {
  const { rows } = await client.query<{ store: string; digest: string }>(
    `SELECT 'scores' AS store, sha256 AS digest FROM sandbox.run_score
     UNION SELECT 'reports', unnest(ARRAY[digest, envelope_digest, html_digest, tenant_digest, tenant_html_digest]) FROM sandbox.report
     UNION SELECT 'artefacts', artefact_sha256 FROM sandbox.model_version WHERE state = 'READY'
     UNION SELECT 'features', sha256 FROM sandbox.dataset_object`,
  );
  const named = new Set(rows.map(({ store, digest }) => `${store}/${digest}`));
  const breaches: string[] = [];
  const objects = join(dataFolder, 'objects');
  const present = new Set<string>();
  for (const file of filesBelow(objects)) {
    const [store = '', ...parts] = file.slice(objects.length + 1).split('/');
    const name = parts.join('');
    if (!/^[0-9a-f]{64}$/.test(name)) continue;
    present.add(`${store}/${name}`);
    const hash = createHash('sha256');
    await pipeline(createReadStream(file), hash);
    if (hash.digest('hex') !== name) breaches.push(`${file} is not what its name says`);
  }
  for (const name of named) if (!present.has(name)) breaches.push(`${name} is named and not there`);
  const watched = new Set(rows.map(({ store }) => store));
  const unnamed = [...present].filter(
    (name) => watched.has(name.split('/')[0] ?? '') && !named.has(name),
  ).length;
  return { breaches, objects: present.size, unnamed };
}

function isJail(one: Process): boolean {
  if (one.state === 'Z' || powerOf(one) !== undefined) return false;
  const program = one.command[0]?.split('/').at(-1);
  return (
    program === 'bwrap' || one.command.includes('jail') || (one.uid >= SLOTS.first && one.uid <= SLOTS.last)
  );
}

function groupsBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => [join(folder, name), ...groupsBelow(join(folder, name))]);
}

/** Folders of the jail's host in this test's own /var/tmp and /tmp. */
function stateFolders(): string[] {
  return ['/var/tmp', '/tmp'].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.startsWith('sandbox-jail-'))
      .map((name) => join(folder, name)),
  );
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const place = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(place) : entry.isFile() ? [place] : [];
  });
}
