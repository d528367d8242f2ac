import { cp, mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  findSeparation,
  Identities,
  POWERS,
  startPowers,
  type Power,
  type PowerPlace,
  type Supervisor,
} from '../src/platform/powers/index.js';

/** What a power does when the test asks it: the test's hand inside the power's own process. */
const PROBE = `
import fs from 'node:fs';
import path from 'node:path';
import { enterPower } from './platform/powers/power-process.js';
const acts = {
  read: (file) => fs.readFileSync(file, 'utf8'),
  write: (file) => { fs.mkdirSync(path.dirname(file), { recursive: true }); fs.writeFileSync(file, 'written'); return 'ok'; },
  list: (folder) => fs.readdirSync(folder),
  setuid: (id) => { process.setuid(id); return 'became ' + process.getuid(); },
  setgid: (id) => { process.setgid(id); return 'became ' + process.getgid(); },
  status: () => fs.readFileSync('/proc/self/status', 'latin1'),
  env: () => process.env,
  kill: (pid) => process.kill(pid, 0),
  crash: () => process.kill(process.pid, 'SIGKILL'),
  uidMap: () => fs.readFileSync('/proc/self/uid_map', 'latin1').trim(),
  jail: async (args) => {
    const { startJail, baseProfile, JailHost } = await import('./engine/isolation/index.js');
    const host = new JailHost();
    const running = await startJail(host, baseProfile(), { program: args[0], args: args.slice(1) });
    running.stdin.end();
    running.stderr.resume();
    const chunks = [];
    for await (const chunk of running.stdout) chunks.push(chunk);
    return { missing: host.missing, outcome: await running.outcome, out: Buffer.concat(chunks).toString() };
  },
};
const power = enterPower(async () => {}, async (message) => {
  try {
    power.send({ type: 'answer', id: message.id, value: (await acts[message.act](message.argument)) ?? null });
  } catch (error) {
    power.send({ type: 'answer', id: message.id, error: error.code ?? String(error) });
  }
});
power.ready();
`;

interface Answer {
  type: string;
  id: number;
  value?: unknown;
  error?: string;
}

const separation = findSeparation(new Identities());
const log: string[] = [];

