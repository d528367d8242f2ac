import { Controller, Get, Head, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { basename } from 'node:path';
import { select } from '../../platform/http/byte-range.js';
import { Stores } from '../../platform/storage/stores.js';
import { IdentityService, requireActor } from '../identity/index.js';
import { mediaTypeOf } from './dataset-files.js';
import { DatasetService } from './dataset.service.js';

@Controller('datasets')
export class DatasetController {
  constructor(
    private readonly identity: IdentityService,
    private readonly datasets: DatasetService,
    private readonly stores: Stores,
  ) {}

  /** What GET would say, without a byte. Fastify would make it of GET, and read the file to its end. */
  @Head(':id/*')
  head(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.file(id, request, reply);
  }

  /** A file that is listed as open, streamed, in parts where asked. */
  @Get(':id/*')
  async file(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const actor = await requireActor(this.identity, request.headers.authorization);
    const { '*': path } = request.params as { '*'?: string };
    const file = await this.datasets.openFile(actor, id, path ?? '');
    const { bytes: size } = await this.stores.development.stat(file.sha256);
    const etag = `"${file.sha256}"`;
    const selected = select(request.method, request.headers, etag, size);
    void reply
      .status(selected.status)
      .header('accept-ranges', 'bytes')
      .header('etag', etag)
      .header('cache-control', 'private, no-cache')
      .header('x-content-type-options', 'nosniff');
    switch (selected.status) {
      case 304:
      case 412:
        await reply.send();
        return;
      case 416:
        await reply.header('content-range', `bytes */${size}`).send();
        return;
    }
    void reply
      .header('content-type', mediaTypeOf(file.path))
      .header('content-disposition', `attachment; filename="${basename(file.path)}"`)
      .header(
        'content-security-policy',
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
      );
    if (selected.status === 206) {
      const { start, end } = selected;
      await reply
        .header('content-length', end - start + 1)
        .header('content-range', `bytes ${start}-${end}/${size}`)
        .send(await this.stores.development.open(file.sha256, { start, end }));
      return;
    }
    void reply.header('content-length', size);
    await (request.method === 'HEAD'
      ? reply.send()
      : reply.send(await this.stores.development.open(file.sha256)));
  }
}
