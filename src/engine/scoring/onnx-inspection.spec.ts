import fc from 'fast-check';
import { InputError } from '../input-error.js';
import {
  externalTensor,
  FLOAT,
  floatTensor,
  graph,
  INT64,
  linearModel,
  message,
  model,
  node,
  tensorValue,
} from './onnx-writer.js';
import { inspectOnnx } from './onnx-inspection.js';

const output = tensorValue('score', FLOAT, ['n', 2]);
const whole = linearModel(3, 1, 0);

function codeOf(bytes: Uint8Array): string {
  try {
    inspectOnnx(bytes);
    return 'accepted';
  } catch (error) {
    return error instanceof InputError ? error.code : `not an InputError: ${String(error)}`;
  }
}

it('reads inputs, outputs, operators and versions; initialisers are no inputs', () => {
  const bytes = model({
    nodes: [node('MatMul', ['x', 'w'], ['s']), node('Normalizer', ['s'], ['score'], [], 'ai.onnx.ml')],
    initializers: [floatTensor('w', [1, 2], [1, 2])],
    inputs: [tensorValue('x', FLOAT, ['n', 3]), tensorValue('w', FLOAT, [1, 2])],
    outputs: [output, tensorValue('label', INT64, ['n'])],
  });
  expect(inspectOnnx(bytes)).toEqual({
    opset: { 'ai.onnx': 15, 'ai.onnx.ml': 2 },
    irVersion: 8,
    producer: 'fixture',
    inputs: [{ name: 'x', elementType: 'float', shape: ['n', 3] }],
    outputs: [
      { name: 'score', elementType: 'float', shape: ['n', 2] },
      { name: 'label', elementType: 'int64', shape: ['n'] },
    ],
    nodeCount: 2,
    operators: ['MatMul', 'ai.onnx.ml::Normalizer'],
  });
});

describe('external data is refused wherever it hides', () => {
  const external = externalTensor('t');
  const attribute = (...fields: [number, Uint8Array][]) => message([1, 'a'], ...fields);
  const inner = graph({ initializers: [external], outputs: [output] });
  const sparse = (field: number) => message([field, external]);
  const withAttribute = (field: number, value: Uint8Array) =>
    model({ nodes: [node('Op', [], ['score'], [attribute([field, value])])], outputs: [output] });

  it.each<[string, Uint8Array]>([
    ['initialiser', model({ initializers: [external], outputs: [output] })],
    ['constant', withAttribute(5, external)],
    ['list of constants', withAttribute(10, external)],
    ['nested graph', withAttribute(6, inner)],
    ['list of nested graphs', withAttribute(11, inner)],
    ['sparse constant', withAttribute(22, sparse(1))],
    ['indices of a sparse constant', withAttribute(22, sparse(2))],
    ['list of sparse constants', withAttribute(23, sparse(1))],
    ['sparse initialiser', model({ outputs: [output], more: [[15, sparse(1)]] })],
    ['indices of a sparse initialiser', model({ outputs: [output], more: [[15, sparse(2)]] })],
    [
      'function',
      model({ outputs: [output] }, [
        25,
        message([1, 'f'], [7, node('Op', [], [], [attribute([5, external])])]),
      ]),
    ],
    [
      'default of a function',
      model({ outputs: [output] }, [25, message([1, 'f'], [11, attribute([5, external])])]),
    ],
    ['training initialisation', model({ outputs: [output] }, [20, message([1, inner])])],
    ['training algorithm', model({ outputs: [output] }, [20, message([2, inner])])],
    ['a second graph that protobuf would merge', model({ outputs: [output] }, [7, inner])],
    [
      'only the mark, no location',
      model({ initializers: [message([2, FLOAT], [8, 't'], [14, 1])], outputs: [output] }),
    ],
    [
      'only the location, no mark',
      model({
        initializers: [message([2, FLOAT], [8, 't'], [13, message([1, 'location'])])],
        outputs: [output],
      }),
    ],
    [
      'a mark that says otherwise afterwards',
      model({ initializers: [message([2, FLOAT], [14, 1], [14, 0])], outputs: [output] }),
    ],
    [
      'a mark past 32 bits',
      model({ initializers: [message([2, FLOAT], [14, 2 ** 32 + 1])], outputs: [output] }),
    ],
  ])('%s', (_, bytes) => expect(codeOf(bytes)).toBe('EXTERNAL_DATA'));
});

describe('what is no model', () => {
  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array(0)],
    ['text', new TextEncoder().encode('customer,amount\n1,2\n'.repeat(50))],
    ['a pickle', Uint8Array.from([0x80, 0x04, 0x95, 0x10, 0, 0, 0, 0, 0, 0, 0, 0x8c, 1, 0x78])],
    ['a ZIP archive', Uint8Array.from([0x50, 0x4b, 3, 4, 20, 0, 0, 0, 8, 0])],
    ['no graph', message([1, 8], [8, message([2, 15])])],
    ['a length past the end', Uint8Array.from([0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f])],
    ['graphs nested without end', deep(500)],
  ])('%s', (_, bytes) => expect(codeOf(bytes)).toBe('NOT_ONNX'));

  function deep(levels: number): Uint8Array {
    let inner = graph({ outputs: [output] });
    for (let level = 0; level < levels; level += 1) {
      inner = graph({ nodes: [node('If', [], [], [message([6, inner])])], outputs: [output] });
    }
    return message([1, 8], [7, inner], [8, message([2, 15])]);
  }

  it('more bytes than are taken', () => {
    expect(() => inspectOnnx(whole, whole.length - 1)).toThrow(
      expect.objectContaining({ code: 'TOO_LARGE' }) as Error,
    );
  });

  it('never fails in another way, cut or altered anywhere', () => {
    const known = expect.stringMatching(/^(accepted|NOT_ONNX|EXTERNAL_DATA)$/) as string;
    for (let length = 0; length < whole.length; length += 1)
      expect(codeOf(whole.subarray(0, length))).toEqual(known);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 }), (changes) => {
        const bytes = whole.slice();
        for (const [at, value] of changes) bytes[at] = value;
        expect(codeOf(bytes)).toEqual(known);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => expect(codeOf(bytes)).toEqual(known)),
    );
  });
});
