import { FLOAT, floatTensor, graph, INT64, message, model, node, tensorValue } from '../onnx-writer.js';

/** A file that a tenant could hand in as a model, and what may come of it. */
export interface HostileModel {
  name: string;
  /** @param bait a file of the host's that holds four bytes of weights */
  bytes: (bait: string) => Uint8Array;
  /** Codes with which its inspection may end; null: it may be admitted, for its harm shows when it is run. */
  inspected: readonly string[] | null;
  /** Codes with which its scoring may end when nobody has inspected it: the jail alone has to hold. */
  scored: readonly string[];
}

const INT = 2;
const GRAPH = 5;
const BOOL = 9;
const EXTERNAL = 1;

const X = [tensorValue('x', FLOAT, ['n', 1])];
const SCORE = [tensorValue('score', FLOAT, ['n', 1])];
/** A loader may give up in its own words, or be ended while it tries. */
const REFUSED = ['MODEL_LOAD_FAILED', 'MODEL_RUN_FAILED', 'MODEL_CRASHED', 'SCORE_SHAPE', 'LIMIT_MEMORY'];

function external(location: string): Uint8Array {
  const entry = (key: string, value: string) => [13, message([1, key], [2, value])] as const;
  return message([1, 1], [1, 1], [2, FLOAT], [8, 'w'], entry('location', location), [14, EXTERNAL]);
}

function weighted(initializer: Uint8Array): Uint8Array {
  return model({
    nodes: [node('MatMul', ['x', 'w'], ['score'])],
    initializers: [initializer],
    inputs: X,
    outputs: SCORE,
  });
}

const elsewhere = (name: string, location: (bait: string) => string): HostileModel => ({
  name: `a model whose weights lie ${name}`,
  bytes: (bait) => weighted(external(location(bait))),
  inspected: ['EXTERNAL_DATA'],
  scored: REFUSED,
});

function graphAttribute(name: string, body: Uint8Array): Uint8Array {
  return message([1, name], [6, body], [20, GRAPH]);
}

/** Graphs in graphs, written from the inmost outwards in one pass: their bytes would otherwise be copied at each depth. */
function nested(depth: number): Uint8Array {
  const heads: Uint8Array[] = [];
  let size = 0;
  const wrap = (before: Uint8Array, field: number) => {
    const head = Uint8Array.from([...before, ...varints((field << 3) | 2, size)]);
    heads.push(head);
    size += head.length;
  };
  for (let level = 0; level < depth; level += 1) {
    wrap(message([1, 'then_branch'], [20, GRAPH]), 6);
    wrap(message([1, 'c'], [2, 'o'], [4, 'If']), 5);
    wrap(message(), 1);
  }
  return model({ inputs: X, outputs: SCORE, more: [[1, Buffer.concat(heads.toReversed().slice(1))]] });
}

function varints(...values: number[]): number[] {
  return values.flatMap((value) => {
    const bytes: number[] = [];
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest & 0x7f) | 0x80);
    return [...bytes, rest];
  });
}

const giant = (dims: number[]): Uint8Array =>
  weighted(message(...dims.map((size) => [1, size] as const), [2, FLOAT], [8, 'w']));

/** A body that hands its condition on as it is: with no count of rounds, it never ends. */
function loop(): Uint8Array {
  const body = graph({
    nodes: [node('Identity', ['go_in'], ['go_out']), node('Add', ['v_in', 'one'], ['v_out'])],
    initializers: [floatTensor('one', [1], [1])],
    inputs: [tensorValue('i', INT64, []), tensorValue('go_in', BOOL, []), tensorValue('v_in', FLOAT, [1])],
    outputs: [tensorValue('go_out', BOOL, []), tensorValue('v_out', FLOAT, [1])],
  });
  return model({
    nodes: [
      node('Loop', ['', 'go', 'zero'], ['end'], [graphAttribute('body', body)]),
      node('Add', ['x', 'end'], ['score']),
    ],
    initializers: [floatTensor('zero', [0], [1]), message([2, BOOL], [8, 'go'], [9, Uint8Array.of(1)])],
    inputs: X,
    outputs: SCORE,
  });
}

/** Ones without end: as many rows as are asked for, each as wide as memory. */
function swelling(): Uint8Array {
  const shape = message(
    [1, 2],
    [2, INT64],
    [8, 'shape'],
    [9, new Uint8Array(new BigInt64Array([60_000n, 60_000n]).buffer)],
  );
  return model({
    nodes: [
      node('ConstantOfShape', ['shape'], ['much']),
      node('ReduceSum', ['much'], ['sum'], [message([1, 'keepdims'], [3, 0], [20, INT])]),
      node('Add', ['x', 'sum'], ['score']),
    ],
    initializers: [shape],
    inputs: X,
    outputs: SCORE,
  });
}

/** A function that calls itself. */
function recursive(): Uint8Array {
  const self = message(
    ...([
      [1, 'again'],
      [4, 'a'],
      [5, 'b'],
    ] as const),
    [7, node('again', ['a'], ['b'], [], 'own')],
    [9, message([1, ''], [2, 15])],
    [9, message([1, 'own'], [2, 1])],
    [10, 'own'],
  );
  return model(
    { nodes: [node('again', ['x'], ['score'], [], 'own')], inputs: X, outputs: SCORE },
    [8, message([1, 'own'], [2, 1])],
    [25, self],
  );
}

