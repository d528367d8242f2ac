import { Controller, ForbiddenException, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { IdentityService, requireActor } from '../../identity/index.js';
import { EngineMetrics } from './engine-metrics.js';

@Controller('metrics')
export class EngineMetricsController {
  constructor(
    private readonly identity: IdentityService,
    private readonly metrics: EngineMetrics,
  ) {}

  /** How the engine stands, as Prometheus reads it: for the operator, whose token the scraper sends. */
  @Get()
  async read(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const actor = await requireActor(this.identity, request.headers.authorization);
    if (actor.scope !== 'operator') throw new ForbiddenException('The metrics are for the operator.');
    await reply
      .header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
      .send(await this.metrics.text(actor));
  }
}
