import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createReadStream } from 'node:fs';
import { Stores } from '../../platform/storage/stores.js';
import { IdentityService, requireActor } from '../identity/index.js';
import { DatasetService } from './dataset.service.js';

@Controller('datasets')
export class DatasetController {
  constructor(
    private readonly identity: IdentityService,
    private readonly datasets: DatasetService,
    private readonly stores: Stores,
  ) {}

  /** A file of the development split, streamed. */
  @Get(':id/development/:name')
  async development(
    @Param('id') id: string,
    @Param('name') name: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const actor = await requireActor(this.identity, request.headers.authorization);
    const file = await this.datasets.developmentFile(actor, id, name);
    await reply
      .header('content-type', 'application/vnd.apache.parquet')
      .header('content-length', file.bytes)
      .header('content-disposition', `attachment; filename="${file.name}"`)
      .header('etag', `"${file.sha256}"`)
      .send(createReadStream(this.stores.development.path(file.sha256)));
  }
}
