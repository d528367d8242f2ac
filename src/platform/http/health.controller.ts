import { Controller, Get, HttpStatus, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/** One thing that has to work before the service is ready: answers a word when it does not. */
export interface ReadinessCheck {
  name: string;
  /** resolves to null when fine, otherwise to what is wrong, in words for the operator */
  check(): Promise<string | null>;
}

export const READINESS_CHECKS = Symbol('READINESS_CHECKS');

@Controller('health')
export class HealthController {
  constructor(@Inject(READINESS_CHECKS) private readonly checks: readonly ReadinessCheck[]) {}

  /** The process answers: restart it when this fails. */
  @Get('live')
  live(): { status: string } {
    return { status: 'live' };
  }

  /** The service can do its work: send it no traffic when this fails. */
  @Get('ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const results = await Promise.all(
      this.checks.map(
        async (item) => [item.name, await item.check().catch((error: unknown) => String(error))] as const,
      ),
    );
    const ready = results.every(([, problem]) => problem === null);
    if (!ready) void reply.status(HttpStatus.SERVICE_UNAVAILABLE);
    return {
      status: ready ? 'ready' : 'not ready',
      checks: Object.fromEntries(results.map(([name, problem]) => [name, problem ?? 'ok'])),
    };
  }
}
