import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canonicalJson } from '../src/engine/reporting/index.js';
import { type Bundle } from '../src/engine/replay/index.js';
import { type Efficiency } from '../src/engine/scoring/index.js';
import { linearModel } from '../src/engine/scoring/onnx-writer.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

let work: string;
const at = (name: string) => join(work, name);

const CRITERION = "source: {title: A convention, status: CONVENTION}, declaredBy: tenant, comparator: '>='";
const PLAN = `schema: sandbox-plan/1
title: A plan
threshold: 0.5
replicates: 50
minimumGroupSize: 50
criteria:
  - {id: auc, metric: rocAuc, threshold: 0.5, ${CRITERION}}
  - {id: perfect, metric: rocAuc, threshold: 0.999, ${CRITERION}}
`;

function sandbox(...args: string[]) {
  const { status, stderr, stdout } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
  return { status, stderr, stdout };
}

function evaluate(out: string, ...more: string[]) {
  return sandbox(
    ...['evaluate', '--model', at('model.onnx'), '--data', at('features.csv'), '--label', 'label'],
    ...['--labels', at('labels.csv'), '--key', 'id', '--features', 'a,b', '--group', 'sex'],
    ...['--plan', at('plan.yaml'), '--out', at(out), ...more],
  );
}

/** A copy of the bundle, so that each test spoils its own. */
function copy(): string {
  const folder = mkdtempSync(at('copy-'));
  cpSync(at('bundle'), folder, { recursive: true });
  return folder;
}

/** Changes a file, and what `bundle.json` says of it too: the work of one who knows how bundles are made. */
function forge(
  folder: string,
  part: 'document' | 'scores',
  change: (bytes: Buffer) => Uint8Array | string,
): void {
  const list = join(folder, 'bundle.json');
  const bundle = JSON.parse(readFileSync(list, 'utf8')) as Bundle;
  const file = join(folder, bundle[part].file);
  const bytes = Buffer.from(change(readFileSync(file)));
  writeFileSync(file, bytes);
  Object.assign(bundle[part], {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
  });
  writeFileSync(list, JSON.stringify(bundle));
}

interface Document {
  metrics: Record<string, { value: number }>;
  verdicts: { verdict: string }[];
  execution: object;
}

const edited = (edit: (document: Document) => void) => (bytes: Buffer) => {
  const document = JSON.parse(bytes.toString('utf8')) as Document;
  edit(document);
  return JSON.stringify(document);
};

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'replay-'));
  const rows = Array.from({ length: 300 }, (_, row) => {
    const [a, b] = [((row * 37) % 100) / 200, ((row * 61) % 100) / 200];
    return {
      id: row + 1,
      a,
      b,
      sex: row % 2 === 0 ? 'F' : 'M',
      label: a + b + ((row * 13) % 7) / 14 > 0.75 ? 1 : 0,
    };
  });
  const csv = (columns: readonly (keyof (typeof rows)[number])[]) =>
    [columns.join(','), ...rows.map((row) => columns.map((column) => row[column]).join(','))].join('\n');
  writeFileSync(at('model.onnx'), linearModel(2, 1, 0));
  writeFileSync(at('features.csv'), csv(['id', 'a', 'b']));
  writeFileSync(at('labels.csv'), csv(['id', 'sex', 'label']));
  writeFileSync(at('plan.yaml'), PLAN);
  expect(evaluate('first.json', '--bundle', at('bundle'))).toMatchObject({ status: 0, stderr: '' });
});
afterAll(() => rmSync(work, { recursive: true }));

