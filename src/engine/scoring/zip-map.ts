import { delimited, readFields } from './protobuf.js';

/** A ZipMap node: it turns a float tensor [n, classes] into a sequence of maps from class to probability. */
export interface ZipMap {
  from: string;
  output: string;
  classes: (number | string)[];
}

const FLOAT = 1;
const MAX_CLASSES = 1000;

/** The node as a ZipMap; undefined for any other, and for one whose classes are not said. */
export function zipMapOf(node: Uint8Array): ZipMap | undefined {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const classes: (number | string)[] = [];
  let isZipMap = false;
  let isTheirs = false;
  for (const field of readFields(node)) {
    if (field.is(1, 'bytes')) inputs.push(field.text());
    else if (field.is(2, 'bytes')) outputs.push(field.text());
    else if (field.is(4, 'bytes')) isZipMap = field.text() === 'ZipMap';
    else if (field.is(7, 'bytes')) isTheirs = field.text() === 'ai.onnx.ml';
  }
  if (!isZipMap || !isTheirs) return undefined;
  for (const field of readFields(node)) if (field.is(5, 'bytes')) classes.push(...labels(field.bytes));
  const [from, second] = inputs;
  const [output, third] = outputs;
  const plain = from !== undefined && output !== undefined && second === undefined && third === undefined;
  return plain && classes.length > 0 && classes.length <= MAX_CLASSES ? { from, output, classes } : undefined;
}

/** An attribute's integers (8) or strings (9); integers may be packed into one field. */
function labels(attribute: Uint8Array): (number | string)[] {
  const found: (number | string)[] = [];
  for (const field of readFields(attribute)) {
    if (field.is(8, 'varint')) found.push(field.number());
    else if (field.is(8, 'bytes')) found.push(...packed(field.bytes));
    else if (field.is(9, 'bytes')) found.push(field.text());
  }
  return found;
}

function packed(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  for (let at = 0; at < bytes.length;) {
    let value = 0n;
    let shift = 0n;
    for (let more = true; more; shift += 7n) {
      const byte = bytes[at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      more = byte >= 0x80;
    }
    numbers.push(Number(BigInt.asIntN(64, value)));
  }
  return numbers;
}

/** The ZipMaps that can be left out: what they make is an output of the graph, and nothing else takes it. */
export function readableZipMaps(graph: {
  zipMaps: readonly ZipMap[];
  outputs: readonly { name: string }[];
  taken: ReadonlySet<string>;
}): Map<string, { from: string; classes: (number | string)[] }> {
  const readable = graph.zipMaps.filter(
    ({ output }) => !graph.taken.has(output) && graph.outputs.some(({ name }) => name === output),
  );
  return new Map(readable.map(({ output, from, classes }) => [output, { from, classes }]));
}

/**
 * The model with its last ZipMaps taken out and the tensors that feed them as outputs in their stead: the very numbers,
 * without a map a row. Everything else is copied as it is written.
 *
 * @param outputs names of the graph's outputs that are read so, as `readableZipMaps` found them
 */
export function withoutZipMaps(model: Uint8Array, outputs: ReadonlyMap<string, string>): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const field of readFields(model)) {
    if (field.is(7, 'bytes')) parts.push(...delimited(7, graphWithout(field.bytes, outputs)));
    else parts.push(field.whole);
  }
  return Buffer.concat(parts);
}

function graphWithout(graph: Uint8Array, outputs: ReadonlyMap<string, string>): Uint8Array {
  const parts: Uint8Array[] = [];
  const exposed = new Set<string>();
  for (const field of readFields(graph)) {
    if (field.is(12, 'bytes')) {
      const name = nameOf(field.bytes);
      const from = outputs.get(name);
      if (from === undefined) exposed.add(name);
    }
  }
  for (const field of readFields(graph)) {
    if (field.is(1, 'bytes') && outputs.has(zipMapOf(field.bytes)?.output ?? '')) continue;
    const from = field.is(12, 'bytes') ? outputs.get(nameOf(field.bytes)) : undefined;
    if (from === undefined) parts.push(field.whole);
    else if (!exposed.has(from)) {
      exposed.add(from);
      parts.push(...delimited(12, floatTensor(from)));
    }
  }
  return Buffer.concat(parts);
}

function nameOf(valueInfo: Uint8Array): string {
  let name = '';
  for (const field of readFields(valueInfo)) if (field.is(1, 'bytes')) name = field.text();
  return name;
}

/** A ValueInfoProto: a float tensor whose shape is left to be inferred. */
function floatTensor(name: string): Uint8Array {
  const tensorType = Uint8Array.of(1 << 3, FLOAT);
  const type = Buffer.concat(delimited(1, tensorType));
  return Buffer.concat([...delimited(1, Buffer.from(name, 'utf8')), ...delimited(2, type)]);
}
