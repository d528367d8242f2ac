import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { ApiModule, type Foundation } from '../app.module.js';
import { FirstOperator } from '../modules/identity/index.js';
import { ChangeListener } from '../platform/database/change-listener.js';
import { requestId, withLogContext } from '../platform/logging/index.js';
import { workersProblem } from '../platform/workers/index.js';
import type { PowerSettings, StartPart } from './part.js';

const GRAPHQL_MAX_BYTES = 1024 * 1024;

/** Starts the API and listens. */
export const startApi: StartPart = async (foundation, settings, logger) => {
  const { configuration } = settings;
  const state = { draining: false };
  const app = await createApi(foundation, settings, logger, state);
  await app.listen(configuration.port, configuration.host);
  const operatorToken = await app.get(FirstOperator).issue();
  return {
    url: await app.getUrl(),
    operatorToken,
    refusal: null,
    gateway: null,
    closeFirst: () => app.close(),
    draining: () => {
      state.draining = true;
    },
    drain: async () => undefined,
    close: async () => undefined,
  };
};

/** The API's application, not yet listening. */
export async function createApi(
  foundation: Foundation,
  { configuration, database }: Pick<PowerSettings, 'configuration' | 'database'>,
  logger: Logger,
  state: Readonly<{ draining: boolean }> = { draining: false },
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    loggerInstance: logger,
    genReqId: requestId,
    requestIdHeader: false,
    bodyLimit: GRAPHQL_MAX_BYTES,
    forceCloseConnections: 'idle',
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    ApiModule.with(foundation, {
      limits: {
        depth: configuration.graphqlMaxDepth,
        cost: configuration.graphqlMaxCost,
        aliases: configuration.graphqlMaxAliases,
        tokens: configuration.graphqlMaxTokens,
      },
      introspection: configuration.graphqlIntrospection,
      onboarding: {
        defaultRunQuota: configuration.runQuota,
        applicationsPerHour: configuration.applicationsPerHour,
      },
      uploads: { maxBytes: configuration.uploadMaxBytes },
      listener: new ChangeListener(database, logger),
      readiness: [
        { name: 'service', check: async () => (state.draining ? 'draining: it is about to stop' : null) },
        {
          name: 'database',
          check: () => foundation.database.asSystem((tx) => tx.query('SELECT 1')).then(() => null),
        },
        { name: 'jobs', check: () => foundation.jobs.depth('measure').then(() => null) },
        { name: 'launchers', check: () => workersProblem(foundation.database, 'launcher') },
      ],
      logger,
    }),
    adapter,
    { logger: false, abortOnError: false },
  );
  const fastify = adapter.getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    // An upload is bytes whatever type it claims: no parser of ours may read it as a document.
    if (request.url.startsWith('/uploads/')) request.raw.headers['content-type'] = 'application/octet-stream';
    withLogContext({ requestId: request.id }, done);
  });
  // Uploads are streamed; nothing else takes a body that is not JSON.
  fastify.addContentTypeParser('*', (request, payload, done) => {
    if (request.url.startsWith('/uploads/')) done(null, payload);
    else done(Object.assign(new Error('Send application/json.'), { statusCode: 415 }));
  });
  await app.init();
  return app;
}
