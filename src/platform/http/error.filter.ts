import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { CodedError } from '../graphql/errors.js';
import { StorageError } from '../storage/index.js';

const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  BAD_USER_INPUT: 400,
  RATE_LIMITED: 429,
};

/** Errors of plain HTTP routes as JSON with a stable code; GraphQL's own go out through its formatter. */
@Catch()
export class HttpErrorFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  /** @returns the error itself for GraphQL, whose own formatter answers */
  catch(error: unknown, host: ArgumentsHost): unknown {
    if (host.getType<string>() !== 'http') return error;
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const { status, code, message } = answer(error);
    if (status >= 500)
      this.logger.error({ err: error, url: http.getRequest<FastifyRequest>().url }, 'request failed');
    void reply.status(status).send({ error: { code, message } });
    return undefined;
  }
}

function answer(error: unknown): { status: number; code: string; message: string } {
  if (error instanceof CodedError) {
    const code = String(error.extensions['code']);
    return { status: STATUS_OF_CODE[code] ?? 500, code, message: error.message };
  }
  if (error instanceof StorageError && error.code === 'NOT_FOUND') {
    return { status: 404, code: 'NOT_FOUND', message: 'File not found.' };
  }
  if (error instanceof HttpException) {
    const status = error.getStatus();
    const code = status === 404 ? 'NOT_FOUND' : status === 403 ? 'FORBIDDEN' : 'BAD_REQUEST';
    return { status, code: status >= 500 ? 'INTERNAL_SERVER_ERROR' : code, message: error.message };
  }
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return { status, code: 'BAD_REQUEST', message: error instanceof Error ? error.message : 'Bad request.' };
  }
  return { status: 500, code: 'INTERNAL_SERVER_ERROR', message: 'Internal error.' };
}
