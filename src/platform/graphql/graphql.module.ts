import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import type { DynamicModule } from '@nestjs/common';
import { GraphQLModule, type GraphQLWsSubscriptionsConfig } from '@nestjs/graphql';
import type { ServerOptions } from 'graphql-ws';
import {
  subscribe as graphqlSubscribe,
  type ExecutionArgs,
  GraphQLError,
  specifiedRules,
  validate,
} from 'graphql';
import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import { RequestContext } from './context.js';
import { errorFormatter } from './format-error.js';
import { costPlugin, limitRules, type QueryLimits, refuseExpensive } from './limits.js';
import { CountScalar, DigestScalar, JsonScalar } from './scalars.js';

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
  let sockets = 0;
  const context = async (first: HttpRequest | SocketContext): Promise<RequestContext> => {
    if ('extra' in first) {
      const parameter =
        first.connectionParams?.['authorization'] ?? first.connectionParams?.['Authorization'];
      const header = typeof parameter === 'string' ? parameter : first.extra.request.headers.authorization;
      return new RequestContext(await authenticate(header), `socket-${++sockets}`, undefined);
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
    formatError: errorFormatter((error) => logger.error({ err: error }, 'resolver failed')),
    subscriptions: { 'graphql-ws': socketConfiguration(limits) },
  };
}

/** graphql-ws options that Nest hands on as they are, whether or not its own type names them. */
function socketConfiguration(limits: QueryLimits): GraphQLWsSubscriptionsConfig {
  const options: Partial<ServerOptions> = {
    connectionInitWaitTimeout: 5_000,
    validate: (schema, document) => validate(schema, document, [...specifiedRules, ...limitRules(limits)]),
    subscribe: (args: ExecutionArgs) => {
      refuseExpensive(limits, {
        schema: args.schema,
        document: args.document,
        operationName: args.operationName ?? undefined,
        variables: (args.variableValues ?? undefined),
      });
      return graphqlSubscribe(args);
    },
    execute: () => ({
      errors: [new GraphQLError('Queries and mutations go over HTTP; this socket carries subscriptions.')],
    }),
  };
  return options;
}
