import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../src/platform/database/index.js';

const run = promisify(execFile);
const sandbox = join(projectRoot(), 'dist', 'main.js');

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
  }, 240_000);

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

  it.each(['strong', 'weak', 'skewed'])(
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
