import { NestFactory } from '@nestjs/core';
import { GraphQLSchemaBuilderModule, GraphQLSchemaFactory } from '@nestjs/graphql';
import { Command } from 'commander';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { apiResolvers } from '../app.module.js';
import { InputError } from '../engine/input-error.js';
import { projectRoot } from '../platform/database/index.js';
import { DateTimeScalar } from '../platform/graphql/scalars.js';

const HEADER = '# Printed from the code by `npm run schema`. Do not edit.\n\n';

export const command = new Command('schema')
  .option('--check', 'compare with schema.graphql instead of writing it')
  .action(async ({ check }: { check?: true }) => {
    const path = join(projectRoot(), 'schema.graphql');
    const printed = await printedSchema();
    if (check !== true) {
      await writeFile(path, printed);
      return;
    }
    const committed = await readFile(path, 'utf8').catch(() => '');
    if (committed !== printed) {
      throw new InputError(
        'SCHEMA_DRIFT',
        'schema.graphql is not what the code says: run `npm run schema` and commit it',
      );
    }
  });

/** The whole schema as text, made without a database or a server. */
export async function printedSchema(): Promise<string> {
  const app = await NestFactory.createApplicationContext(GraphQLSchemaBuilderModule, {
    logger: false,
    abortOnError: false,
  });
  try {
    const schema = await app.get(GraphQLSchemaFactory).create(apiResolvers(), [DateTimeScalar]);
    return `${HEADER}${printSchema(lexicographicSortSchema(schema))}\n`;
  } finally {
    await app.close();
  }
}
