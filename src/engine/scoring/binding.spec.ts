import { defaultBinding, scoreOutput, streamColumns, validateBinding } from './binding.js';
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

  it.each(['float16', 'uint8', 'bfloat16', 'complex64', 'sequence'])(
    'is refused for an input of %s',
    (type) => {
      const odd = inspection([info('x', type, [null, 1])], [probabilities]);
      expect(() => defaultBinding(odd, ['a'])).toThrow(refusal('UNSUPPORTED_INPUT', /cast inside it/));
    },
  );

  it.each<[input: string, column: string, code: string | null]>([
    ['float', 'DOUBLE', null],
    ['float', 'BIGINT', null],
    ['float', 'BOOLEAN', null],
    ['float', 'DECIMAL(18,3)', null],
    ['float', 'float32', null],
    ['float', 'VARCHAR', 'NOT_A_NUMBER'],
    ['float', 'string', 'NOT_A_NUMBER'],
    ['float', "ENUM('a', 'b')", 'NOT_A_NUMBER'],
    ['float', 'TIMESTAMP WITH TIME ZONE', 'COLUMN_UNFIT'],
    ['double', 'DATE', 'COLUMN_UNFIT'],
    ['int64', 'UBIGINT', null],
    ['int64', 'DOUBLE', null],
    ['int64', 'VARCHAR', 'NOT_A_NUMBER'],
    ['bool', 'BOOLEAN', null],
    ['string', 'VARCHAR', null],
    ['string', 'BIGINT', null],
    ['string', 'DOUBLE', 'COLUMN_UNFIT'],
    ['string', 'BOOLEAN', 'COLUMN_UNFIT'],
    ['string', 'timestamp', 'COLUMN_UNFIT'],
    ['string', 'unknown', null],
  ])('an input of %s and a column of %s: %s', (elementType, type, code) => {
    const typed = inspection([info('x', elementType, [null, 1])], [probabilities]);
    const bind = () => defaultBinding(typed, [{ name: 'a', type }]);
    if (code === null) expect(bind().inputs).toEqual([{ name: 'x', columns: ['a'] }]);
    else expect(bind).toThrow(refusal(code, /"a" is .*"x" of type/));
  });

  it('sends a column once for each type that it is needed as', () => {
    const two = inspection(
      [info('x', 'float', [null, 2]), info('y', 'string', [null, 1]), info('z', 'float', [null, 1])],
      [probabilities],
    );
    const inputs = [
      { name: 'x', columns: ['a', 'b'] },
      { name: 'y', columns: ['b'] },
      { name: 'z', columns: ['a'] },
    ];
    expect(streamColumns({ inputs }, two)).toEqual([
      { name: 'a', type: 'float32' },
      { name: 'b', type: 'float32' },
      { name: 'b', type: 'utf8' },
    ]);
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

  it.each<[classes: (number | string)[], column: number]>([
    [[0, 1], 1],
    [[1, 0], 0],
    [[-1, 1], 1],
    [[3, 5], 1],
    [['good', 'bad'], 1],
  ])('of maps from %j is column %i of the tensor they are made from', (classes, column) => {
    const zipMap = { from: 'probabilities', classes };
    const output = { ...info('output_probability', 'float', [null, 2]), zipMap };
    expect(score(label, output)).toEqual({ name: 'output_probability', column, type: 'float32' });
  });

  it('of maps from three classes has to be named, and the classes are told', () => {
    const zipMap = { from: 'probabilities', classes: ['a', 'b', 'c'] };
    const output = { ...info('p', 'float', [null, 3]), zipMap };
    expect(() => score(label, output)).toThrow(refusal('BINDING_NEEDED', /0: a, 1: b, 2: c/));
  });

  it('is refused as a ZipMap, with the remedy', () => {
    expect(() => score(label, info('probabilities', 'sequence', []))).toThrow(
      refusal('UNSUPPORTED_OUTPUT', /ZipMap.*'zipmap': False/),
    );
  });
});
