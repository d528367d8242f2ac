import { spawnSync } from 'node:child_process';
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MeasurementDocument, Stability } from '../src/engine/measurement/index.js';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'measure-'));
afterAll(() => rmSync(folder, { recursive: true }));

const csv = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

function measure(...options: string[]): Ended {
  return spawnSync(process.execPath, [main, 'measure', ...options], { encoding: 'utf8' });
}

const cards = csv(
  'cards.csv',
  ['y,s,card,at,sex']
    .concat(
      Array.from({ length: 2000 }, (_, i) => {
        const y = i % 9 === 0 ? 1 : 0;
        const s = ((i * 48271) % 65537) / 65537 / 2 + y * 0.4;
        return `${y},${s},${i % 250},2024-03-0${1 + (i % 5)}T1${i % 10}:00:00,${i % 2 === 0 ? 'F' : 'M'}`;
      }),
    )
    .join('\n'),
);
const whole = ['--scores', cards, '--label', 'y', '--score', 's'];

test('the document, to a file and to standard output', () => {
  const out = join(folder, 'out.json');
  const options = [
    '--group',
    'sex',
    '--entity',
    'card',
    '--time',
    'at',
    '--replicates',
    '30',
    '--threshold',
    '0.45',
  ];
  const written = measure(...whole, ...options, '--out', out);
  expect(written).toMatchObject({ status: 0, stdout: '', stderr: '' });
  const document = JSON.parse(readFileSync(out, 'utf8')) as MeasurementDocument;
  expect(document).toMatchObject({ rows: 2000, positives: 223, confusion: { threshold: 0.45 } });
  expect(document.metrics.cardPrecisionAt100).toMatchObject({
    days: 5,
    method: 'bootstrap',
    analytic: { method: 'days' },
  });
  expect(document.metrics.averagePrecision).toMatchObject({ method: 'influence', clusters: 250 });
  expect(document.metrics.averagePrecision.bootstrap?.percentile.low).toBeGreaterThan(0);
  expect(Object.keys(document.fairness['sex']?.groups ?? {})).toEqual(['F', 'M']);
  expect(document.options.bootstrap).toMatchObject({ resampled: 'entities', units: 250, seed: 1 });
  const printed = measure(...whole, ...options, '--out', '-');
  expect(printed.stdout).toBe(readFileSync(out, 'utf8'));
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('costs, cases and deployment', () => {
  const frauds = csv(
    'frauds.csv',
    ['y,s,at,hkd,case']
      .concat(
        Array.from({ length: 400 }, (_, i) => {
          const y = i % 10 === 0 ? 1 : 0;
          const s = ((i * 48271) % 65537) / 65537 / 2 + y * 0.3;
          const hour = String(i % 24).padStart(2, '0');
          return `${y},${s},2024-03-0${1 + Math.floor(i / 100)}T${hour}:00:00,${100 + i},${y === 1 ? `c${i % 7}` : ''}`;
        }),
      )
      .join('\n'),
  );
  const { status, stdout, stderr } = measure(
    ...['--scores', frauds, '--label', 'y', '--score', 's', '--time', 'at', '--case', 'case'],
    ...['--amount', 'hkd', '--cost-false-positive', '50', '--alert-budget', '8', '--thresholds', '0.3,0.45'],
    ...['--prevalence', '0.001', '--prevalence-source', 'own count', '--volume', '50000', '--json'],
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const { metrics, operatingPoints, detection, options } = JSON.parse(stdout) as MeasurementDocument;
  for (const name of ['expectedCost', 'valueRecall', 'caseRecall', 'precisionAtDeployment'] as const)
    expect(metrics[name].value).not.toBeNull();
  expect(metrics.alertsPerDay).toMatchObject({ days: 4 });
  expect(operatingPoints.atThresholds.map(({ threshold }) => threshold)).toEqual([0.3, 0.45]);
  expect(operatingPoints.withinBudget.point?.metrics.alertsPerDay.value).toBeLessThanOrEqual(8);
  expect(detection).toMatchObject({ cases: 7, positivesWithoutCase: 0, resolution: 'instant' });
  expect(options.costs).toEqual({ falseNegative: 'AMOUNT', falsePositive: 50, unit: 'HKD' });
  expect(options.deployment).toEqual({ prevalence: 0.001, source: 'own count', rowsPerDay: 50_000 });
});

test.each([
  [['--cost-ratio', '3', '--cost-false-positive', '3'], 'does not go with'],
  [['--cost-false-negative', '3'], "needs '--cost-false-positive'"],
  [['--cost-false-positive', '3'], "needs '--cost-false-negative' or '--amount'"],
  [['--prevalence', '0.1'], 'go together'],
  [['--prevalence', '2', '--prevalence-source', 'x'], 'Not between 0 and 1'],
  [['--volume', '10'], "needs '--prevalence'"],
  [['--case', 'card'], "needs '--time'"],
  [['--beta', '0'], 'Not a number above 0'],
  [['--thresholds', '0.1,,'], 'Not a finite number'],
])('%j: wrong usage', (options, message) => {
  expect(measure(...whole, '--json', ...options)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining(message) as string,
  });
});

test('an amount below 0 is refused with its row', () => {
  const path = csv('owing.csv', 'y,s,hkd\n0,0.1,5\n1,0.2,-5\n');
  const { status, stderr } = measure(
    ...['--scores', path, '--label', 'y', '--score', 's', '--amount', 'hkd', '--json'],
  );
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: 'sandbox: amount, row 2: -5 is not a finite number from 0\n',
  });
});

