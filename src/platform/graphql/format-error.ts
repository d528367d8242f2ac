import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { CodedError } from './errors.js';

/** Codes of Apollo's own that say what the caller did wrong. */
const CALLER_CODES = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/**
 * What leaves the service of an error: coded errors as they are, faults of ours as one sentence. Nothing of a
 * stack, an SQL statement or a file's path goes outward; `onFault` gets the whole error for the log.
 */
export function errorFormatter(
  onFault: (error: unknown) => void,
): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (formatted, error) => {
    const original = codedOrigin(error) ?? unwrapResolverError(error);
    const { stacktrace: _stacktrace, http: _http, ...extensions } = formatted.extensions ?? {};
    if (original instanceof CodedError) {
      const { http: _status, ...own } = original.extensions;
      return { ...formatted, message: original.message, extensions: { ...extensions, ...own } };
    }
    const code = extensions['code'];
    if (typeof code === 'string' && CALLER_CODES.has(code)) return { ...formatted, extensions };
    onFault(original);
    return {
      message:
        'Internal error. Nothing of yours is wrong; the request id in the response headers finds it in the log.',
      ...(formatted.path === undefined ? {} : { path: formatted.path }),
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    };
  };
}

/** The coded error at the bottom: Apollo and graphql-ws wrap what rules of validation and generators throw. */
function codedOrigin(error: unknown): CodedError | null {
  if (error instanceof CodedError) return error;
  return error instanceof GraphQLError && error.originalError !== undefined
    ? codedOrigin(error.originalError)
    : null;
}
