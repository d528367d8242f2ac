import { chmod, lchown, lstat, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { Identities, SHARED_STORES, type Power, type SharedStore } from './identities.js';

interface Folder {
  path: string;
  /** null: the supervisor's own */
  owner: Power | null;
  group?: SharedStore;
  mode: number;
}

/** Who may enter what below the data folder. `postgres/` belongs to the database server and is not touched. */
const FOLDERS: readonly Folder[] = [
  // The supervisor's: whoever writes here as root must not find a link that a power has planted.
  { path: '.', owner: null, mode: 0o755 },
  { path: 'keys', owner: 'signer', mode: 0o755 },
  { path: 'secrets', owner: null, mode: 0o711 },
  { path: 'secrets/signing', owner: 'signer', mode: 0o700 },
  { path: 'secrets/blind', owner: 'evaluator', mode: 0o700 },
  { path: 'secrets/gateway', owner: 'launcher', mode: 0o700 },
  { path: 'secrets/database', owner: null, mode: 0o711 },
  { path: 'scratch', owner: 'evaluator', mode: 0o700 },
  { path: 'remote', owner: 'launcher', mode: 0o700 },
  { path: 'objects', owner: null, mode: 0o711 },
  { path: 'objects/labels', owner: 'evaluator', mode: 0o700 },
  { path: 'objects/protected', owner: 'evaluator', mode: 0o700 },
  ...(Object.keys(SHARED_STORES) as SharedStore[]).map((store) => ({
    path: `objects/${store}`,
    owner: SHARED_STORES[store].writer,
    group: store,
    // The group comes down to what is made inside, so a writer need not be its member.
    mode: 0o2750,
  })),
];

/** Whose a role's password is; any other file in `secrets/database` stays the supervisor's. */
const DATABASE_ROLES: Readonly<Record<string, Power>> = {
  sandbox_api: 'api',
  sandbox_launcher: 'launcher',
  sandbox_evaluator: 'evaluator',
  sandbox_signer: 'signer',
};

/**
 * Lays out the data folder. With users of their own, each folder goes to the power that writes it, and what it holds
 * comes along when the folder changes hands (a folder begun without them). As one user, everything private is 0700.
 */
export async function prepareDataFolder(
  dataDir: string,
  ownUsers: boolean,
  identities = new Identities(),
): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  for (const folder of FOLDERS) {
    const place = path.join(dataDir, folder.path);
    await mkdir(place, { recursive: true, mode: 0o700 });
    const found = await lstat(place);
    if (!found.isDirectory()) throw new Error(`data folder: ${place} is not a folder`);
    if (ownUsers) {
      const uid = folder.owner === null ? 0 : identities.id(folder.owner);
      const gid = folder.group === undefined ? uid : identities.storeGroup(folder.group);
      if (found.uid !== uid || found.gid !== gid) {
        if (folder.owner === null) await lchown(place, uid, gid);
        else await handOver(place, uid, gid, folder.group !== undefined);
      }
      await chmod(place, folder.mode);
    } else {
      await chmod(place, folder.path === '.' || folder.path === 'keys' ? 0o755 : 0o700);
    }
  }
  if (ownUsers) await ownDatabaseSecrets(dataDir, identities);
}

/** Gives each role's password to the power that uses it; called again once the database has made them. */
export async function ownDatabaseSecrets(dataDir: string, identities = new Identities()): Promise<void> {
  const folder = path.join(dataDir, 'secrets/database');
  // Whoever makes the passwords may have made the folder as well, for itself alone.
  await chmod(folder, 0o711);
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    const power = Object.hasOwn(DATABASE_ROLES, name) ? DATABASE_ROLES[name] : undefined;
    const id = power === undefined ? 0 : identities.id(power);
    const found = await lstat(file);
    if (!found.isFile()) continue;
    if (found.uid !== id || found.gid !== id) await lchown(file, id, id);
    if ((found.mode & 0o777) !== 0o600) await chmod(file, 0o600);
  }
}

/** Never follows a link. Modes of a shared store open to its group, since one made alone was made for its owner only. */
async function handOver(place: string, uid: number, gid: number, shared: boolean): Promise<void> {
  await lchown(place, uid, gid);
  for (const entry of await readdir(place, { withFileTypes: true })) {
    const child = path.join(place, entry.name);
    if (entry.isDirectory()) {
      await handOver(child, uid, gid, shared);
      if (shared) await chmod(child, 0o2750);
    } else {
      await lchown(child, uid, gid);
      if (shared && entry.isFile()) await chmod(child, 0o640);
    }
  }
}
