import { InputError } from '../input-error.js';
import { BUNDLE_SCHEMA, parseBundle, partsOf } from './bundle.js';

const part = (file: string) => ({ file, sha256: 'a'.repeat(64), bytes: 3 });
const sound = () => ({
  schema: BUNDLE_SCHEMA as string,
  inputs: { model: part('model.onnx'), data: part('data.csv') } as Record<string, unknown>,
  options: { label: 'y', features: ['a', 'b'], threshold: 0.4, robustness: true } as Record<string, unknown>,
  scores: part('scores.f64'),
  document: part('document.json'),
});
const parse = (value: unknown) => parseBundle(Buffer.from(JSON.stringify(value)), 'bundle.json');

it('reads what it may hold, the inputs first', () => {
  const bundle = parse(sound());
  expect(bundle.options).toEqual(sound().options);
  expect(partsOf(bundle).map(([name]) => name)).toEqual(['model', 'data', 'scores', 'document']);
});

it.each([
  '../model.onnx',
  '/etc/passwd',
  'sub/model.onnx',
  '..',
  '.hidden',
  'a\\b',
  '',
  'a\0',
  'a'.repeat(101),
  7,
  null,
])('refuses the file name %j: nothing outside the folder is ever read', (file) => {
  const bundle = sound();
  bundle.inputs['plan'] = { ...part('plan.yaml'), file };
  expect(() => parse(bundle)).toThrow(/^bundle\.json: inputs\.plan\.file is .*not the plain name/);
});

it.each([
  ['its schema is not sandbox-bundle/1', { ...sound(), schema: 'sandbox-bundle/2' }],
  ['not an object', []],
  ['"more" is not part of a bundle', { ...sound(), more: 1 }],
  ['inputs is not an object', { ...sound(), inputs: null }],
  ['inputs.model is missing', { ...sound(), inputs: { data: part('data.csv') } }],
  ['inputs.data is missing', { ...sound(), inputs: { model: part('m.onnx') } }],
  ['scores is missing', { ...sound(), scores: undefined }],
  ['document.sha256 is not a SHA-256', { ...sound(), document: { ...part('d'), sha256: 'A'.repeat(64) } }],
  ['document.bytes is not a size', { ...sound(), document: { ...part('d'), bytes: -1 } }],
  ['"model.onnx" stands for two parts', { ...sound(), scores: part('model.onnx') }],
  ['"bundle.json" stands for two parts', { ...sound(), scores: part('bundle.json') }],
  ['options.deep is neither', { ...sound(), options: { deep: { a: 1 } } }],
])('says in one line: %s', (why, value) => {
  expect(() => parse(value)).toThrow(InputError);
  expect(() => parse(value)).toThrow(`bundle.json: ${why}`);
});

it('refuses a name that no option has, be it one that objects have', () => {
  const text = JSON.stringify(sound()).replace('"label":"y"', '"__proto__":"y"');
  expect(() => parseBundle(Buffer.from(text), 'bundle.json')).toThrow('options has the name "__proto__"');
});

it('refuses a part that is named twice', () => {
  const text = JSON.stringify(sound()).replace('"label":"y"', '"label":"y","label":"z"');
  expect(() => parseBundle(Buffer.from(text), 'bundle.json')).toThrow('"label" stands twice');
});