it('puts all that the case takes into a folder, and gives the same evidence bytes again', () => {
  expect(readdirSync(at('bundle')).toSorted()).toEqual([
    ...['bundle.json', 'data.csv', 'document.json', 'labels.csv', 'model.onnx', 'plan.yaml', 'scores.f64'],
  ]);
  evaluate('second.json', '--lanes', '2', '--efficiency');
  const evidence = (name: string) => {
    const { execution: _, ...rest } = JSON.parse(readFileSync(at(name), 'utf8')) as Document;
    return Buffer.from(canonicalJson(rest)).toString('utf8');
  };
  expect(evidence('second.json')).toBe(evidence('first.json'));
  const { execution } = JSON.parse(readFileSync(at('second.json'), 'utf8')) as {
    execution: { efficiency: Efficiency };
  };
  const { latencyAtOne, best, throughput, latencyAtBest } = execution.efficiency;
  expect(latencyAtOne.batchRows).toBe(1);
  for (const { milliseconds } of [latencyAtOne, latencyAtBest]) {
    expect(milliseconds.p50).toBeGreaterThan(0);
    expect(milliseconds.p95).toBeGreaterThanOrEqual(milliseconds.p50);
    expect(milliseconds.p99).toBeGreaterThanOrEqual(milliseconds.p95);
  }
  expect(best.rowsPerSecond).toBe(Math.max(...throughput.map(({ rowsPerSecond }) => rowsPerSecond)));

  const result = sandbox('replay', at('bundle'));
  expect(result).toMatchObject({ status: 0, stderr: '' });
  expect(result.stdout).toContain('300 the same, bit for bit');
  expect(result.stdout).toContain('Equal: the same evidence, byte for byte.');
});

it('says which file of what goes in was altered, and runs nothing of it', () => {
  for (const file of ['model.onnx', 'data.csv', 'labels.csv', 'plan.yaml']) {
    const folder = copy();
    const bytes = readFileSync(join(folder, file));
    bytes[bytes.length - 2] = (bytes[bytes.length - 2] as number) ^ 1;
    writeFileSync(join(folder, file), bytes);
    const result = sandbox('replay', folder);
    expect(result).toMatchObject({ status: 1, stdout: '' });
    expect(result.stderr).toMatch(
      new RegExp(`^sandbox: \\S+: not what was evaluated: ${file} \\(\\w+\\) has SHA-256 `),
    );
    expect(result.stderr.trimEnd()).not.toContain('\n');
  }
});

it('names an altered document and the place of the number, whether or not its digest was altered too', () => {
  const better = edited((document) => ((document.metrics['rocAuc'] as { value: number }).value = 0.9875));
  const clumsy = copy();
  const file = join(clumsy, 'document.json');
  writeFileSync(file, better(readFileSync(file)));
  const said = sandbox('replay', clumsy);
  expect([said.status, said.stdout]).toEqual([
    1,
    expect.stringMatching(/ALTERED +document\.json \(document\) has/),
  ]);
  expect(said.stdout).toContain('$.metrics.rocAuc.value  recorded 0.9875');

  const skilled = copy();
  forge(skilled, 'document', better);
  const result = sandbox('replay', skilled, '--json');
  expect(result.status).toBe(1);
  expect(JSON.parse(result.stdout)).toMatchObject({
    outcome: 'DIFFERENT',
    altered: [],
    scores: { rows: 300, differing: 0 },
    unfounded: [{ path: '$.metrics.rocAuc.value', recorded: 0.9875 }],
  });
});

it('finds a verdict that was turned', () => {
  const folder = copy();
  forge(
    folder,
    'document',
    edited((document) => ((document.verdicts[1] as { verdict: string }).verdict = 'PASS')),
  );
  const result = sandbox('replay', folder);
  expect(result.status).toBe(1);
  expect(result.stdout).toMatch(
    /VERDICT +perfect: recorded PASS, again FAIL: FAIL, the recorded verdict does not follow/,
  );
});

it('finds scores that are not those of the document, however near', () => {
  const folder = copy();
  forge(folder, 'scores', (bytes) => {
    bytes.writeDoubleLE(bytes.readDoubleLE(0) + 1e-7, 0);
    return bytes;
  });
  const result = sandbox('replay', folder, '--json');
  expect(result.status).toBe(1);
  const { scores, unfounded } = JSON.parse(result.stdout) as {
    scores: object;
    unfounded: { path: string }[];
  };
  expect(scores).toMatchObject({ differing: 1, largest: { row: 1 } });
  expect(unfounded.map(({ path }) => path)).toContain('$.scoresSha256');
});

