import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'plan-'));
afterAll(() => rmSync(folder, { recursive: true }));

const plan = (...args: string[]): { status: number | null; stdout: string; stderr: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'plan', ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

test('a suite is a plan to be edited, checked, compared and held against a pack', () => {
  const { stdout } = plan('show', 'fraud');
  const suite = JSON.parse(stdout) as { criteria: { id: string; threshold: number }[] };
  const ours = file('ours.json', stdout);
  expect(plan('check', ours)).toMatchObject({ status: 0, stderr: '' });
  const looser = file(
    'looser.json',
    JSON.stringify({
      ...suite,
      criteria: suite.criteria.map((entry) =>
        entry.id === 'ranking' ? { ...entry, threshold: 0.6 } : entry,
      ),
    }),
  );
  expect(plan('diff', ours, looser).stdout).toBe('changed\tcriteria.ranking.threshold\t0.85 → 0.6\tlooser\n');
  expect(plan('diff', ours, ours).stdout).toBe('no difference\n');
  const pack = file(
    'pack.json',
    JSON.stringify({
      schema: 'sandbox-criteria-pack/1',
      title: 'P',
      useCase: 'FRAUD',
      criteria: suite.criteria.filter(({ id }) => id === 'ranking'),
    }),
  );
  expect(plan('check', ours, '--pack', pack).status).toBe(0);
  expect(plan('check', looser, '--pack', pack)).toMatchObject({
    status: 1,
    stderr: `sandbox: ${looser}: ranking (rocAuc >= 0.85) is loosened to 0.6\n`,
  });
});

test('a forecast is told from what measure wrote on development data', () => {
  const rows = Array.from({ length: 2000 }, (_, i) => {
    const label = Number(i % 10 === 0);
    return `${label},${(((i * 48271) % 65537) / 65537) * 0.8 + 0.2 * label}`;
  });
  const scores = file('scores.csv', `label,score\n${rows.join('\n')}\n`);
  const out = join(folder, 'development.json');
  const measured = spawnSync(
    process.execPath,
    [
      main,
      'measure',
      '--scores',
      scores,
      '--label',
      'label',
      '--score',
      'score',
      '--threshold',
      '0.1',
      '--out',
      out,
    ],
    { encoding: 'utf8' },
  );
  expect(measured.stderr).toBe('');
  const ours = file('plan.json', plan('show', 'fraud').stdout);
  const told = JSON.parse(
    plan('forecast', ours, '--development', out, '--rows', '4000', '--json').stdout,
  ) as {
    id: string;
    fail: number | null;
    reason?: string;
  }[];
  expect(told.find(({ id }) => id === 'ranking')?.fail).toBeGreaterThan(0.95);
  expect(told.find(({ id }) => id === 'equal-opportunity-sex')?.reason).toBeDefined();
});

test.each([
  [['show', 'nothing'], 1, 'there is no suite "nothing": use fraud, laundering, credit'],
  [['check', '/nowhere.json'], 1, '/nowhere.json: cannot be read: ENOENT'],
  [['check'], 2, "missing required argument 'plan'"],
  [['show', 'fraud', '--nothing'], 2, "unknown option '--nothing'"],
])('%j ends with %d', (args, status, words) => {
  const ended = plan(...args);
  expect(ended.status).toBe(status);
  expect(ended.stderr).toContain(words);
  expect(ended.stderr.trim()).not.toContain('\n');
});
