import { createHash } from 'node:crypto';
import { open, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Configuration } from '../platform/config/index.js';
import { type DatabaseRole, DatabaseServer, projectRoot } from '../platform/database/index.js';
import { type Power, POWERS, startPowers } from '../platform/powers/index.js';
import type { PowerSettings } from './part.js';

export type ServiceRole = 'all' | 'api' | 'worker';

const POWERS_OF_ROLE: Readonly<Record<ServiceRole, readonly Power[]>> = {
  all: POWERS,
  api: ['api'],
  worker: ['launcher', 'evaluator', 'signer'],
};

const DATABASE_ROLE: Readonly<Record<Power, DatabaseRole>> = {
  api: 'sandbox_api',
  launcher: 'sandbox_launcher',
  evaluator: 'sandbox_evaluator',
  signer: 'sandbox_signer',
};

/** What moves features and scores over the pipes of the jail. */
const ARROW_FORMAT = 'Arrow IPC stream, metadata V5';

/** For a power to close what it has open, once its work has ended or was given back. */
const GRACE_MS = 10_000;

export interface Service {
  /** where the API listens; null for workers */
  url: string | null;
  /** where runners at tenants' sites are awaited, and what they pin; null where none are */
  gateway: { address: string; fingerprint: string } | null;
  dataFolder: string;
  /** lets what is under way finish, for as long as the configuration gives it */
  stop(): Promise<void>;
  /** while it stops: gives back what is under way */
  hurry(): void;
}

/**
 * Starts the service: the database (its own without `databaseUrl`), the migrations, and a process for each power. This
 * process itself only keeps them running.
 */
export async function startService(
  configuration: Configuration,
  role: ServiceRole,
  logger: Logger,
): Promise<Service> {
  const dataFolder = configuration.data;
  const server = await DatabaseServer.open({ dataFolder, databaseUrl: configuration.databaseUrl });
  try {
    const applied = await server.migrate();
    if (applied.length > 0) logger.info({ migrations: applied }, 'migrated the database');
    const buildDigest = await digestOfBuild();
    let url: string | null = null;
    let gateway: Service['gateway'] = null;
    let writing: Promise<void> = Promise.resolve();
    const settingsOf = (power: Power, slots: PowerSettings['slots']): PowerSettings => ({
      configuration,
      dataFolder: place.data,
      database: server.address(DATABASE_ROLE[power]),
      jobs: server.address('sandbox_jobs'),
      slots,
      buildDigest,
      versions: { arrow: ARROW_FORMAT },
    });
    const place = { data: dataFolder, slots: null as PowerSettings['slots'] };
    const supervisor = await startPowers({
      powers: POWERS_OF_ROLE[role].map((power) => ({
        power,
        entry: new URL('./power.entry.js', import.meta.url),
        args: [power],
        env: ({ data, slots }) => {
          place.data = data;
          place.slots = slots;
          return { ORT_DISABLE_TELEMETRY: '1', TZ: 'UTC', LANG: 'C.UTF-8' };
        },
      })),
      projectDir: projectRoot(),
      dataDir: dataFolder,
      graceMs: configuration.drainSeconds * 1_000 + GRACE_MS,
      log: (line) => logger.info(line),
      onMessage: (power, message) => {
        const {
          type,
          url: listening,
          secret,
          address,
          fingerprint,
        } = message as Readonly<Record<string, unknown>>;
        if (type === 'hello')
          supervisor.send(power, { type: 'settings', settings: settingsOf(power, place.slots) });
        if (type === 'listening' && typeof listening === 'string') url = listening;
        if (type === 'gateway' && typeof address === 'string' && typeof fingerprint === 'string')
          gateway = { address, fingerprint };
        if (type === 'operatorToken' && typeof secret === 'string') {
          writing = writeSecret(join(dataFolder, 'operator-token'), secret);
        }
      },
    });
    try {
      await supervisor.ready;
      await writing;
    } catch (error) {
      await supervisor.stop();
      throw error;
    }
    return {
      url,
      gateway,
      dataFolder,
      stop: async () => {
        supervisor.send('api', { type: 'draining' });
        await supervisor.stop();
        await server.stop();
      },
      hurry: () => supervisor.hurry(),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** SHA-256 over the compiled files and the lock of their libraries: what a report says it was made with. */
async function digestOfBuild(): Promise<string> {
  const root = projectRoot();
  const files = (await readdir(join(root, 'dist'), { recursive: true }))
    .filter((name) => name.endsWith('.js'))
    .sort();
  const hash = createHash('sha256');
  for (const file of [...files.map((name) => join('dist', name)), 'package-lock.json']) {
    hash.update(`${file}\0`).update(await readFile(join(root, file)));
  }
  return hash.digest('hex');
}

/** A file of mode 0600 that appears whole. */
async function writeSecret(path: string, secret: string): Promise<void> {
  const draft = `${path}.${process.pid}.new`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(`${secret}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