it('takes as elsewhere what was recorded from scores within the tolerance, and not beyond it', () => {
  // Recorded from a model whose scores lie 5e-6 higher, as another processor's might; then given this one's place.
  writeFileSync(at('near.onnx'), linearModel(2, 1, 5e-6));
  const made = evaluate('near.json', '--model', at('near.onnx'), '--bundle', at('near'));
  expect(made).toMatchObject({ status: 0, stderr: '' });
  const list = join(at('near'), 'bundle.json');
  const bundle = JSON.parse(readFileSync(list, 'utf8')) as Bundle;
  const here = JSON.parse(readFileSync(at('first.json'), 'utf8')) as { model: object };
  cpSync(at('model.onnx'), join(at('near'), 'model.onnx'));
  const { inputs } = JSON.parse(readFileSync(join(at('bundle'), 'bundle.json'), 'utf8')) as Bundle;
  writeFileSync(list, JSON.stringify({ ...bundle, inputs }));
  forge(
    at('near'),
    'document',
    edited((document) => Object.assign(document, { model: here.model })),
  );
  const result = sandbox('replay', at('near'));
  expect(result.stdout).toContain('300 of 300 differ, by at most 0.000005');
  expect(result.stdout).toContain('Equal within the tolerance');
  expect(result.status).toBe(0);
  expect(sandbox('replay', at('near'), '--tolerance', '1e-6').status).toBe(1);
});

it.each([
  ['no such folder', () => at('nowhere'), 'bundle.json: cannot be read: ENOENT'],
  [
    'a part is missing',
    () => spoilt((folder) => rmSync(join(folder, 'plan.yaml'))),
    "the bundle's plan is missing",
  ],
  [
    'another schema',
    () => rewritten((text) => text.replace('bundle/1', 'bundle/9')),
    'its schema is not sandbox-bundle/1',
  ],
  [
    'a file elsewhere',
    () => rewritten((text) => text.replace('"data.csv"', '"../data.csv"')),
    'not the plain name',
  ],
  [
    'a link',
    () =>
      spoilt((folder) => {
        rmSync(join(folder, 'data.csv'));
        symlinkSync(at('features.csv'), join(folder, 'data.csv'));
      }),
    'not a regular file',
  ],
  [
    'a file that an option names',
    () =>
      rewritten((text) => text.replace('"label": "label"', '"label": "label", "binding": "/etc/hostname"')),
    'options.binding: not an option of a case',
  ],
  [
    'an option that evaluate lacks',
    () => rewritten((text) => text.replace('"label": "label"', '"label": "label", "colour": "red"')),
    'options.colour: not an option of a case',
  ],
  [
    'a value that evaluate refuses',
    () => rewritten((text) => text.replace('"label": "label"', '"label": "label", "replicates": "many"')),
    'Not a whole number',
  ],
  [
    'the label as a feature',
    () => rewritten((text) => text.replace('"label": "label"', '"label": "a"')),
    'a model never sees it',
  ],
])('says in one line: %s', (_, folder, why) => {
  const result = sandbox('replay', folder());
  expect(result).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining(why) as string });
  expect(result.stderr.trimEnd()).not.toContain('\n');
});

it('writes over nothing', () => {
  const result = evaluate('third.json', '--bundle', at('bundle'));
  expect(result).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('there is something already') as string,
  });
});

function spoilt(how: (folder: string) => void): string {
  const folder = copy();
  how(folder);
  return folder;
}

function rewritten(how: (text: string) => string): string {
  return spoilt((folder) => {
    const list = join(folder, 'bundle.json');
    const text = readFileSync(list, 'utf8');
    expect(how(text)).not.toBe(text);
    writeFileSync(list, how(text));
  });
}
