import type { GraphQLWsSubscriptionsConfig } from '@nestjs/graphql';
import type { ServerOptions } from 'graphql-ws';
import {
  type ExecutionArgs,
  getOperationAST,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type DocumentNode,
  Kind,
  OperationTypeNode,
  parse,
  specifiedRules,
  subscribe,
  validate,
} from 'graphql';
import { CodedError } from './errors.js';
import { limitRules, type QueryLimits, refuseExpensive } from './limits.js';

type Format = (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;

/**
 * graphql-ws for subscriptions alone, under the same limits and with the same errors as HTTP: a refused operation is
 * answered with its code and the socket stays open, and no error goes out that `format` has not seen.
 */
export function socketConfiguration(limits: QueryLimits, format: Format): GraphQLWsSubscriptionsConfig {
  const outward = (error: GraphQLError): GraphQLFormattedError =>
    format(withCode(error).toJSON(), withCode(error));
  const options: Partial<ServerOptions> = {
    connectionInitWaitTimeout: 5_000,
    onSubscribe: (_socket, _id, { query, operationName }) => {
      const problem = unfit(query, operationName ?? undefined, limits);
      return problem === null ? undefined : [problem];
    },
    validate: (schema: GraphQLSchema, document: DocumentNode) =>
      validate(schema, document, [...specifiedRules, ...limitRules(limits)]).map((error) =>
        coded(error, 'GRAPHQL_VALIDATION_FAILED'),
      ),
    subscribe: (args: ExecutionArgs) => {
      try {
        refuseExpensive(limits, {
          schema: args.schema,
          document: args.document,
          operationName: args.operationName ?? undefined,
          variables: args.variableValues ?? undefined,
        });
      } catch (error) {
        if (error instanceof CodedError) return { errors: [error] };
        throw error;
      }
      return subscribe(args);
    },
    onNext: (_socket, _id, _payload, _args, { errors, ...result }) =>
      errors === undefined ? undefined : ({ ...result, errors: errors.map(outward) } as never),
    onError: (_socket, _id, _payload, errors) => errors.map((error) => outward(error)),
  };
  // Nest hands them on as they are, whether or not its own type names them.
  return options;
}

/** Why an operation is no business of this socket, or null. */
function unfit(query: string, operationName: string | undefined, limits: QueryLimits): GraphQLError | null {
  let document: DocumentNode;
  try {
    document = parse(query, { maxTokens: limits.tokens });
  } catch (error) {
    if (error instanceof GraphQLError) return coded(error, 'GRAPHQL_PARSE_FAILED');
    throw error;
  }
  const operation = getOperationAST(document, operationName);
  if (operation == null) {
    return new GraphQLError('The message names no operation that its document has.', {
      extensions: { code: 'OPERATION_RESOLUTION_FAILURE' },
    });
  }
  if (operation.operation === OperationTypeNode.SUBSCRIPTION) return null;
  return new GraphQLError('Queries and mutations go over HTTP; this socket carries subscriptions.', {
    extensions: { code: 'BAD_REQUEST' },
  });
}

/** The code that Apollo gives over HTTP to variables that do not fit their types. */
function withCode(error: GraphQLError): GraphQLError {
  const isOfVariables = error.path === undefined && error.nodes?.[0]?.kind === Kind.VARIABLE_DEFINITION;
  return isOfVariables ? coded(error, 'BAD_USER_INPUT') : error;
}

function coded(error: GraphQLError, code: string): GraphQLError {
  if (typeof error.extensions['code'] === 'string') return error;
  const { message, nodes = null, source = null, positions = null } = error;
  return new GraphQLError(message, { nodes, source, positions, extensions: { ...error.extensions, code } });
}
