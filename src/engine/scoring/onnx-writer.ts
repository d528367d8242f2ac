/**
 * Writes small ONNX models for the escape suite and for tests, field by field as onnx.proto3 numbers them: what no exporter
 * would write, such as tensors kept in another file, must be refused as well.
 */
type Value = number | string | Uint8Array | Float32Array;

/** A protobuf message from pairs of field number and value: integers as varints, the rest length-delimited. */
export function message(...fields: (readonly [id: number, value: Value])[]): Uint8Array {
  const parts = fields.flatMap(([id, value]) => {
    if (typeof value === 'number') return [varint((id << 3) | 0), varint(value)];
    const bytes =
      typeof value === 'string'
        ? new TextEncoder().encode(value)
        : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return [varint((id << 3) | 2), varint(bytes.length), bytes];
  });
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

export const FLOAT = 1;
export const INT64 = 7;
export const DOUBLE = 11;

/** @param shape undefined where the model says nothing of it */
export function tensorValue(
  name: string,
  elementType: number,
  shape: (number | string)[] | undefined,
): Uint8Array {
  const dims = shape?.map((size) => [1, message(typeof size === 'number' ? [1, size] : [2, size])] as const);
  const said = dims === undefined ? [] : [[2, message(...dims)] as const];
  return message([1, name], [2, message([1, message([1, elementType], ...said)])]);
}

/** A float tensor whose values are inside the file. */
export function floatTensor(name: string, values: number[], dims: number[]): Uint8Array {
  return message(
    ...dims.map((size) => [1, size] as const),
    [2, FLOAT],
    [8, name],
    [9, new Float32Array(values)],
  );
}

export function externalTensor(name: string): Uint8Array {
  return message([1, 1], [2, FLOAT], [8, name], [13, message([1, 'location'], [2, '../weights'])], [14, 1]);
}

export function node(
  operator: string,
  inputs: string[],
  outputs: string[],
  attributes: Uint8Array[] = [],
  domain = '',
): Uint8Array {
  return message(
    ...inputs.map((name) => [1, name] as const),
    ...outputs.map((name) => [2, name] as const),
    [4, operator],
    ...attributes.map((attribute) => [5, attribute] as const),
    [7, domain],
  );
}

export interface GraphParts {
  nodes?: Uint8Array[];
  initializers?: Uint8Array[];
  inputs?: Uint8Array[];
  outputs?: Uint8Array[];
  more?: (readonly [number, Value])[];
}

export function graph({ nodes, initializers, inputs, outputs, more }: GraphParts): Uint8Array {
  return message(
    ...(nodes ?? []).map((item) => [1, item] as const),
    [2, 'graph'],
    ...(initializers ?? []).map((item) => [5, item] as const),
    ...(inputs ?? []).map((item) => [11, item] as const),
    ...(outputs ?? []).map((item) => [12, item] as const),
    ...(more ?? []),
  );
}

export function model(parts: GraphParts, ...more: (readonly [number, Value])[]): Uint8Array {
  return message(
    [1, 8],
    [2, 'fixture'],
    [7, graph(parts)],
    [8, message([1, ''], [2, 15])],
    [8, message([1, 'ai.onnx.ml'], [2, 2])],
    ...more,
  );
}

/** score = (sum of the row) × `factor` + `offset`, of shape [n, 1]. */
export function linearModel(width: number, factor: number, offset: number): Uint8Array {
  return model({
    nodes: [node('MatMul', ['x', 'w'], ['sum']), node('Add', ['sum', 'b'], ['score'])],
    initializers: [
      floatTensor('w', new Array<number>(width).fill(factor), [width, 1]),
      floatTensor('b', [offset], [1]),
    ],
    inputs: [tensorValue('x', FLOAT, ['n', width])],
    outputs: [tensorValue('score', FLOAT, ['n', 1])],
  });
}