/** Types in types, as deep as a reader that calls itself would fall. */
function deepType(depth: number): Uint8Array {
  const heads: Uint8Array[] = [];
  let size = 0;
  for (let level = 0; level < depth; level += 1) {
    // TypeProto.sequence_type = 4, Sequence.elem_type = 1.
    for (const field of level === 0 ? [1] : [4, 1]) {
      const head = Uint8Array.from(varints((field << 3) | 2, size));
      heads.push(head);
      size += head.length;
    }
  }
  const type = Buffer.concat([Uint8Array.from(varints((4 << 3) | 2, size)), ...heads.toReversed()]);
  return model({
    nodes: [node('Identity', ['x'], ['score'])],
    inputs: [...X, message([1, 'deep'], [2, type])],
    outputs: SCORE,
  });
}

const text = (words: string) => () => new TextEncoder().encode(words);
/** What stands for every code with which a file is refused: each kind of file that is no model has words of its own. */
export const ANY_REFUSAL = 'REFUSED';

const NO_MODEL = { inspected: [ANY_REFUSAL], scored: REFUSED } as const;

/** Files that are no model, models that read what is not theirs, and models that take all there is. */
export const HOSTILE_MODELS: readonly HostileModel[] = [
  elsewhere('in a folder above its own', (bait) => `../../../../../../../../..${bait}`),
  elsewhere('at a path of the host', (bait) => bait),
  elsewhere('behind a symbolic link', (bait) => `/proc/self/root${bait}`),
  elsewhere('behind a symbolic link to the process above', (bait) => `/proc/1/root${bait}`),
  elsewhere('behind a hard link', (bait) => `${bait}.hard`),
  elsewhere('behind a symbolic link beside it', (bait) => `${bait}.link`),
  elsewhere('in what it is fed', () => '/proc/self/fd/0'),
  {
    name: 'a model whose weights lie elsewhere, deep in a nested graph',
    bytes: (bait) =>
      model({
        nodes: [
          node(
            'If',
            ['c'],
            ['score'],
            [
              graphAttribute(
                'then_branch',
                graph({ nodes: [node('Identity', ['w'], ['o'])], initializers: [external(bait)] }),
              ),
            ],
          ),
        ],
        inputs: X,
        outputs: SCORE,
      }),
    inspected: ['EXTERNAL_DATA'],
    scored: REFUSED,
  },
  { name: 'graphs nested ten thousand deep', bytes: () => nested(10_000), ...NO_MODEL },
  {
    name: 'types nested a hundred thousand deep',
    bytes: () => deepType(100_000),
    inspected: [ANY_REFUSAL],
    scored: REFUSED,
  },
  {
    name: 'weights of an exbibyte that are not there',
    bytes: () => giant([2 ** 30, 2 ** 28]),
    inspected: REFUSED,
    scored: REFUSED,
  },
  {
    name: 'weights whose size overflows',
    bytes: () => giant([2 ** 32, 2 ** 32, 2 ** 32]),
    inspected: REFUSED,
    scored: REFUSED,
  },
  {
    name: 'a model cut short',
    bytes: () => weighted(floatTensor('w', [1], [1, 1])).subarray(0, 60),
    ...NO_MODEL,
  },
  {
    name: 'a length that runs past the end',
    bytes: () => Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f, 0),
    ...NO_MODEL,
  },
  { name: 'an empty file', bytes: () => new Uint8Array(0), ...NO_MODEL },
  { name: 'a script', bytes: text('#!/bin/sh\ncat /etc/shadow\n'), ...NO_MODEL },
  { name: 'a pickle', bytes: text("\x80\x04\x95cposix\nsystem\n(S'id'\ntR."), ...NO_MODEL },
  { name: 'an archive', bytes: text('PK\x03\x04'), ...NO_MODEL },
  {
    name: 'a library of its own operators',
    bytes: () =>
      model(
        {
          nodes: [node('Run', ['x'], ['score'], [], '/job/evil.so')],
          inputs: X,
          outputs: SCORE,
        },
        [8, message([1, '/job/evil.so'], [2, 1])],
        [14, message([1, 'custom_ops_library'], [2, '/job/evil.so'])],
      ),
    inspected: REFUSED,
    scored: REFUSED,
  },
  { name: 'a function that calls itself', bytes: () => recursive(), inspected: REFUSED, scored: REFUSED },
  {
    name: 'a loop without an end',
    bytes: () => loop(),
    inspected: ['LIMIT_CPU', 'LIMIT_WALL'],
    scored: ['LIMIT_CPU', 'LIMIT_WALL'],
  },
  {
    name: 'a model that takes memory without an end',
    bytes: () => swelling(),
    inspected: ['LIMIT_MEMORY', 'MODEL_RUN_FAILED'],
    scored: ['LIMIT_MEMORY', 'MODEL_RUN_FAILED'],
  },
  {
    name: 'scores that are no numbers',
    bytes: () => model({ nodes: [node('Sqrt', ['x'], ['score'])], inputs: X, outputs: SCORE }),
    inspected: null,
    scored: ['SCORE_NOT_FINITE'],
  },
];