test('what does not exist is null with a reason', () => {
  const path = csv('unbounded.csv', 'y,s\n0,-1\n1,2\n0,0.5\n');
  const { status, stdout } = measure('--scores', path, '--label', 'y', '--score', 's', '--json');
  expect(status).toBe(0);
  const { metrics } = JSON.parse(stdout) as MeasurementDocument;
  for (const name of [
    'brier',
    'logLoss',
    'expectedCalibrationError',
    'cardPrecisionAt100',
    'precisionAt100',
  ] as const) {
    expect(metrics[name].value).toBeNull();
    expect(metrics[name].reason).not.toBe('');
  }
  expect(stdout).not.toMatch(/NaN|Infinity/);
});

test.each([
  ['NaN', 'y,s\n0,0.1\n1,nan\n', 'column "s", row 2: "nan" is not a finite number'],
  ['an infinity', 'y,s\n0,0.1\n1,inf\n', 'column "s", row 2: "inf" is not a finite number'],
  ['a thousand with an underscore', 'y,s\n0,1_000\n1,2\n', 'row 1: "1_000" is not a finite number'],
  ['a word for a label', 'y,s\nyes,0.1\nno,0.2\n', 'column "y", row 1: label is "yes", not 0 or 1'],
  ['a missing score', 'y,s\n0,\n1,0.1\n', 'column "s", row 1: a missing value is not a finite number'],
  ['another label', 'y,s\n0,0.1\n1,0.2\n2,0.3\n', 'column "y", row 3: label is "2", not 0 or 1'],
  ['one class', 'y,s\n0,0.1\n0,0.2\n', 'label: every row is 0'],
  ['no rows', 'y,s\n', 'holds no rows'],
  ['an empty file', '', 'is empty'],
  ['a missing column', 'y,score\n0,0.1\n', 'has no column "s"; it has y, score'],
])('%s: one line, exit 1, nothing written', (name, text, message) => {
  const path = csv('bad.csv', text);
  const out = join(folder, 'never.json');
  const { status, stdout, stderr } = measure('--scores', path, '--label', 'y', '--score', 's', '--out', out);
  expect({ name, status, stdout }).toEqual({ name, status: 1, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(readdirSync(folder)).not.toContain('never.json');
});

test.each([
  [['--threshold', 'half'], 2, "'half' is invalid. Not a finite number."],
  [['--replicates', '1000000000'], 2, 'Not a whole number from 0 to 100000'],
  [['--out', join(folder, 'no', 'such', 'folder.json')], 1, 'cannot be written'],
  [['--replicates', '-3'], 2, 'Not a whole number from 0'],
  [['--time', 'at'], 2, "'--time' needs '--entity'"],
  [['--colour', 'red'], 2, 'unknown option'],
])('%p: exit %i', (options, code, message) => {
  const { status, stderr } = measure(...whole, ...(options[0] === '--out' ? [] : ['--out', '-']), ...options);
  expect(stderr).toContain(message);
  expect(status).toBe(code);
});

test.each([
  ['1.5', '"1.5" is not a date or time'],
  ['2024-02-30', '"2024-02-30" is not a date or time'],
  ['infinity', '"infinity" is not a date or time'],
])('no day: %s', (time, message) => {
  const path = csv('days.csv', `y,s,e,t\n0,0.1,a,${time}\n1,0.2,b,${time}\n`);
  const { status, stderr } = measure(
    ...['--scores', path, '--label', 'y', '--score', 's', '--entity', 'e', '--time', 't', '--json'],
  );
  expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(message) as string });
});

