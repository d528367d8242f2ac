import { constants, createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import {
  ARROW_MEDIA_TYPE,
  JSON_MAX_BYTES,
  LEASE_WAIT_MS,
  parseFailure,
  parseLeaseRequest,
  PROTOCOL_VERSION,
  scoresMaxBytes,
} from '../../../engine/scoring/remote/index.js';
import { InputError } from '../../../engine/input-error.js';
import { Database } from '../../../platform/database/index.js';
import type { SelfSigned } from '../../../platform/tls/index.js';
import { type EnrolledRunner, RunnerDesk } from './desk.js';
import { Enrolments } from './enrolments.js';
import { GatewayRefusal, ShutOut } from './gateway-refusal.js';

export interface GatewaySettings {
  host: string;
  /** 0: a free one */
  port: number;
  /** what tenants are told to connect to; null: host and port */
  publicAddress: string | null;
  identity: SelfSigned;
}

export interface GatewayLog {
  warn(details: object, message: string): void;
}

const CONNECTIONS = 512;
const CONNECTIONS_PER_TENANT = 32;
const LOOK_EVERY_MS = 1_000;
/** The largest batch or window that there is. */
const SCORES_MAX_BYTES = scoresMaxBytes(65_536);

/** An open connection, and whose certificate it showed. */
interface Visit {
  fingerprint: string;
  runner: EnrolledRunner | null;
}

/**
 * Where runners connect to. The certificate that a connection shows says whose it is, and is looked up at every request
 * and every second: who was revoked is cut off. What comes over a connection is a stranger's: bounded in size and time, and
 * read by parsers that expect the worst.
 */
export class RunnerGatewayServer {
  private readonly visits = new Map<TLSSocket, Visit>();
  private readonly enrolments: Enrolments;
  private looking: Promise<void> = Promise.resolve();
  private readonly timer: NodeJS.Timeout;

  private constructor(
    private readonly server: https.Server,
    private readonly settings: GatewaySettings,
    private readonly database: Database,
    private readonly desk: RunnerDesk,
    private readonly log: GatewayLog,
  ) {
    this.enrolments = new Enrolments(database);
    desk.onLease = (runner, runId) => this.enrolments.works(runner.id, runId);
    server.on('secureConnection', (socket: TLSSocket) => this.arrive(socket));
    server.on('request', (request, response) => void this.answer(request, response));
    this.timer = setInterval(() => {
      this.looking = this.looking.then(() => this.look()).catch(() => undefined);
    }, LOOK_EVERY_MS);
  }

  /** Listens, and tells the database where. */
  static async open(
    settings: GatewaySettings,
    database: Database,
    desk: RunnerDesk,
    log: GatewayLog,
  ): Promise<RunnerGatewayServer> {
    const server = https.createServer({
      key: settings.identity.key,
      cert: settings.identity.certificate,
      requestCert: true,
      // Whose certificate it is the database says; that its key is there the handshake has shown by then.
      rejectUnauthorized: false,
      minVersion: 'TLSv1.3',
      // A session taken up again would spare that proof.
      secureOptions: constants.SSL_OP_NO_TICKET,
      handshakeTimeout: 10_000,
      headersTimeout: 10_000,
      requestTimeout: 120_000,
      keepAliveTimeout: 60_000,
      connectionsCheckingInterval: 5_000,
      maxHeaderSize: 8_192,
    });
    server.maxConnections = CONNECTIONS;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(settings.port, settings.host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    const gateway = new RunnerGatewayServer(server, settings, database, desk, log);
    await gateway.publish();
    return gateway;
  }

  /** HOST:PORT as tenants are told. */
  get address(): string {
    const { address, family, port } = this.server.address() as AddressInfo;
    return this.settings.publicAddress ?? `${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  get fingerprint(): string {
    return this.settings.identity.fingerprint;
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.visits.keys()) socket.destroy();
    await closed;
  }

  private async publish(): Promise<void> {
    await this.database.asSystem((tx) =>
      tx.query(
        `INSERT INTO sandbox.runner_gateway (singleton, address, fingerprint, protocol, since) VALUES (true, $1, $2, $3, now())
         ON CONFLICT (singleton) DO UPDATE SET address = $1, fingerprint = $2, protocol = $3, since = now()`,
        [this.address, this.fingerprint, PROTOCOL_VERSION],
      ),
    );
  }

  private arrive(socket: TLSSocket): void {
    const raw = socket.getPeerX509Certificate()?.raw;
    socket.on('error', () => undefined);
    if (raw === undefined) {
      socket.destroy();
      return;
    }
    this.visits.set(socket, { fingerprint: createHash('sha256').update(raw).digest('hex'), runner: null });
    socket.once('close', () => this.visits.delete(socket));
    socket.setKeepAlive(true, 10_000);
    socket.setNoDelay(true);
  }

  /** Notes who is here, and cuts off whoever may not be any more. */
  private async look(): Promise<void> {
    const here = [...new Set([...this.visits.values()].flatMap(({ runner }) => runner?.id ?? []))];
    if (here.length === 0) return;
    const out = await this.enrolments.seen(here);
    if (out.size === 0) return;
    for (const [socket, { runner }] of this.visits) {
      if (runner !== null && out.has(runner.id)) socket.destroy();
    }
    for (const id of out) this.desk.dismiss(id);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const socket = request.socket as TLSSocket;
    response.on('error', () => undefined);
    try {
      const runner = await this.admit(socket);
      await this.route(runner, request, response, socket);
    } catch (error) {
      if (socket.destroyed || response.headersSent) {
        socket.destroy();
        return;
      }
      this.refuse(response, error);
    }
  }

  private async admit(socket: TLSSocket): Promise<EnrolledRunner> {
    const visit = this.visits.get(socket);
    if (visit === undefined) throw new ShutOut('NOT_ENROLLED', 'the connection shows no certificate');
    const runner = await this.enrolments.admit(visit.fingerprint);
    visit.runner = runner;
    const others = [...this.visits.values()].filter((other) => other.runner?.tenantId === runner.tenantId);
    if (others.length > CONNECTIONS_PER_TENANT) {
      visit.runner = null;
      throw new GatewayRefusal(429, 'BUSY', `more than ${CONNECTIONS_PER_TENANT} connections of one tenant`);
    }
    return runner;
  }

  private async route(
    runner: EnrolledRunner,
    request: IncomingMessage,
    response: ServerResponse,
    socket: TLSSocket,
  ): Promise<void> {
    const { method, url = '' } = request;
    if (method === 'POST' && url === '/v1/lease') {
      await this.lease(runner, request, response, socket);
      return;
    }
    const [, leaseId = '', what = ''] =
      /^\/v1\/leases\/([A-Za-z0-9_-]{1,64})\/(batches\/\d{1,9}|failure|alive)$/.exec(url) ?? [];
    const n = Number(what.replace('batches/', ''));
    switch (`${method} ${what.replace(/\d+/, 'N')}`) {
      case 'GET batches/N': {
        const bytes = await this.desk.batch(runner, leaseId, n, socket);
        response.writeHead(200, { 'content-type': ARROW_MEDIA_TYPE, 'content-length': bytes.byteLength });
        response.end(bytes);
        return;
      }
      case 'PUT batches/N': {
        const body = await bodyOf(request, SCORES_MAX_BYTES);
        json(response, 200, await this.desk.scores(runner, leaseId, n, body, socket));
        return;
      }
      case 'POST failure':
        this.desk.fail(runner, leaseId, parseFailure(await bodyOf(request, JSON_MAX_BYTES)), socket);
        json(response, 200, {});
        return;
      case 'POST alive':
        this.desk.alive(runner, leaseId, socket);
        json(response, 200, {});
        return;
      default:
        throw new GatewayRefusal(404, 'NOT_FOUND', 'there is no such request in this protocol');
    }
  }

  private async lease(
    runner: EnrolledRunner,
    request: IncomingMessage,
    response: ServerResponse,
    socket: TLSSocket,
  ): Promise<void> {
    const asked = parseLeaseRequest(await bodyOf(request, JSON_MAX_BYTES));
    if (asked.protocol !== PROTOCOL_VERSION)
      throw new GatewayRefusal(
        426,
        'PROTOCOL_UNKNOWN',
        `this gateway speaks version ${PROTOCOL_VERSION} of the protocol, the runner version ${asked.protocol}`,
      );
    await this.enrolments.introduced(runner.id, asked.runner);
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    socket.once('close', leave);
    try {
      const lease = await this.desk.lease(runner, asked, socket, gone.signal, LEASE_WAIT_MS);
      if (lease !== null) json(response, 200, lease);
      else response.writeHead(204).end();
    } finally {
      socket.off('close', leave);
    }
  }

  private refuse(response: ServerResponse, error: unknown): void {
    if (error instanceof GatewayRefusal) {
      const { status, code, message } = error;
      if (error instanceof ShutOut || status === 413 || status === 429)
        response.setHeader('connection', 'close');
      json(response, status, { code, message, time: new Date().toISOString() });
      return;
    }
    if (error instanceof InputError) {
      json(response, 400, { code: error.code, message: error.message });
      return;
    }
    this.log.warn({ err: error }, 'the gateway could not answer a runner');
    json(response, 500, { code: 'GATEWAY_FAULT', message: 'a fault of the sandbox: ask again' });
  }
}

function json(response: ServerResponse, status: number, value: object): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
}

/** @throws GatewayRefusal `TOO_LARGE`; Error where the sender broke off */
async function bodyOf(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = (): GatewayRefusal => new GatewayRefusal(413, 'TOO_LARGE', `more than ${maxBytes} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  if (!request.complete) throw new Error('the request broke off');
  return Buffer.concat(chunks);
}
