import { Command } from 'commander';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENTITIES } from '../app.module.js';
import { InputError } from '../engine/input-error.js';
import { loadConfiguration } from '../platform/config/index.js';
import { DatabaseServer, listMigrations, schemaDrift } from '../platform/database/index.js';

export const command = new Command('migrations')
  .option(
    '--check',
    'migrate an empty database of its own and compare it with the entities, instead of the real one',
  )
  .action(async ({ check }: { check?: true }) => {
    if (check === true) return checkDrift();
    const { data, databaseUrl } = loadConfiguration();
    const server = await DatabaseServer.open({ dataFolder: data, databaseUrl });
    try {
      const applied = await server.migrate();
      for (const name of applied) process.stdout.write(`${name}\n`);
      if (applied.length === 0)
        process.stderr.write(`all ${listMigrations().length} migrations are applied\n`);
    } finally {
      await server.stop();
    }
  });

async function checkDrift(): Promise<void> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'sandbox-migrations-'));
  try {
    const server = await DatabaseServer.open({ dataFolder });
    try {
      await server.migrate();
      const drift = await schemaDrift(server.address('sandbox_owner'), ENTITIES);
      if (drift.length > 0) {
        throw new InputError(
          'MIGRATION_DRIFT',
          `entities and migrations differ; what is missing:\n${drift.join('\n')}`,
        );
      }
    } finally {
      await server.stop();
    }
  } finally {
    await rm(dataFolder, { recursive: true, force: true });
  }
}