test('the input is never written over, not by another name either', () => {
  const other = join(folder, 'link.csv');
  symlinkSync(cards, other);
  const before = readFileSync(cards, 'utf8');
  for (const out of [cards, other]) {
    const { status, stderr } = measure(...whole, '--out', out);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `sandbox: ${out}: cannot be written: it is the input\n`,
    });
  }
  expect(readFileSync(cards, 'utf8')).toBe(before);
});

test('a pipe is written to and not replaced; one without a writer is no table', () => {
  const pipe = join(folder, 'pipe');
  expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
  expect(measure('--scores', pipe, '--label', 'y', '--score', 's', '--json')).toMatchObject({
    status: 1,
    stderr: `sandbox: ${pipe}: is not a file\n`,
  });
  const script = 'cat "$1" & shift; "$@"; wait';
  const { stdout, stderr } = spawnSync(
    'sh',
    ['-c', script, 'sh', pipe, process.execPath, main, 'measure', ...whole, '--out', pipe],
    { encoding: 'utf8' },
  );
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toMatchObject({ rows: 2000 });
  expect(lstatSync(pipe).isFIFO()).toBe(true);
});

test('--help says what each option is', () => {
  const { status, stdout } = measure('--help');
  expect(status).toBe(0);
  for (const option of ['--scores', '--label', '--group', '--entity', '--replicates', '--out']) {
    expect(stdout).toContain(option);
  }
});

test('compares scores with a reference of their own and by month', () => {
  const rows = (from: number, shift: number) =>
    Array.from({ length: 400 }, (_, row) => {
      const day = `2025-0${1 + (row % 3)}-1${row % 9}`;
      return `${row % 4 === 0 ? 1 : 0},${((row * 37 + from) % 101) / 150 + shift},e${(row + from) % 130},${day},${row % 2 ? 'F' : 'M'}`;
    }).join('\n');
  const now = csv('now.csv', `y,s,e,t,sex\n${rows(3, 0.2)}\n`);
  const before = csv('before.csv', `y,s,e,t,sex\n${rows(0, 0)}\n`);
  const columns = [
    '--scores',
    now,
    '--label',
    'y',
    '--score',
    's',
    '--time',
    't',
    '--group',
    'sex',
    '--json',
  ];
  const run = measure(...columns, '--reference', before, '--entity', 'e');
  expect(run.status).toBe(0);
  const { stability } = JSON.parse(run.stdout) as { stability: Stability };
  expect(stability.reference).toEqual({ kind: 'FILE', rows: 400 });
  expect(stability.score).toMatchObject({ beyondChance: true, band: 'FROM_0.25', rows: 400 });
  expect(stability.scoreByMonth.map(({ month }) => month)).toEqual(['2025-01', '2025-02', '2025-03']);
  expect(Object.keys(stability.scoreBySegment['sex'] ?? {})).toEqual(['F', 'M']);
  const alone = measure(...columns, '--stability');
  expect((JSON.parse(alone.stdout) as { stability: Stability }).stability.reference).toMatchObject({
    kind: 'FIRST_MONTH',
    month: '2025-01',
  });
  const missing = measure(...columns, '--reference', csv('none.csv', 'y,t\n1,2025-01-01\n'));
  expect([missing.status, missing.stderr]).toEqual([1, expect.stringContaining('has no column "s"')]);
});
