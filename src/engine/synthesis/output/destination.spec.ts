import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Destination } from './destination.js';

const SHEET = '{"schema":"sandbox-datasheet/1"}';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-destination-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Fills a version with one file. */
async function fill(path: string, replace = false, text = 'new'): Promise<void> {
  const destination = await Destination.at(path, replace);
  await destination.fill(() => writeFile(join(destination.partial, 'datasheet.json'), text));
}

async function version(path: string, text = SHEET): Promise<void> {
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'datasheet.json'), text);
}

/** The number of a process that is surely gone. */
function deadProcess(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

describe('Destination', () => {
  it('gives the whole its name at the end, in a new folder, an empty one and over an older version', async () => {
    const path = join(folder, 'a', 'b');
    await fill(path);
    expect(await readdir(path)).toEqual(['datasheet.json']);
    await mkdir(join(folder, 'empty'));
    await fill(join(folder, 'empty'));
    await version(join(folder, 'old'));
    await symlink(join(folder, 'old'), join(folder, 'link'));
    await fill(join(folder, 'link'), true);
    expect(await readFile(join(folder, 'old', 'datasheet.json'), 'utf8')).toBe('new');
    expect((await readdir(folder)).sort()).toEqual(['a', 'empty', 'link', 'old']);
  });

  it.each([
    ['a folder that is not empty', false, SHEET, 'FOLDER_NOT_EMPTY'],
    ['what is no version', true, '{"name":"my-work"}', 'NOT_A_VERSION'],
    ['what only looks like a version', true, 'sandbox-datasheet/1', 'NOT_A_VERSION'],
  ])('leaves alone %s', async (_, replace, text, code) => {
    await version(join(folder, 'mine'), text);
    await expect(Destination.at(join(folder, 'mine'), replace)).rejects.toMatchObject({ code });
    expect(await readFile(join(folder, 'mine', 'datasheet.json'), 'utf8')).toBe(text);
  });

  it.each([
    ['/', 'BAD_FOLDER'],
    [homedir(), 'BAD_FOLDER'],
    [process.cwd(), 'BAD_FOLDER'],
    [dirname(process.cwd()), 'BAD_FOLDER'],
    [process.execPath, 'BAD_FOLDER'],
  ])('takes nothing that is lived in: %s', async (path, code) => {
    await expect(Destination.at(path, true)).rejects.toMatchObject({ code });
  });

  it('leaves nothing of a failure, not even the parents that it made, and keeps the older version', async () => {
    const destination = await Destination.at(join(folder, 'x', 'y', 'z'), false);
    const failing = destination.fill(async () => {
      await version(join(destination.partial, 'deep', 'er'));
      throw new Error('enough');
    });
    await expect(failing).rejects.toThrow('enough');
    expect(await readdir(folder)).toEqual([]);

    await version(join(folder, 'old'));
    const over = await Destination.at(join(folder, 'old'), true);
    await expect(over.fill(() => Promise.reject(new Error('enough')))).rejects.toThrow('enough');
    expect(await readdir(folder)).toEqual(['old']);
    expect(await readFile(join(folder, 'old', 'datasheet.json'), 'utf8')).toBe(SHEET);
  });

  it('does not take the place of what came meanwhile', async () => {
    const destination = await Destination.at(join(folder, 'raced'), false);
    const raced = destination.fill(() => version(join(folder, 'raced')));
    await expect(raced).rejects.toMatchObject({ code: 'BAD_FOLDER' });
    expect(await readFile(join(folder, 'raced', 'datasheet.json'), 'utf8')).toBe(SHEET);
    expect(await readdir(folder)).toEqual(['raced']);
  });

  it('removes what killed processes left, puts back what they set aside, and spares the living', async () => {
    const dead = deadProcess();
    const living = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    try {
      const left = (name: string, pid: number | undefined, host = hostname()) =>
        join(folder, `.${name}.partial-${host}-${pid}-1`);
      await version(left('a', dead));
      await version(left('a', living.pid));
      await version(left('a', dead, 'elsewhere'));
      await version(left('other', dead));
      await fill(join(folder, 'a'));
      expect((await readdir(folder)).sort()).toEqual(
        [`.a.partial-${hostname()}-${living.pid}-1`, `.a.partial-elsewhere-${dead}-1`, `.other.partial-${hostname()}-${dead}-1`, 'a'].sort(), // prettier-ignore
      );
      // Killed between setting the old version aside and giving the new one its name.
      await version(`${left('b', dead)}-old`);
      const failing = (await Destination.at(join(folder, 'b'), true)).fill(() =>
        Promise.reject(new Error('no')),
      );
      await expect(failing).rejects.toThrow('no');
      expect(await readFile(join(folder, 'b', 'datasheet.json'), 'utf8')).toBe(SHEET);
    } finally {
      const gone = once(living, 'exit');
      living.kill('SIGKILL');
      await gone;
    }
  });

  it('asks the disk that the folder will stand on', async () => {
    const destination = await Destination.at(join(folder, 'not', 'there', 'yet'), false);
    await destination.hasRoomFor(1);
    await expect(destination.hasRoomFor(2 ** 60)).rejects.toMatchObject({ code: 'DISK_TOO_SMALL' });
    expect(await readdir(folder)).toEqual([]);
  });
});
