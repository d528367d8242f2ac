import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { notFound } from '../../platform/graphql/errors.js';
import { Stores } from '../../platform/storage/stores.js';
import { IdentityService, requireActor } from '../identity/index.js';
import { REPORT_FILES, type ReportFileName, ReportService } from './report.service.js';

@Controller('reports')
export class ReportController {
  constructor(
    private readonly identity: IdentityService,
    private readonly reports: ReportService,
    private readonly stores: Stores,
  ) {}

  /** `report.json`, `report.html` or `report.dsse.json`: the rounded ones for tenants, the full ones for authorities. */
  @Get(':id/:name')
  async file(
    @Param('id') id: string,
    @Param('name') name: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const actor = await requireActor(this.identity, request.headers.authorization);
    if (!Object.hasOwn(REPORT_FILES, name)) throw notFound('File');
    const file = name as ReportFileName;
    const digest = await this.reports.file(actor, id, file);
    const { bytes } = await this.stores.reports.stat(digest);
    await reply
      .header('content-type', REPORT_FILES[file].type)
      .header('content-length', bytes)
      .header(
        'content-security-policy',
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
      )
      .header('x-content-type-options', 'nosniff')
      .header('cache-control', 'private, no-store')
      .header('etag', `"${digest}"`)
      .send(await this.stores.reports.open(digest));
  }
}
