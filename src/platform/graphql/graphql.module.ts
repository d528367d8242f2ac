import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import type { DynamicModule } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import { RequestContext } from './context.js';
import { errorFormatter } from './format-error.js';
import { CodedError } from './errors.js';
import { costPlugin, limitRules, type QueryLimits } from './limits.js';
import { CountScalar, DigestScalar, JsonScalar } from './scalars.js';
import { socketConfiguration } from './socket.js';

/** Tells who asks, from the `Authorization` header; null for nobody. @throws CodedError for a token that is not good */
export type Authenticate = (authorization: string | undefined) => Promise<unknown>;

export interface GraphqlSettings {
  limits: QueryLimits;
  /** whether the schema may be asked for */
  introspection: boolean;
  authenticate: Authenticate;
  logger: Logger;
}

interface HttpRequest {
  id: string;
  ip: string;
  headers: Record<string, string | undefined>;
}

interface SocketContext {
  connectionParams?: Record<string, unknown>;
  extra: { request: IncomingMessage };
}

/** `/graphql`: Apollo Server on Fastify, subscriptions over graphql-ws, limits on what a query may cost. */
export function graphqlModule(options: {
  imports: NonNullable<DynamicModule['imports']>;
  inject: NonNullable<Parameters<typeof GraphQLModule.forRootAsync>[0]['inject']>;
  settings: (...injected: never[]) => GraphqlSettings;
}): DynamicModule {
  return GraphQLModule.forRootAsync<ApolloDriverConfig>({
    driver: ApolloDriver,
    imports: options.imports,
    inject: options.inject,
    useFactory: (...injected: unknown[]) => driverConfiguration(options.settings(...(injected as never[]))),
  });
}

function driverConfiguration(settings: GraphqlSettings): Omit<ApolloDriverConfig, 'driver'> {
  const { limits, authenticate, logger } = settings;
  const formatError = errorFormatter((error) => logger.error({ err: error }, 'resolver failed'));
  let sockets = 0;
  // An error here would end the socket with its bare words: a bad token is nobody, whom the guard answers with a code.
  const ofSocket = async (header: string | undefined): Promise<unknown> => {
    try {
      return await authenticate(header);
    } catch (error) {
      if (error instanceof CodedError) return null;
      logger.error({ err: error }, 'a socket could not be authenticated');
      throw new Error('Internal error.', { cause: error });
    }
  };
  const context = async (first: HttpRequest | SocketContext): Promise<RequestContext> => {
    if ('extra' in first) {
      const parameter =
        first.connectionParams?.['authorization'] ?? first.connectionParams?.['Authorization'];
      const header = typeof parameter === 'string' ? parameter : first.extra.request.headers.authorization;
      return new RequestContext(await ofSocket(header), `socket-${++sockets}`, undefined);
    }
    return new RequestContext(await authenticate(first.headers['authorization']), first.id, first.ip);
  };
  return {
    path: '/graphql',
    autoSchemaFile: true,
    sortSchema: true,
    buildSchemaOptions: { scalarsMap: [] },
    resolvers: { JSON: JsonScalar, Digest: DigestScalar, Count: CountScalar },
    introspection: settings.introspection,
    graphiql: false,
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    parseOptions: { maxTokens: limits.tokens },
    validationRules: limitRules(limits),
    plugins: [costPlugin(limits)],
    fieldResolverEnhancers: ['guards'],
    context,
    formatError,
    subscriptions: { 'graphql-ws': socketConfiguration(limits, formatError) },
  };
}
