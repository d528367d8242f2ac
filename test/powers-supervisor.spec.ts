import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, lstat, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  delegatedCgroup,
  findSeparation,
  Identities,
  prepareDataFolder,
  startPowers,
  type PowersOptions,
  type Supervisor,
} from '../src/platform/powers/index.js';

const dist = path.resolve(import.meta.dirname, '../dist/platform/powers');
const power = JSON.stringify(pathToFileURL(path.join(dist, 'power-process.js')).href);
const separation = findSeparation(new Identities());

/** A project of one file, whose code stands in for a power's. */
async function project(folder: string, code: string): Promise<{ projectDir: string; entry: URL }> {
  const projectDir = path.join(folder, 'project');
  await mkdir(path.join(projectDir, 'dist'), { recursive: true });
  await mkdir(path.join(projectDir, 'node_modules'), { recursive: true });
  await writeFile(path.join(projectDir, 'package.json'), '{"type":"module"}');
  await writeFile(path.join(projectDir, 'dist/main.js'), code);
  return { projectDir, entry: pathToFileURL(path.join(projectDir, 'dist/main.js')) };
}

describe('a supervisor', () => {
  let folder: string;
  let log: string[];
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'supervisor-'));
    log = [];
  });
  afterEach(() => rm(folder, { recursive: true }));

  const start = async (code: string, more: Partial<PowersOptions> = {}): Promise<Supervisor> => {
    const { projectDir, entry } = await project(folder, code);
    return startPowers({
      powers: [{ power: 'signer', entry, env: ({ data }) => ({ DATA: data }) }],
      projectDir,
      dataDir: path.join(folder, 'data'),
      ownUsers: 'never',
      log: (line) => log.push(line),
      ...more,
    });
  };

  it('lets a power finish what it does when it stops', async () => {
    const supervisor = await start(`
      import fs from 'node:fs';
      import { setTimeout as sleep } from 'node:timers/promises';
      import { enterPower } from ${power};
      const keep = setInterval(() => {}, 1000);
      enterPower(async () => { clearInterval(keep); await sleep(100); fs.writeFileSync(process.env.DATA + '/drained', 'yes'); }).ready();
    `);
    await supervisor.ready;
    const pid = supervisor.pid('signer');
    await supervisor.stop();
    expect(readFileSync(path.join(folder, 'data/drained'), 'utf8')).toBe('yes');
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(log.filter((line) => line.includes('is ended'))).toEqual([]);
  });

  it('ends a power that does not finish in time', async () => {
    const supervisor = await start(
      `import { enterPower } from ${power};
       setInterval(() => {}, 1000);
       enterPower(() => new Promise(() => {})).ready();`,
      { graceMs: 200 },
    );
    await supervisor.ready;
    const pid = supervisor.pid('signer');
    await supervisor.stop();
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(log).toContain('signer did not finish in time and is ended');
  });

  it('gives up on a power that never gets ready, and says how it ended', async () => {
    const supervisor = await start('process.exit(3);');
    await expect(supervisor.ready).rejects.toThrow('signer could not be started: status 3');
    expect(log.filter((line) => line.includes('it starts again'))).toHaveLength(4);
    await supervisor.stop();
  });

  // The power neither listens to its supervisor nor ends by itself.
  it.each(['auto', 'never'] as const)(
    'takes its powers along when it is killed (users of their own: %s)',
    async (ownUsers) => {
      const { projectDir, entry } = await project(
        folder,
        `setInterval(() => {}, 1000); process.send({ type: 'ready' });`,
      );
      const main = path.join(folder, 'supervisor.mjs');
      await writeFile(
        main,
        `import { startPowers } from ${JSON.stringify(pathToFileURL(path.join(dist, 'index.js')).href)};
       const names = ['api', 'launcher'];
       const s = await startPowers({
         powers: names.map((power) => ({ power, entry: new URL(${JSON.stringify(entry.href)}), env: () => ({}) })),
         projectDir: ${JSON.stringify(projectDir)}, dataDir: ${JSON.stringify(path.join(folder, 'data'))}, log: () => {},
         ownUsers: '${ownUsers}',
       });
       await s.ready;
       process.send(names.map((name) => s.pid(name)));`,
      );
      const supervisor = fork(main, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
      const [pids] = (await once(supervisor, 'message')) as [number[]];
      expect(pids.every((pid) => existsSync(`/proc/${pid}`))).toBe(true);
      supervisor.kill('SIGKILL');
      await once(supervisor, 'exit');
      while (pids.some(runs)) await new Promise((resolve) => setTimeout(resolve, 10));
    },
  );

  it('finds the cgroup v2 group handed down to a launcher, and none elsewhere', () => {
    expect(delegatedCgroup('0::/user.slice/app/sandbox-launcher-42/launcher\n')).toBe(
      '/user.slice/app/sandbox-launcher-42',
    );
    expect(delegatedCgroup('8:pids:/sandbox-launcher-42\n0::/\n')).toBeUndefined();
  });

  const own = separation.kind === 'own-users' ? it : it.skip;

  own('runs powers from a clone whose files only root may read', async () => {
    const code = `
      import fs from 'node:fs';
      process.on('SIGTERM', () => process.exit(0));
      setInterval(() => {}, 1000);
      process.send({ type: 'ready' });
      process.send({ type: 'code', where: import.meta.url, uid: process.getuid(), own: fs.existsSync('/mnt/app/package.json') });
    `;
    const { projectDir, entry } = await project(folder, code);
    for (const name of ['package.json', 'dist/main.js']) await chmod(path.join(projectDir, name), 0o600);
    for (const name of ['dist', 'node_modules', '.']) await chmod(path.join(projectDir, name), 0o700);
    const messages: unknown[] = [];
    const supervisor = await startPowers({
      powers: [{ power: 'evaluator', entry, env: () => ({}) }],
      projectDir,
      dataDir: path.join(folder, 'data'),
      log: (line) => log.push(line),
      onMessage: (_power, message) => messages.push(message),
    });
    try {
      await supervisor.ready;
      while (messages.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
      expect(messages[1]).toMatchObject({ uid: new Identities().id('evaluator'), own: true });
    } finally {
      await supervisor.stop();
    }
    const copied = /copying them to (\S+)/.exec(log.join('\n'))?.[1] ?? '';
    expect(copied).toMatch(/^\/var\/tmp\/sandbox-code-/);
    await rm(path.dirname(copied), { recursive: true });
    expect((await lstat(path.join(projectDir, 'dist/main.js'))).mode & 0o777).toBe(0o600);
  });

  own('hands a data folder begun by one user over to the powers’ users', async () => {
    const data = path.join(folder, 'data');
    await prepareDataFolder(data, false);
    expect((await lstat(path.join(data, 'objects/labels'))).mode & 0o777).toBe(0o700);
    await mkdir(path.join(data, 'objects/features/ab'), { mode: 0o700 });
    await writeFile(path.join(data, 'objects/features/ab/cd'), 'x', { mode: 0o600 });
    await writeFile(path.join(data, 'secrets/database/sandbox_api'), 'x', { mode: 0o600 });
    await writeFile(path.join(data, 'secrets/database/postgres'), 'x', { mode: 0o600 });
    await prepareDataFolder(data, true);
    const ids = new Identities();
    const owner = async (name: string): Promise<[number, number, string]> => {
      const { uid, gid, mode } = await lstat(path.join(data, name));
      return [uid, gid, (mode & 0o7777).toString(8)];
    };
    const features = ids.storeGroup('features');
    expect(await owner('objects/features')).toEqual([ids.id('evaluator'), features, '2750']);
    expect(await owner('objects/features/ab')).toEqual([ids.id('evaluator'), features, '2750']);
    expect(await owner('objects/features/ab/cd')).toEqual([ids.id('evaluator'), features, '640']);
    expect(await owner('secrets/database/sandbox_api')).toEqual([ids.id('api'), ids.id('api'), '600']);
    expect(await owner('secrets/database/postgres')).toEqual([0, 0, '600']);
  });

  (separation.kind === 'same-user' ? it : it.skip)(
    'says as an ordinary user why powers have no users of their own',
    () => {
      expect(separation).toMatchObject({
        reason: expect.stringMatching(/not started as root|not mapped|not to be had/) as unknown,
      });
    },
  );
});

/** A process that is more than a zombie waiting for somebody to ask after it. */
function runs(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}
