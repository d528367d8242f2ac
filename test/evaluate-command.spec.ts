import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Proxies } from '../src/engine/measurement/proxies/index.js';
import { type EvasionDocument, type RobustnessDocument } from '../src/engine/robustness/index.js';
import { type Explanation } from '../src/engine/explanation/index.js';
import { type Stability } from '../src/engine/measurement/index.js';
import {
  externalTensor,
  FLOAT,
  linearModel,
  model,
  node,
  tensorValue,
} from '../src/engine/scoring/onnx-writer.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

let work: string;
const at = (name: string) => join(work, name);

/** Rows of id, a, b, sex, label, where the label is 1 when a + b is large, but not always. */
const ROWS = Array.from({ length: 300 }, (_, row) => {
  const [a, b] = [((row * 37) % 100) / 200, ((row * 61) % 100) / 200];
  return {
    id: row + 1,
    a,
    b,
    sex: row % 2 === 0 ? 'F' : 'M',
    label: a + b + ((row * 13) % 7) / 14 > 0.75 ? 1 : 0,
  };
});

const csv = (columns: readonly (keyof (typeof ROWS)[number])[], rows = ROWS) =>
  [columns.join(','), ...rows.map((row) => columns.map((column) => row[column]).join(','))].join('\n') + '\n';

function evaluate(...args: string[]) {
  const { status, stderr, stdout } = spawnSync(process.execPath, [MAIN, 'evaluate', ...args], {
    encoding: 'utf8',
  });
  return { status, stderr, stdout };
}

const usual = () => [
  ...['--model', at('model.onnx'), '--data', at('all.csv'), '--label', 'label', '--features', 'a,b'],
  ...['--out', at('out.json')],
];
const with_ = (option: string, value: string) => {
  const args = usual();
  args[args.indexOf(option) + 1] = value;
  return args;
};
const read = () =>
  JSON.parse(readFileSync(at('out.json'), 'utf8')) as Record<string, Record<string, { value: number }>>;

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'evaluate-'));
  writeFileSync(at('model.onnx'), linearModel(2, 1, 0));
  writeFileSync(at('all.csv'), csv(['id', 'a', 'b', 'sex', 'label']));
  writeFileSync(at('features.csv'), csv(['id', 'a', 'b']));
  writeFileSync(at('labels.csv'), csv(['label', 'sex', 'id'], ROWS.toReversed()));
});
beforeEach(() => rmSync(at('out.json'), { force: true }));
afterAll(() => rmSync(work, { recursive: true }));

it('joins labels in a file of their own by key, whatever their order', () => {
  expect(evaluate(...usual(), '--group', 'sex').status).toBe(0);
  const together = read();
  const apart = evaluate(
    ...['--model', at('model.onnx'), '--data', at('features.csv'), '--label', 'label', '--features', 'a,b'],
    ...['--labels', at('labels.csv'), '--key', 'id', '--group', 'sex', '--out', at('out.json')],
  );
  expect(apart).toMatchObject({ status: 0, stderr: '' });
  const joined = read();
  for (const part of ['metrics', 'confusion', 'fairness', 'rows'] as const)
    expect(joined[part]).toEqual(together[part]);
});

