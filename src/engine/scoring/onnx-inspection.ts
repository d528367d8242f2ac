import { InputError } from '../input-error.js';
import { ProtobufError, readFields } from './protobuf.js';
import { readableZipMaps, type ZipMap, zipMapOf } from './zip-map.js';

/** A graph's input or output. Dimensions: a number, a symbol, or null where the model says nothing. */
export interface TensorInfo {
  name: string;
  /** `float`, `double`, `int64`, `string`, … as ONNX names them; `sequence`, `map`, `optional` for what is no tensor. */
  elementType: string;
  shape: (number | string | null)[];
  /**
   * Of an output that the model gives as maps from class to probability (ZipMap): it is read from the float tensor from
   * which the maps are made, a column a class in this order.
   */
  zipMap?: { from: string; classes: (number | string)[] };
}

export interface OnnxInspection {
  /** Operator set version by domain; the ONNX domain itself is `ai.onnx`. */
  opset: Record<string, number>;
  irVersion: number;
  producer: string;
  inputs: TensorInfo[];
  outputs: TensorInfo[];
  /** Nodes, those of nested graphs and functions included. */
  nodeCount: number;
  /** Distinct operators, `domain::Name` outside `ai.onnx`, ascending. */
  operators: string[];
  /** What is no reason to refuse the model but should be known, a sentence each. */
  warnings?: string[];
}

export const MAX_MODEL_BYTES = 1 << 30;
const MAX_DEPTH = 64;

const ELEMENT_TYPES = [
  'undefined',
  'float',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'double',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
];

/** Fields of ModelProto up to ONNX 1.20. What has another number was put into the file for another reader than ours. */
const MODEL_FIELDS = new Set([1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26]);

interface Found {
  nodes: number;
  operators: Set<string>;
}

interface Graph {
  inputs: TensorInfo[];
  outputs: TensorInfo[];
  initializers: Set<string>;
  zipMaps: ZipMap[];
  /** Names that nodes of the graph itself take. */
  taken: Set<string>;
}

/**
 * Reads what an ONNX file says of itself, without running anything: our own reader of the wire format, which
 * allocates by what is there and never by what a length claims. Field numbers are those of onnx.proto3.
 *
 * @throws InputError `NOT_ONNX` (also: truncated, no graph, more in the file than a model), `EXTERNAL_DATA` (any tensor anywhere whose bytes lie in
 *   another file: initialisers, constants, sparse parts, nested graphs, functions, training), `TOO_LARGE`
 */
export function inspectOnnx(bytes: Uint8Array, maxBytes: number = MAX_MODEL_BYTES): OnnxInspection {
  if (bytes.length > maxBytes) {
    throw new InputError('TOO_LARGE', `the model has ${bytes.length} bytes; at most ${maxBytes} are taken`);
  }
  try {
    return readModel(bytes);
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error;
    throw new InputError('NOT_ONNX', `not an ONNX model: ${error.message}`);
  }
}

function readModel(bytes: Uint8Array): OnnxInspection {
  const found: Found = { nodes: 0, operators: new Set() };
  const graph: Graph = { inputs: [], outputs: [], initializers: new Set(), zipMaps: [], taken: new Set() };
  const opset: Record<string, number> = {};
  let irVersion = 0;
  let graphs = 0;
  const producer: [name: string, version: string] = ['', ''];
  for (const field of readFields(bytes)) {
    if (field.is(1, 'varint')) irVersion = field.number();
    else if (field.is(2, 'bytes')) producer[0] = field.text();
    else if (field.is(3, 'bytes')) producer[1] = field.text();
    else if (field.is(7, 'bytes')) {
      graphs += 1;
      readGraph(field.bytes, found, 0, graph);
    } else if (field.is(8, 'bytes')) readOpset(field.bytes, opset);
    else if (!MODEL_FIELDS.has(field.id))
      throw new ProtobufError(
        `it holds more than a model (a field ${field.id}): export it anew, to a file of its own`,
      );
    else if (field.is(20, 'bytes')) readTraining(field.bytes, found);
    else if (field.is(25, 'bytes')) readFunction(field.bytes, found, 0);
  }
  if (graphs === 0 || irVersion < 1 || Object.keys(opset).length === 0 || graph.outputs.length === 0) {
    throw new ProtobufError('it has no graph with outputs, IR version and operator set');
  }
  // Protobuf would merge a second graph into the first: what feeds what is sure of one alone.
  const zipMaps = graphs === 1 ? readableZipMaps(graph) : new Map<string, TensorInfo['zipMap']>();
  return {
    opset,
    irVersion,
    producer: producer.filter((part) => part !== '').join(' '),
    inputs: graph.inputs.filter((input) => !graph.initializers.has(input.name)),
    outputs: graph.outputs.map((output): TensorInfo => {
      const zipMap = zipMaps.get(output.name);
      if (zipMap === undefined) return output;
      return { name: output.name, elementType: 'float', shape: [null, zipMap.classes.length], zipMap };
    }),
    nodeCount: found.nodes,
    operators: [...found.operators].sort(),
  };
}

