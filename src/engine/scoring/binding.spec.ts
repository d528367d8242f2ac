import { defaultBinding, scoreOutput, validateBinding } from './binding.js';
import { type OnnxInspection, type TensorInfo } from './onnx-inspection.js';

const info = (name: string, elementType: string, shape: TensorInfo['shape']): TensorInfo => ({
  name,
  elementType,
  shape,
});

function inspection(inputs: TensorInfo[], outputs: TensorInfo[]): OnnxInspection {
  return {
    opset: { 'ai.onnx': 15 },
    irVersion: 8,
    producer: '',
    inputs,
    outputs,
    nodeCount: 1,
    operators: [],
  };
}

const matrix = info('x', 'float', [null, 2]);
const probabilities = info('probabilities', 'float', [null, 2]);
const label = info('label', 'int64', [null]);
const refusal = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error;

describe('the default binding', () => {
  it('gives all features to a single matrix', () => {
    expect(defaultBinding(inspection([matrix], [label, probabilities]), ['a', 'b'])).toEqual({
      inputs: [{ name: 'x', columns: ['a', 'b'] }],
    });
  });

  it('gives each input the column of its name', () => {
    const model = inspection([info('b', 'float', ['n', 1]), info('a', 'double', ['n'])], [probabilities]);
    expect(defaultBinding(model, ['a', 'b']).inputs).toEqual([
      { name: 'b', columns: ['b'] },
      { name: 'a', columns: ['a'] },
    ]);
  });

  it('asks where inputs are named like nothing', () => {
    const model = inspection([matrix, info('y', 'float', [null, 1])], [probabilities]);
    expect(() => defaultBinding(model, ['a', 'b'])).toThrow(refusal('BINDING_NEEDED', /x, y/));
  });

  it('counts columns', () => {
    expect(() => defaultBinding(inspection([matrix], [probabilities]), ['a', 'b', 'c'])).toThrow(
      refusal('WRONG_COLUMN_COUNT', /takes 2 columns, 3 are bound/),
    );
  });
});

describe('a binding', () => {
  const model = inspection([matrix], [probabilities]);
  it.each([
    ['MISSING_COLUMN', [{ name: 'x', columns: ['a', 'z'] }], /"z" for the model's input "x"/],
    ['UNKNOWN_INPUT', [{ name: 'y', columns: ['a', 'b'] }], /no input "y"/],
    ['MISSING_INPUT', [], /"x" is bound to no column/],
    ['WRONG_COLUMN_COUNT', [{ name: 'x', columns: ['a'] }], /takes 2/],
  ])('is refused: %s', (code, inputs, message) => {
    expect(() => validateBinding({ inputs }, model, ['a', 'b'])).toThrow(refusal(code, message));
  });

  it('is refused for text inputs', () => {
    const text = inspection([info('x', 'string', [null, 1])], [probabilities]);
    expect(() => defaultBinding(text, ['a'])).toThrow(refusal('UNSUPPORTED_INPUT', /type string/));
  });
});

describe('the score', () => {
  const score = (...outputs: TensorInfo[]) => scoreOutput(inspection([matrix], outputs), { inputs: [] });

  it('is the one float [n, 2], [n, 1] or [n]', () => {
    expect(score(label, probabilities)).toEqual({ name: 'probabilities', column: null, type: 'float32' });
    expect(score(info('s', 'double', ['n']))).toEqual({ name: 's', column: null, type: 'float64' });
    expect(score(info('s', 'float', ['n', 1])).name).toBe('s');
  });

  it('has to be named where there are several, or more than two columns', () => {
    expect(() => score(probabilities, info('s', 'float', ['n']))).toThrow(
      refusal('BINDING_NEEDED', /More than one/),
    );
    expect(() => score(info('s', 'float', ['n', 3]))).toThrow(refusal('BINDING_NEEDED', /None/));
    const three = inspection([matrix], [info('s', 'float', ['n', 3])]);
    expect(scoreOutput(three, { inputs: [], output: { name: 's', column: 2 } }).column).toBe(2);
    expect(() => scoreOutput(three, { inputs: [], output: { name: 's', column: 3 } })).toThrow(
      refusal('UNKNOWN_OUTPUT', /none is number 3/),
    );
    expect(() => scoreOutput(three, { inputs: [], output: { name: 's' } })).toThrow(
      refusal('BINDING_NEEDED', /3 columns/),
    );
    expect(() => scoreOutput(three, { inputs: [], output: { name: 't' } })).toThrow(
      refusal('UNKNOWN_OUTPUT', /no output "t"/),
    );
  });

  it('is refused as a ZipMap, with the remedy', () => {
    expect(() => score(label, info('probabilities', 'sequence', []))).toThrow(
      refusal('UNSUPPORTED_OUTPUT', /ZipMap.*'zipmap': False/),
    );
  });
});
