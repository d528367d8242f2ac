import { Controller, Param, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { StorageError } from '../../platform/storage/content-store.js';
import { UploadRefused, UploadService } from './upload.service.js';

/** How long a PUT waits for the inspection before it answers 202 and leaves the rest to a query. */
const PATIENCE_MS = 15_000;

@Controller('uploads')
export class UploadController {
  constructor(private readonly uploads: UploadService) {}

  /** Raw bytes in, at the URL that a mutation gave: 200 accepted, 202 still inspecting, 4xx with a coded error. */
  @Put(':secret')
  async put(
    @Param('secret') secret: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const cut = new AbortController();
    request.raw.once('aborted', () => cut.abort(new Error('the connection was cut')));
    const length = request.headers['content-length'];
    try {
      const { upload, outcome } = await this.uploads.receive(
        secret,
        (request.body as Readable | null | undefined) ?? Readable.from([]),
        length === undefined ? undefined : Number(length),
        cut.signal,
        PATIENCE_MS,
      );
      if (outcome === null) {
        await reply.status(202).send({ state: 'INSPECTING', subjectId: upload.subjectId });
      } else {
        await reply.status(outcome.status).send({ subjectId: upload.subjectId, ...outcome.body });
      }
    } catch (error) {
      if (error instanceof UploadRefused) {
        await reply.status(error.status).header('connection', 'close').send(coded(error.code, error.message));
      } else if (error instanceof StorageError) {
        const status = error.code === 'TOO_LARGE' ? 413 : error.code === 'STORE_FAULT' ? 507 : 422;
        await reply.status(status).header('connection', 'close').send(coded(error.code, error.message));
      } else {
        throw error;
      }
    }
  }
}

function coded(code: string, message: string): { error: { code: string; message: string } } {
  return { error: { code, message } };
}
