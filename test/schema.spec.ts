import 'reflect-metadata';
import {
  buildSchema,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
} from 'graphql';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { printedSchema } from '../src/commands/schema.js';
import { projectRoot } from '../src/platform/database/index.js';

const text = readFileSync(join(projectRoot(), 'schema.graphql'), 'utf8');
const BUILT_IN = new Set(['String', 'Int', 'Float', 'Boolean', 'ID']);

describe('schema.graphql', () => {
  it('is what the code says', async () => {
    expect(await printedSchema()).toBe(text);
  });

  it('describes every type, field, argument and enum value', () => {
    const types = Object.values(buildSchema(text).getTypeMap()).filter(({ name }) => !name.startsWith('__'));
    expect(types.flatMap(undescribed)).toEqual([]);
  });

  it('makes every mutation take one input object and answer with a result', () => {
    const mutations = Object.values(buildSchema(text).getMutationType()?.getFields() ?? {});
    expect(mutations.length).toBeGreaterThan(10);
    for (const { name, args } of mutations)
      expect([name, args.map((arg) => arg.name)]).toEqual([name, ['input']]);
  });
});

function undescribed(type: GraphQLNamedType): string[] {
  const missing: string[] = [];
  const look = (what: string, description: string | null | undefined): void => {
    if ((description ?? '').trim() === '') missing.push(what);
  };
  const root = ['Query', 'Mutation', 'Subscription'].includes(type.name);
  if (!root && !(isScalarType(type) && BUILT_IN.has(type.name))) look(type.name, type.description);
  if (isEnumType(type))
    for (const value of type.getValues()) look(`${type.name}.${value.name}`, value.description);
  if (isObjectType(type) || isInterfaceType(type)) {
    for (const field of Object.values(type.getFields())) {
      look(`${type.name}.${field.name}`, field.description);
      for (const arg of field.args) look(`${type.name}.${field.name}(${arg.name})`, arg.description);
    }
  }
  if (isInputObjectType(type)) {
    for (const field of Object.values(type.getFields()))
      look(`${type.name}.${field.name}`, field.description);
  }
  return missing;
}