it('tells how well the features and the scores give an attribute away, and crosses attributes', () => {
  const rows = ROWS.map((row) => ({
    ...row,
    shop: row.id % 3 === 0 ? 'X' : 'Y',
    tall: row.a > 0.25 ? 1 : 0,
  }));
  const columns = ['id', 'a', 'b', 'sex', 'label', 'shop', 'tall'] as const;
  const lines = [columns.join(','), ...rows.map((row) => columns.map((column) => row[column]).join(','))];
  writeFileSync(at('wide.csv'), `${lines.join('\n')}\n`);
  const args = with_('--data', at('wide.csv'));
  const ended = evaluate(
    ...args,
    '--group',
    'tall,shop',
    '--proxies',
    '--intersections',
    '2',
    '--min-group',
    '20',
  );
  expect(ended).toMatchObject({ status: 0, stderr: '' });
  const document = JSON.parse(readFileSync(at('out.json'), 'utf8')) as {
    fairness: Record<string, { groups: object }>;
    proxies: Proxies;
  };
  expect(Object.keys(document.fairness)).toEqual(['tall', 'shop', 'tall × shop']);
  expect(Object.keys(document.fairness['tall × shop']?.groups ?? {})).toEqual([
    '0 × X',
    '0 × Y',
    '1 × X',
    '1 × Y',
  ]);
  const { tall, shop } = document.proxies.attributes;
  expect(tall?.features[0]).toMatchObject({ feature: 'a', auc: { value: 1 } });
  expect(tall?.jointly.auc.value).toBeGreaterThan(0.95);
  expect(shop?.features.every(({ cramersV }) => (cramersV.low ?? 1) < 0.2)).toBe(true);
  expect(evaluate(...usual(), '--proxies')).toMatchObject({ status: 2 });
});

it('measures robustness over one open jail, and says how far it is', () => {
  writeFileSync(
    at('suite.yaml'),
    `schema: sandbox-robustness/1
rows: 200
only: [missing-each, unit-cents, rounded-2]
columns: [{name: a, meaning: money}]
perturbations:
  - {id: b-halved, imitates: a share of two, apply: together, columns: {names: [b]}, change: {change: scale, factor: 0.5}}
`,
  );
  const result = evaluate(...usual(), '--robustness', at('suite.yaml'));
  expect([result.status, result.stderr.split('\n').at(-2)]).toEqual([0, 'robustness: 5 of 5 trials']);
  const { robustness, execution } = JSON.parse(readFileSync(at('out.json'), 'utf8')) as {
    robustness: RobustnessDocument;
    execution: { studies: { jails: number; rows: number } };
  };
  expect(robustness.perturbations.map(({ id, trials }) => [id, trials.length])).toEqual([
    ['missing-each', 2],
    ['unit-cents', 1],
    ['rounded-2', 1],
    ['b-halved', 1],
  ]);
  expect(robustness.perturbations[0]?.trials[0]?.refused).toEqual({ rows: 200, share: 1 });
  expect(robustness.perturbations[3]?.trials[0]?.metrics.rocAuc.difference.value).not.toBe(0);
  expect(execution.studies).toMatchObject({ jails: 1 });
  const before = readFileSync(at('out.json'), 'utf8');
  evaluate(...usual(), '--robustness', at('suite.yaml'), '--lanes', '2');
  const again = JSON.parse(readFileSync(at('out.json'), 'utf8')) as { robustness: RobustnessDocument };
  expect(again.robustness).toEqual(robustness);
  expect(before).toContain('"limits"');

  writeFileSync(at('wrong.yaml'), 'schema: sandbox-robustness/1\nonly: [nothing]\n');
  const refused = evaluate(...usual(), '--robustness', at('wrong.yaml'));
  expect(refused).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('wrong.yaml: robustness suite: only: there is no') as string,
  });
});

it('lets frauds try to get past the model by the same jail, and keeps to what they may change and pay', () => {
  writeFileSync(at('none.yaml'), 'schema: sandbox-robustness/1\nrows: 200\nonly: [unit-cents-each]\n');
  writeFileSync(
    at('evasion.yaml'),
    `schema: sandbox-evasion/1
budgetHkd: 10
queries: 40
columns:
  - {name: a, least: 0, direction: down, costPerUnit: 100}
`,
  );
  const result = evaluate(...usual(), '--evasion', at('evasion.yaml'), '--robustness', at('none.yaml'));
  expect(result.status).toBe(0);
  expect(result.stderr).toMatch(/^evasion: \d+ of at most \d+ queries$/m);
  const { evasion, execution } = JSON.parse(readFileSync(at('out.json'), 'utf8')) as {
    evasion: EvasionDocument;
    execution: { studies: { jails: number; rows: number } };
  };
  // The score is a + b: those at most 0.1 above a half can be brought below it, where a has as much to give.
  const caught = ROWS.filter(({ a, b, label }) => label === 1 && Math.fround(a) + Math.fround(b) >= 0.5);
  const near = caught.filter(({ a, b }) => a + b < 0.6 && b < 0.5);
  expect([evasion.caught, evasion.success?.rows]).toEqual([caught.length, near.length]);
  expect(evasion.byBudget[0]?.success.value).toBe(0);
  expect(execution.studies).toMatchObject({ jails: 1, rows: evasion.queries });

  writeFileSync(at('evasion.yaml'), 'schema: sandbox-evasion/1\ncolumns: [{name: z, least: 0, most: 1}]\n');
  expect(evaluate(...usual(), '--evasion', at('evasion.yaml'))).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('the data has no feature "z"') as string,
  });
});

