import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  FLOAT,
  floatTensor,
  graph,
  INT64,
  message,
  model,
  node,
  tensorValue,
} from '../../src/engine/scoring/onnx-writer.ts';
import type { Kind } from './schedule.ts';

export interface ChaosModel {
  bytes: Uint8Array;
  input: string;
  columns: string[];
}

const BOOL = 9;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_GRAPH = 5;

/** Rounds of the loop: about a second of one core. */
const SLOW_ROUNDS = 60_000;
/** More than any limit lets through. */
const ENDLESS_ROUNDS = 2 ** 45;
/** Floats of 4 bytes: six times the memory that a job of this test has. */
export const GREEDY_FLOATS = 768 * 2 ** 20;

/** The model of a kind: committed or written here, each of one input of floats. */
export function chaosModel(kind: Kind, projectRoot: string): ChaosModel {
  switch (kind) {
    case 'good':
      return committed(projectRoot);
    case 'slow':
      return written(looping(SLOW_ROUNDS));
    case 'endless':
      return written(looping(ENDLESS_ROUNDS));
    case 'greedy':
      return written(greedy());
    case 'failing':
      return written(failing());
  }
}

function committed(projectRoot: string): ChaosModel {
  const folder = join(projectRoot, 'src', 'baselines');
  const { input, models } = JSON.parse(readFileSync(join(folder, 'baselines.json'), 'utf8')) as {
    input: string;
    models: { weak: { file: string; features: string[] } };
  };
  return { bytes: readFileSync(join(folder, models.weak.file)), input, columns: models.weak.features };
}

/**
 * A score from the payment's amount, plus nothing times what `nodes` come to. They may read `some`, which is 1 where
 * there is data and 0 for the few small numbers that a model is inspected with: inspection must find nothing wrong.
 */
function written(work: { nodes: Uint8Array[]; initializers: Uint8Array[]; result: string }): ChaosModel {
  const bytes = model({
    nodes: [
      node('ReduceSum', ['x'], ['total'], [integer('keepdims', 0)]),
      node('Less', ['total', 'little'], ['empty']),
      node('Not', ['empty'], ['filled']),
      node('Cast', ['filled'], ['some'], [integer('to', INT64)]),
      ...work.nodes,
      node('Mul', [work.result, 'zero'], ['nothing']),
      node('Mul', ['x', 'scale'], ['scaled']),
      node('Sigmoid', ['scaled'], ['plain']),
      node('Add', ['plain', 'nothing'], ['score']),
    ],
    initializers: [scalar('zero', 0), scalar('little', 1e4), scalar('scale', 1e-3), ...work.initializers],
    inputs: [tensorValue('x', FLOAT, ['n', 1])],
    outputs: [tensorValue('score', FLOAT, ['n', 1])],
  });
  return { bytes, input: 'x', columns: ['amount'] };
}

/** A loop that multiplies a matrix with itself `rounds` times. */
function looping(rounds: number): { nodes: Uint8Array[]; initializers: Uint8Array[]; result: string } {
  const side = 16;
  const body = graph({
    nodes: [node('Identity', ['going'], ['on']), node('MatMul', ['before', 'matrix'], ['after'])],
    inputs: [
      tensorValue('round', INT64, []),
      tensorValue('going', BOOL, []),
      tensorValue('before', FLOAT, [side, side]),
    ],
    outputs: [tensorValue('on', BOOL, []), tensorValue('after', FLOAT, [side, side])],
  });
  return {
    nodes: [
      node('Mul', ['some', 'rounds'], ['trips']),
      node('Loop', ['trips', '', 'matrix'], ['product'], [subgraph('body', body)]),
      node('ReduceSum', ['product'], ['result'], [integer('keepdims', 0)]),
    ],
    initializers: [
      wholeScalar('rounds', rounds),
      floatTensor('matrix', new Array<number>(side * side).fill(1 / side), [side, side]),
    ],
    result: 'result',
  };
}

/** Spreads one number over more memory than a job has. */
function greedy(): { nodes: Uint8Array[]; initializers: Uint8Array[]; result: string } {
  return {
    nodes: [
      node('Mul', ['some', 'floats'], ['many']),
      node('Add', ['many', 'one'], ['size']),
      node('Expand', ['total', 'size'], ['spread']),
      node('ReduceMax', ['spread'], ['result'], [integer('keepdims', 0)]),
    ],
    initializers: [wholeVector('floats', GREEDY_FLOATS), wholeVector('one', 1)],
    result: 'result',
  };
}

/** Reads past the end of a table of two. */
function failing(): { nodes: Uint8Array[]; initializers: Uint8Array[]; result: string } {
  return {
    nodes: [
      node('Mul', ['some', 'seven'], ['place']),
      node('Gather', ['table', 'place'], ['result'], [integer('axis', 0)]),
    ],
    initializers: [wholeScalar('seven', 7), floatTensor('table', [0.5, 0.5], [2])],
    result: 'result',
  };
}

function integer(name: string, value: number): Uint8Array {
  return message([1, name], [3, value], [20, ATTRIBUTE_INT]);
}

function subgraph(name: string, value: Uint8Array): Uint8Array {
  return message([1, name], [6, value], [20, ATTRIBUTE_GRAPH]);
}

function scalar(name: string, value: number): Uint8Array {
  return floatTensor(name, [value], []);
}

function wholeScalar(name: string, value: number): Uint8Array {
  return message([2, INT64], [8, name], [7, value]);
}

function wholeVector(name: string, value: number): Uint8Array {
  return message([1, 1], [2, INT64], [8, name], [7, value]);
}
