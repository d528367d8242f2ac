import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { projectRoot } from '../src/platform/database/index.js';

const run = promisify(execFile);
const sandbox = join(projectRoot(), 'dist', 'main.js');

async function firstLine(stream: Readable): Promise<string> {
  for await (const line of createInterface({ input: stream })) return line;
  return '';
}

interface Report {
  evidence: { verdicts: { id: string; verdict: string }[] };
}

/** The demo as a stranger runs it, below a folder that is closed to everybody else, as a home folder may be. */
describe('sandbox demo', () => {
  let folder: string;
  let output: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'demo-'));
    await chmod(folder, 0o700);
    await mkdir(join(folder, 'data'));
    ({ stdout: output } = await run(process.execPath, [sandbox, 'demo', '--data', join(folder, 'data')]));
  }, 300_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const verdicts = async (model: string): Promise<Record<string, string>> => {
    const report = JSON.parse(
      await readFile(join(folder, 'data/demo', model, 'report.json'), 'utf8'),
    ) as Report;
    return Object.fromEntries(report.evidence.verdicts.map(({ id, verdict }) => [id, verdict]));
  };

  it('passes the strong model on every criterion, and two people approve it', async () => {
    expect(new Set(Object.values(await verdicts('strong')))).toEqual(new Set(['PASS']));
    expect(output).toContain('decided by two people: APPROVED (CONFIRMED)');
  });

  it('fails the weak model on average precision', async () => {
    expect(await verdicts('weak')).toMatchObject({ 'precision-over-recall': 'FAIL', ranking: 'PASS' });
  });

  it('passes the skewed model on performance, fails it on equal opportunity, and does not judge a small group', async () => {
    expect(await verdicts('skewed')).toEqual({
      ranking: 'PASS',
      'precision-over-recall': 'PASS',
      calibration: 'PASS',
      'recall-at-5-percent': 'PASS',
      'equal-opportunity-sex': 'FAIL',
      'equal-opportunity-control': 'PASS',
      'recall-small-group': 'INCONCLUSIVE',
    });
  });

  it('passes the credit model on its own plan: the mission is fraud and risk', async () => {
    expect(await verdicts('credit')).toEqual({
      ranking: 'PASS',
      separation: 'PASS',
      calibration: 'PASS',
      'predictive-equality-sex': 'PASS',
      'equal-opportunity-control': 'PASS',
    });
  });

  it.each(['strong', 'weak', 'skewed', 'credit'])(
    'leaves a sealed report of %s that verifies offline',
    async (model) => {
      const file = join(folder, 'data/demo', model, 'report.dsse.json');
      const { stdout } = await run(process.execPath, [
        sandbox,
        'verify',
        file,
        '--data',
        join(folder, 'data'),
      ]);
      expect(stdout.trim().split('\n').at(-1)).toBe('Verified.');
      expect(await readFile(join(folder, 'data/demo', model, 'report.html'), 'utf8')).toContain(
        '<!doctype html>',
      );
    },
  );

  it('is served afterwards, and the guides of the README run on it as they stand', async () => {
    const readme = await readFile(join(projectRoot(), 'README.md'), 'utf8');
    const blocks = [...readme.matchAll(/<!-- guide: \w+ -->\n+```sh\n(.*?)```/gs)].map(([, block]) => block);
    expect(blocks.length).toBeGreaterThan(6);
    const work = join(folder, 'work');
    await mkdir(work);
    await symlink(join(folder, 'data'), join(work, '.data'));
    await symlink(join(projectRoot(), 'src'), join(work, 'src'));
    const service = spawn(
      process.execPath,
      [sandbox, 'serve', '--port', '0', '--data', join(folder, 'data')],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    try {
      const url = /Listening on (\S+)/.exec(await firstLine(service.stdout))?.[1] ?? '';
      const script = blocks
        .join('\n')
        .replaceAll('/tmp/', `${folder}/`)
        .replace('http://127.0.0.1:3000', url)
        .replaceAll('npx sandbox verify', `${process.execPath} ${sandbox} verify --data .data`);
      const { stdout } = await run('bash', ['-c', script], { cwd: work });
      expect(stdout).not.toContain('"errors"');
      expect(stdout.match(/"code":"[A-Z_]+"/g)).toEqual(['"code":"SECOND_PERSON_NEEDED"']);
      expect(stdout.match(/^Verified\.$/gm)).toHaveLength(2);
      expect(stdout).toContain('"state":"LOCKED"');
      expect(stdout).toContain('"state":"CONFIRMED","outcome":"APPROVED_WITH_CONDITIONS"');
      expect(await readFile(join(folder, 'my-report.html'), 'utf8')).toContain('<!doctype html>');
    } finally {
      service.kill('SIGTERM');
      await once(service, 'exit');
    }
  }, 300_000);

  it('keeps its secrets to their owners', async () => {
    const mode = async (path: string): Promise<string> =>
      ((await stat(join(folder, 'data', path))).mode & 0o777).toString(8);
    expect(await mode('demo/tokens.json')).toBe('600');
    expect(await mode('operator-token')).toBe('600');
    expect(await mode('secrets/signing/key.pem')).toBe('600');
    expect(await mode('secrets/blind/secret')).toBe('600');
    expect(output).not.toMatch(/sbx_[A-Za-z0-9_-]{20,}/);
  });
});