it('judges a plan and puts the document on standard output', () => {
  writeFileSync(
    at('plan.yaml'),
    `schema: sandbox-plan/1
title: A plan
threshold: 0.5
replicates: 0
seed: 1
minimumGroupSize: 50
criteria:
  - {id: auc, metric: rocAuc, comparator: '>=', threshold: 0.5, source: {title: A convention, status: CONVENTION}, declaredBy: tenant}
  - {id: perfect, metric: rocAuc, comparator: '>=', threshold: 0.999, source: {title: A convention, status: CONVENTION}, declaredBy: tenant}
`,
  );
  const result = evaluate(...with_('--out', '-'), '--plan', at('plan.yaml'));
  expect(result.stderr).toBe('');
  const { verdicts } = JSON.parse(result.stdout) as { verdicts: { id: string; verdict: string }[] };
  expect(verdicts.map(({ id, verdict }) => [id, verdict])).toEqual([
    ['auc', 'PASS'],
    ['perfect', 'FAIL'],
  ]);
  expect(evaluate(...usual(), '--plan', at('plan.yaml'), '--threshold', '0.4').status).toBe(2);
});

it('explains a model over one open session, the same in two lanes, and compares features with a reference', () => {
  const shifted = ROWS.map((row) => ({ ...row, a: row.a / 2 }));
  writeFileSync(at('reference.csv'), csv(['id', 'a', 'b'], shifted));
  const options = [...usual(), '--reference', at('reference.csv'), '--explain', '12', '--group', 'sex'];
  expect(evaluate(...options).status).toBe(0);
  type Found = {
    explanation: Explanation;
    stability: Stability;
    execution: { studies: { jails: number; rows: number } };
  };
  const { explanation, stability, execution } = JSON.parse(readFileSync(at('out.json'), 'utf8')) as Found;
  expect(execution.studies).toMatchObject({ jails: 1, rows: explanation.definition.modelEvaluations });
  // The model is the sum of its two features: contributions are distances from the background's mean.
  expect(explanation.shapley).toMatchObject({ method: 'EXACT', explainedRows: 12, background: { rows: 50 } });
  for (const { score, expected, contributions } of explanation.local) {
    const [first, second] = contributions.map(({ contribution }) => contribution);
    expect((first ?? 0) + (second ?? 0)).toBeCloseTo(score - expected, 5);
  }
  expect(explanation.local.filter(({ kind }) => kind === 'MISSED_POSITIVE')).toHaveLength(10);
  expect(explanation.permutationImportance.features.map(({ features }) => features)).toEqual([['a'], ['b']]);
  expect(explanation.limits.length).toBeGreaterThan(4);
  expect(stability.reference).toEqual({ kind: 'FILE', rows: 300 });
  expect(stability.features?.['a']).toMatchObject({ kind: 'numeric', beyondChance: true, band: 'FROM_0.25' });
  expect(stability.features?.['b']).toMatchObject({ value: 0, beyondChance: false });
  expect(stability.score?.value).toBeGreaterThan(0.1);

  evaluate(...options, '--lanes', '2');
  const again = JSON.parse(readFileSync(at('out.json'), 'utf8')) as Found;
  expect(again.explanation).toEqual(explanation);
  expect(again.stability).toEqual(stability);

  writeFileSync(at('lacks.csv'), csv(['id', 'a']));
  expect(evaluate(...usual(), '--reference', at('lacks.csv'))).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/lacks\.csv: has no column "b"/) as string,
  });
  expect(evaluate(...usual(), '--explain', '--shuffle-within', 'month')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('needs --time') as string,
  });
});

