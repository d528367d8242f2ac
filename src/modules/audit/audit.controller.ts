import { Controller, ForbiddenException, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { IdentityService, requireActor } from '../identity/index.js';
import { AuditService } from './audit.service.js';

@Controller('audit')
export class AuditController {
  constructor(
    private readonly identity: IdentityService,
    private readonly audit: AuditService,
  ) {}

  /** The whole trail as JSON lines, for `sandbox verify`. */
  @Get('export.jsonl')
  async export(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const actor = await requireActor(this.identity, request.headers.authorization);
    if (actor.scope === 'tenant')
      throw new ForbiddenException('The audit trail is for operators and reviewers.');
    await reply
      .header('content-type', 'application/jsonl; charset=utf-8')
      .header('content-disposition', 'attachment; filename="audit.jsonl"')
      .send(Readable.from(this.audit.export(actor)));
  }
}