function readOpset(bytes: Uint8Array, opset: Record<string, number>): void {
  let domain = '';
  let version = 0;
  for (const field of readFields(bytes)) {
    if (field.is(1, 'bytes')) domain = field.text();
    else if (field.is(2, 'varint')) version = field.number();
  }
  const name = domain === '' ? 'ai.onnx' : domain;
  Object.defineProperty(opset, name, {
    value: version,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function readGraph(bytes: Uint8Array, found: Found, depth: number, graph?: Graph): void {
  if (depth > MAX_DEPTH) throw new ProtobufError(`graphs nested deeper than ${MAX_DEPTH}`);
  for (const field of readFields(bytes)) {
    if (field.is(1, 'bytes')) readNode(field.bytes, found, depth, graph);
    else if (field.is(5, 'bytes')) {
      const name = readTensor(field.bytes);
      graph?.initializers.add(name);
    } else if (field.is(11, 'bytes')) graph?.inputs.push(readValueInfo(field.bytes));
    else if (field.is(12, 'bytes')) graph?.outputs.push(readValueInfo(field.bytes));
    else if (field.is(15, 'bytes')) readSparse(field.bytes, graph);
  }
}

function readNode(bytes: Uint8Array, found: Found, depth: number, graph?: Graph): void {
  let operator = '';
  let domain = '';
  for (const field of readFields(bytes)) {
    if (field.is(1, 'bytes')) graph?.taken.add(field.text());
    else if (field.is(4, 'bytes')) operator = field.text();
    else if (field.is(5, 'bytes')) readAttribute(field.bytes, found, depth);
    else if (field.is(7, 'bytes')) domain = field.text();
  }
  found.nodes += 1;
  const zipMap = graph === undefined ? undefined : zipMapOf(bytes);
  if (zipMap !== undefined) graph?.zipMaps.push(zipMap);
  found.operators.add(domain === '' || domain === 'ai.onnx' ? operator : `${domain}::${operator}`);
}

function readAttribute(bytes: Uint8Array, found: Found, depth: number): void {
  for (const field of readFields(bytes)) {
    if (field.is(5, 'bytes') || field.is(10, 'bytes')) readTensor(field.bytes);
    else if (field.is(6, 'bytes') || field.is(11, 'bytes')) readGraph(field.bytes, found, depth + 1);
    else if (field.is(22, 'bytes') || field.is(23, 'bytes')) readSparse(field.bytes);
  }
}

function readFunction(bytes: Uint8Array, found: Found, depth: number): void {
  for (const field of readFields(bytes)) {
    if (field.is(7, 'bytes')) readNode(field.bytes, found, depth + 1);
    else if (field.is(11, 'bytes')) readAttribute(field.bytes, found, depth + 1);
  }
}

function readTraining(bytes: Uint8Array, found: Found): void {
  for (const field of readFields(bytes)) {
    if (field.is(1, 'bytes') || field.is(2, 'bytes')) readGraph(field.bytes, found, 1);
  }
}

function readSparse(bytes: Uint8Array, graph?: Graph): void {
  for (const field of readFields(bytes)) {
    if (!field.is(1, 'bytes') && !field.is(2, 'bytes')) continue;
    const name = readTensor(field.bytes);
    if (field.id === 1) graph?.initializers.add(name);
  }
}

/** @returns the tensor's name, once it is sure that its bytes are in this very file */
function readTensor(bytes: Uint8Array): string {
  let name = '';
  for (const field of readFields(bytes)) {
    if (field.is(8, 'bytes')) name = field.text();
    const external = field.is(13, 'bytes') || (field.is(14, 'varint') && field.number() !== 0);
    if (external) {
      throw new InputError(
        'EXTERNAL_DATA',
        'the model keeps tensors in another file (external data): save it as one file, for example with onnx.save(model, path, save_as_external_data=False)',
      );
    }
  }
  return name;
}

function readValueInfo(bytes: Uint8Array): TensorInfo {
  const info: TensorInfo = { name: '', elementType: 'undefined', shape: [] };
  for (const field of readFields(bytes)) {
    if (field.is(1, 'bytes')) info.name = field.text();
    else if (field.is(2, 'bytes')) readType(field.bytes, info);
  }
  return info;
}

function readType(bytes: Uint8Array, info: TensorInfo): void {
  const others: Readonly<Record<number, string>> = { 4: 'sequence', 5: 'map', 8: 'sparse', 9: 'optional' };
  for (const field of readFields(bytes)) {
    const other = others[field.id];
    if (other !== undefined) info.elementType = other;
    if (!field.is(1, 'bytes')) continue;
    for (const inner of readFields(field.bytes)) {
      if (inner.is(1, 'varint')) info.elementType = ELEMENT_TYPES[inner.number()] ?? `type ${inner.number()}`;
      else if (inner.is(2, 'bytes')) info.shape = readShape(inner.bytes);
    }
  }
}

function readShape(bytes: Uint8Array): (number | string | null)[] {
  const shape: (number | string | null)[] = [];
  for (const field of readFields(bytes)) {
    if (!field.is(1, 'bytes')) continue;
    let size: number | string | null = null;
    for (const inner of readFields(field.bytes)) {
      if (inner.is(1, 'varint')) size = inner.number();
      else if (inner.is(2, 'bytes')) size = inner.text() === '' ? null : inner.text();
    }
    shape.push(size);
  }
  return shape;
}
