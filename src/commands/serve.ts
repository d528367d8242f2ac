import { Command, Option } from 'commander';
import { once } from 'node:events';
import { loadConfiguration } from '../platform/config/index.js';
import { createLogger } from '../platform/logging/index.js';
import { type ServiceRole, startService } from '../service/service.js';

interface Options {
  role: ServiceRole;
  port?: string;
  data?: string;
}

export const command = new Command('serve')
  .addOption(
    new Option('--role <role>', 'what this machine does').choices(['all', 'api', 'worker']).default('all'),
  )
  .option('--port <n>', 'port to listen on, 0 for a free one (SANDBOX_PORT, 3000)')
  .option('--data <dir>', 'data folder (SANDBOX_DATA, .data)')
  .addHelpText(
    'after',
    `
Without DATABASE_URL it starts a PostgreSQL of its own in the data folder. The first start writes a token for the
first operator to operator-token in the data folder: it works once, within the hour.
Every setting is an environment variable; a wrong one is named at the start. Ctrl-C lets what runs finish, for SANDBOX_DRAIN_SECONDS at most; a second one gives it back to be taken up again.`,
  )
  .action(async ({ role, port, data }: Options) => {
    const configuration = loadConfiguration(undefined, {
      ...(port === undefined ? {} : { port }),
      ...(data === undefined ? {} : { data }),
    });
    const logger = createLogger({ level: configuration.logLevel, process: 'serve' });
    const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    const service = await startService(configuration, role, logger);
    if (service.url !== null) {
      process.stdout.write(`Listening on ${service.url} (GraphQL at ${service.url}/graphql)\n`);
    }
    if (service.gateway !== null) {
      const { address, fingerprint } = service.gateway;
      process.stdout.write(`Runners connect to ${address}, pinned to ${fingerprint}\n`);
    }
    await interrupted;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => service.hurry());
    await service.stop();
  });
