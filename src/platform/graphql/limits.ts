import type { ApolloServerPlugin } from '@apollo/server';
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import { type ComplexityEstimator, getComplexity } from 'graphql-query-complexity';
import { CodedError } from './errors.js';

export interface QueryLimits {
  depth: number;
  cost: number;
  aliases: number;
  tokens: number;
}

/** Depth and aliases, as rules of validation; they hold for queries, mutations and subscriptions alike. */
export function limitRules(limits: QueryLimits): ValidationRule[] {
  const options = {
    propagateOnRejection: false,
    exposeLimits: true,
    onReject: [
      (context: ValidationContext | null, error: GraphQLError): void => {
        context?.reportError(
          new CodedError('QUERY_TOO_EXPENSIVE', error.message.replace(/^Syntax Error: /, '')),
        );
      },
    ],
  };
  return [
    maxDepthRule({ ...options, n: limits.depth }),
    maxAliasesRule({ ...options, n: limits.aliases, allowList: [] }),
  ];
}

/** A field costs 1; a list multiplies what is asked of each element by the size asked for, or by its default. */
const listSizesCount: ComplexityEstimator = ({ args, childComplexity }) => {
  const first: unknown = args['first'];
  const size = typeof first === 'number' ? Math.max(first, 1) : 1;
  return 1 + childComplexity * size;
};

/** @throws CodedError `QUERY_TOO_EXPENSIVE` with the cost and the limit */
export function refuseExpensive(
  limits: QueryLimits,
  request: {
    schema: GraphQLSchema;
    document: DocumentNode;
    operationName?: string | undefined;
    variables?: Record<string, unknown> | undefined;
  },
): void {
  let cost: number;
  try {
    cost = getComplexity({
      schema: request.schema,
      query: request.document,
      variables: request.variables ?? {},
      ...(request.operationName === undefined ? {} : { operationName: request.operationName }),
      estimators: [listSizesCount],
    });
  } catch (error) {
    // Variables that do not fit their types: execution reports them with their position.
    if (error instanceof GraphQLError) return;
    throw error;
  }
  if (cost > limits.cost) {
    throw new CodedError(
      'QUERY_TOO_EXPENSIVE',
      `This query costs ${cost}, over the limit of ${limits.cost}: ask for fewer fields or smaller pages.`,
      { cost, limit: limits.cost },
    );
  }
}

/** The cost limit for requests over HTTP. */
export function costPlugin(limits: QueryLimits): ApolloServerPlugin {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ schema, document, operation, operationName, request }) {
          // Several operations and none named: execution says so.
          if (operation === undefined) return;
          refuseExpensive(limits, {
            schema,
            document,
            operationName: operationName ?? undefined,
            variables: request.variables ?? undefined,
          });
        },
      };
    },
  };
}
