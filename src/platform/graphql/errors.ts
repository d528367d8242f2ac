import { GraphQLError } from 'graphql';

/** Codes that leave the service. They are stable: clients branch on them. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'BAD_USER_INPUT'
  | 'RATE_LIMITED'
  | 'QUERY_TOO_EXPENSIVE'
  | 'INTERNAL_SERVER_ERROR';

/** An error whose message and code are meant for the caller. */
export class CodedError extends GraphQLError {
  constructor(code: ErrorCode, message: string, extensions: Record<string, unknown> = {}) {
    super(message, { extensions: { ...extensions, code } });
  }
}

/**
 * The answer for an identifier that the caller cannot see: the same words and code whether it never existed or
 * belongs to another tenant.
 */
export function notFound(what: string): CodedError {
  return new CodedError('NOT_FOUND', `${what} not found.`);
}

export function unauthenticated(
  message = 'This request needs a valid API token: send "Authorization: Bearer sbx_…".',
): CodedError {
  return new CodedError('UNAUTHENTICATED', message, { http: { status: 401 } });
}

export function forbidden(message: string): CodedError {
  return new CodedError('FORBIDDEN', message);
}

export interface InputProblem {
  /** where: the path of the field, for example `input.criteria.0.threshold` */
  field: string;
  problem: string;
}

export function badUserInput(problems: readonly InputProblem[]): CodedError {
  const summary = problems.map(({ field, problem }) => `${field}: ${problem}`).join('; ');
  return new CodedError('BAD_USER_INPUT', summary, { problems });
}