describe('powers', () => {
  let folder: string;
  let supervisor: Supervisor;
  let place: PowerPlace;
  const waiting = new Map<number, (answer: Answer) => void>();
  let asked = 0;

  const ask = async (power: Power, act: string, argument: unknown = null): Promise<Answer> => {
    const id = ++asked;
    const answer = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    if (!supervisor.send(power, { id, act, argument })) throw new Error(`${power} is not there`);
    return answer;
  };
  const inData = (name: string): string => path.join(place.data, name);

  beforeAll(async () => {
    // Made with mode 0700: the powers' users cannot pass through it, as with a clone in root's home.
    folder = await mkdtemp(path.join(tmpdir(), 'powers-'));
    const projectDir = path.join(folder, 'project');
    await mkdir(path.join(projectDir, 'node_modules'), { recursive: true });
    await cp(path.resolve(import.meta.dirname, '../dist'), path.join(projectDir, 'dist'), {
      recursive: true,
    });
    await writeFile(path.join(projectDir, 'package.json'), '{"type":"module"}');
    await writeFile(path.join(projectDir, 'dist/probe.js'), PROBE);
    supervisor = await startPowers({
      powers: POWERS.map((power) => ({
        power,
        entry: pathToFileURL(path.join(projectDir, 'dist/probe.js')),
        env: (given) => {
          place = given;
          return { POWER: power };
        },
      })),
      projectDir,
      dataDir: path.join(folder, 'data'),
      log: (line) => log.push(line),
      onMessage: (_power, message) => {
        const answer = message as Answer;
        if (answer.type === 'answer') waiting.get(answer.id)?.(answer);
      },
    });
    await supervisor.ready;
  });

  afterAll(async () => {
    const pids = POWERS.map((power) => supervisor.pid(power));
    const groups = launcherGroups(supervisor.pid('launcher'));
    await supervisor.stop();
    for (const pid of pids) expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(groups.filter((group) => existsSync(group))).toEqual([]);
    await rm(folder, { recursive: true });
  });

  it('are four processes, each with nothing of its parent’s environment', async () => {
    expect(new Set(POWERS.map((power) => supervisor.pid(power))).size).toBe(4);
    for (const power of POWERS) {
      const names = Object.keys((await ask(power, 'env')).value as object);
      expect(
        names.filter((name) => !['PATH', 'POWER', 'PWD', 'OLDPWD', 'SHLVL', '_'].includes(name)),
      ).toEqual([]);
    }
  });

  it('say whether they have users of their own, and otherwise why not', () => {
    expect(supervisor.separation).toEqual(separation);
    expect(log.join('\n')).toContain(
      separation.kind === 'own-users' ? 'users of their own' : `processes of one user: ${separation.reason}`,
    );
  });

  it('come back after a crash, and messages reach them again', async () => {
    const before = supervisor.pid('api');
    supervisor.send('api', { id: 0, act: 'crash' });
    for (;;) {
      const pid = supervisor.pid('api');
      if (pid !== null && pid !== before) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    // The message waits in the channel until the new process listens.
    expect((await ask('api', 'env')).value).toMatchObject({ POWER: 'api' });
    expect(log.join('\n')).toContain('api ended (SIGKILL)');
  });

  const own = separation.kind === 'own-users' ? describe : describe.skip;
  own(
    `with users of their own${separation.kind === 'same-user' ? ` (skipped: ${separation.reason})` : ''}`,
    () => {
      const written: readonly [file: string, writer: Power, readers: readonly Power[]][] = [
        ['objects/artefacts/ab/cd', 'api', ['launcher']],
        ['objects/features/ab/cd', 'evaluator', ['launcher']],
        ['objects/scores/ab/cd', 'launcher', ['evaluator']],
        ['objects/reports/ab/cd', 'signer', ['api']],
        ['objects/development/ab/cd', 'evaluator', ['api']],
        ['objects/imports/ab/cd', 'api', ['evaluator']],
        ['scratch/rows', 'evaluator', []],
        ['remote/run.scores', 'launcher', []],
        ['secrets/gateway/key.pem', 'launcher', []],
        ['objects/labels/ab/cd', 'evaluator', []],
        ['objects/protected/ab/cd', 'evaluator', []],
        ['secrets/blind/secret', 'evaluator', []],
        ['secrets/signing/key.pem', 'signer', []],
        ['keys/a.pub', 'signer', []],
      ];

      it.each(written)('%s is written by %s and read by %j alone', async (file, writer, readers) => {
        for (const power of POWERS.filter((one) => one !== writer))
          expect({ power, ...(await ask(power, 'write', inData(`${file}-foreign`))) }).toMatchObject({
            power,
            error: 'EACCES',
          });
        expect(await ask(writer, 'write', inData(file))).toMatchObject({ value: 'ok' });
        if (file.startsWith('keys/')) return;
        for (const power of POWERS) {
          const { value, error } = await ask(power, 'read', inData(file));
          const may = power === writer || readers.includes(power);
          expect({ power, value, error }).toEqual({
            power,
            value: may ? 'written' : undefined,
            error: may ? undefined : 'EACCES',
          });
        }
      });

      it('hold no capability outside their own namespace, and cannot gain any', async () => {
        for (const power of POWERS) {
          const status = String((await ask(power, 'status')).value);
          expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
          if (power === 'launcher') continue;
          for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
            expect(status).toMatch(new RegExp(`^${set}:\\s+0+$`, 'm'));
        }
      });

      it('cannot become one another, nor root; the launcher can become a slot and nobody else', async () => {
        const ids = new Identities();
        expect(String((await ask('launcher', 'uidMap')).value).replace(/ +/g, ' ')).toBe(
          `0 ${ids.id('launcher')} 1\n ${ids.slots.first} ${ids.slots.first} ${ids.slots.count}`,
        );
        for (const power of POWERS)
          for (const other of POWERS.filter((one) => one !== power))
            for (const act of ['setuid', 'setgid'])
              expect((await ask(power, act, ids.id(other))).error).toMatch(/^(EINVAL|EPERM)$/);
        for (const power of ['api', 'evaluator', 'signer'] as const)
          expect((await ask(power, 'setuid', 0)).error).toBe('EPERM');
        // Root of the launcher's namespace is the launcher itself: files of the machine's root stay closed to it.
        expect((await ask('launcher', 'setuid', 0)).value).toBe('became 0');
        expect((await ask('launcher', 'read', '/etc/shadow')).error).toBe('EACCES');
      });

      it('cannot signal one another, nor read the code’s folder but by the mount', async () => {
        for (const power of POWERS)
          for (const other of POWERS.filter((one) => one !== power))
            expect((await ask(power, 'kill', supervisor.pid(other))).error).toBe('EPERM');
        expect((await ask('api', 'list', folder)).error).toBe('EACCES');
        expect((await ask('api', 'write', path.join(place.project, 'dist/planted.js'))).error).toBe('EROFS');
      });

      it('lets the launcher run jails as slots’ users', async () => {
        const { first, count } = new Identities().slots;
        let done = false;
        const answer = ask('launcher', 'jail', ['sleep', '0.7']).finally(() => (done = true));
        const seen = new Set<number>();
        while (!done) {
          for (const uid of usersRunning('sleep')) if (uid >= first && uid < first + count) seen.add(uid);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        const { value, error } = await answer;
        expect(error).toBeUndefined();
        const { outcome, missing } = value as { outcome: object; missing: { layer: string }[] };
        expect(outcome).toMatchObject({ kind: 'completed' });
        expect(missing.map(({ layer }) => layer)).not.toContain('slots');
        expect(seen.size).toBe(1);
      });

      it('hands a cgroup down to the launcher, where the machine has one', async () => {
        const groups = launcherGroups(supervisor.pid('launcher'));
        const { value } = await ask('launcher', 'jail', ['true']);
        const { missing } = value as { missing: { layer: string }[] };
        for (const layer of ['memory', 'pids', 'cpu'])
          expect({ layer, missing: missing.some((one) => one.layer === layer) }).toEqual({
            layer,
            missing: !groups.some((group) => group.includes(`/${layer}/`)),
          });
      });
    },
  );
});

/** Users, as the whole machine knows them, of the processes of that name. */
function usersRunning(name: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        const status = readFileSync(`/proc/${pid}/status`, 'latin1');
        if (!status.startsWith(`Name:\t${name}\n`)) return [];
        return [Number(/^Uid:\s+(\d+)/m.exec(status)?.[1])];
      } catch {
        return [];
      }
    });
}

/** The groups of a launcher in the hierarchies of cgroup v1. */
function launcherGroups(pid: number | null): string[] {
  if (!existsSync('/sys/fs/cgroup')) return [];
  return readdirSync('/sys/fs/cgroup')
    .map((controller) =>
      path.join('/sys/fs/cgroup', controller, ownGroup(controller) ?? '', `sandbox-launcher-${pid}`),
    )
    .filter((group) => existsSync(group));
}

function ownGroup(controller: string): string | null {
  return new RegExp(`^\\d+:(?:[^:]*,)?${controller}(?:,[^:]*)?:(.*)$`, 'm').exec(cgroupText)?.[1] ?? null;
}

const cgroupText = existsSync('/proc/self/cgroup') ? readFileSync('/proc/self/cgroup', 'utf8') : '';