describe('bad input is one line that says what and where, and nothing is written', () => {
  it.each<[string, () => string[], RegExp]>([
    ['no model', () => with_('--model', at('none.onnx')), /none\.onnx: cannot be read: ENOENT/],
    ['no data', () => with_('--data', at('none.csv')), /none\.csv/],
    ['a text file as a model', () => with_('--model', at('all.csv')), /not an ONNX model/],
    ['external data', () => with_('--model', at('external.onnx')), /another file/],
    ['a missing feature', () => with_('--features', 'a,c'), /all\.csv: no column "c" \(--features\)/],
    [
      'a misspelt feature',
      () => with_('--features', 'a,labl'),
      /no column "labl" \(--features\); there are label, /,
    ],
    ['too many features', () => with_('--features', 'a,b,id'), /model\.onnx: .*takes 2 columns, 3/],
    [
      'inputs of other names',
      () => with_('--model', at('apart.onnx')),
      /apart\.onnx: .*2 inputs.*like c; .*\(--binding FILE\)/,
    ],
    ['a score that is none', () => with_('--model', at('nan.onnx')), /nan\.onnx: the score of row 1 is NaN/],
    ['the label as a feature', () => with_('--features', 'a,label'), /"label" is the label/],
    ['a missing label', () => with_('--label', 'fraud'), /"fraud"/],
    ['a label that is none', () => with_('--label', 'id'), /row 2/],
    ['text as a feature', () => with_('--features', 'a,sex'), /"sex" is text/],
    ['a plan that is none', () => [...usual(), '--plan', at('all.csv')], /all\.csv: plan:/],
    ['a binding that is none', () => [...usual(), '--binding', at('all.csv')], /all\.csv/],
    [
      'a key without its label',
      () => [...usual(), '--labels', at('short.csv'), '--key', 'id'],
      /short\.csv: no label for id 300 of row 300/,
    ],
    [
      'a key twice',
      () => [...usual(), '--labels', at('twice.csv'), '--key', 'id'],
      /twice\.csv: id 5 stands in row 5 and again in row 301/,
    ],
    ['a folder that is not there', () => with_('--out', at('none/out.json')), /cannot be written: ENOENT/],
  ])('%s', (_, args, message) => {
    writeFileSync(
      at('external.onnx'),
      model({ initializers: [externalTensor('w')], outputs: [tensorValue('w', FLOAT, [1])] }),
    );
    writeFileSync(
      at('apart.onnx'),
      model({
        nodes: [node('Add', ['a', 'c'], ['score'])],
        inputs: ['a', 'c'].map((name) => tensorValue(name, FLOAT, ['n', 1])),
        outputs: [tensorValue('score', FLOAT, ['n', 1])],
      }),
    );
    writeFileSync(at('nan.onnx'), linearModel(2, NaN, 0));
    writeFileSync(at('short.csv'), csv(['id', 'label'], ROWS.slice(0, -1)));
    writeFileSync(at('twice.csv'), csv(['id', 'label'], [...ROWS, ...ROWS.slice(4, 5)]));
    const result = evaluate(...args());
    expect(result.stderr).toMatch(message);
    expect(result.stderr.trim().split('\n').length).toBe(1);
    expect(result).toMatchObject({ status: 1, stdout: '' });
    expect(existsSync(at('out.json'))).toBe(false);
    expect(readdirSync(work).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('wrong usage is 2', () => {
    expect(evaluate('--model', 'x').status).toBe(2);
    expect(evaluate(...usual(), '--labels', at('labels.csv')).status).toBe(2);
  });
});
