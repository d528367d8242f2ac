import { createHash } from 'node:crypto';
import * as https from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { InputError } from '../../input-error.js';
import { parseRefusal, type Refusal } from './protocol.js';

export interface GatewayAddress {
  host: string;
  port: number;
  /** SHA-256 of the gateway's certificate, 64 lower-case hexadecimal digits */
  pin: string;
}

/** A runner's own key and certificate, PEM. */
export interface RunnerIdentity {
  key: string;
  certificate: string;
}

/** The gateway was not reached, or went away before it had answered: worth another try. */
export class ConnectionLost extends Error {}

/** The gateway's answer that is not what was asked for. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly refusal: Refusal,
  ) {
    super(refusal.message);
  }
}

const CONNECT_MS = 15_000;
/** The gateway keeps nobody waiting for work longer than 25 s. */
const SILENCE_MS = 60_000;
const ANSWER_MAX_BYTES = 512 * 1024 * 1024;

/** `AB:CD:…`, `sha256:abcd…` or plain digits, as 64 lower-case hexadecimal digits. @throws InputError `BAD_PIN` */
export function parsePin(text: string): string {
  const pin = text
    .trim()
    .replace(/^sha-?256[:=/]/i, '')
    .replaceAll(':', '')
    .toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(pin))
    throw new InputError(
      'BAD_PIN',
      `--pin must be a SHA-256 of 64 hexadecimal digits, not "${text.slice(0, 100)}"`,
    );
  return pin;
}

/** Requests to the gateway over a few connections that are kept. Nothing is sent before its certificate is the pinned one. */
export class GatewayConnection {
  private readonly agent: PinnedAgent;

  constructor(
    private readonly address: GatewayAddress,
    identity: RunnerIdentity,
  ) {
    this.agent = new PinnedAgent(address, identity);
  }

  /**
   * @throws ConnectionLost; Refused for every status from 400; InputError `WRONG_PIN`, `BAD_KEY`
   */
  async request(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    signal: AbortSignal,
    body?: { bytes: Uint8Array; type: string },
  ): Promise<{ status: number; body: Buffer }> {
    const answer = await new Promise<{ status: number; body: Buffer }>((resolve, reject) => {
      const { host, port } = this.address;
      const request = https.request({
        ...{ host, port, method, path, signal, agent: this.agent },
        headers:
          body === undefined
            ? {}
            : { 'content-type': body.type, 'content-length': String(body.bytes.byteLength) },
      });
      request.setTimeout(SILENCE_MS, () => request.destroy(new Error('it said nothing for a minute')));
      request.on('error', reject);
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          size += chunk.length;
          if (size > ANSWER_MAX_BYTES) request.destroy(new Error('its answer is too long'));
        });
        response.on('error', reject);
        response.on('end', () => {
          if (response.complete) resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) });
          else reject(new Error('its answer broke off'));
        });
      });
      request.end(body?.bytes);
    }).catch((error: unknown) => {
      if (signal.aborted || error instanceof InputError) throw error;
      throw new ConnectionLost(reasonOf(error));
    });
    if (answer.status >= 400) throw new Refused(answer.status, parseRefusal(answer.body, answer.status));
    return answer;
  }

  close(): void {
    this.agent.destroy();
  }
}

class PinnedAgent extends https.Agent {
  constructor(
    private readonly gateway: GatewayAddress,
    private readonly identity: RunnerIdentity,
  ) {
    // A session taken up again would spare the other side's proof of its key.
    super({ keepAlive: true, maxSockets: 4, maxCachedSessions: 0 });
  }

  override createConnection(
    _options: https.RequestOptions,
    callback?: (error: Error | null, socket: TLSSocket) => void,
  ): undefined {
    const given = (error: Error | null, socket?: TLSSocket): void => callback?.(error, socket as TLSSocket);
    const { host, port, pin } = this.gateway;
    let socket: TLSSocket;
    try {
      socket = connect({
        host,
        port,
        key: this.identity.key,
        cert: this.identity.certificate,
        minVersion: 'TLSv1.3',
        // The pin says more than any authority: it is compared below, before a byte is sent.
        rejectUnauthorized: false,
        checkServerIdentity: () => undefined,
      });
    } catch (error) {
      given(new InputError('BAD_KEY', `key and certificate cannot be used: ${reasonOf(error)}`));
      return;
    }
    const failed = (error: Error): void => given(error);
    socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error('it does not answer')));
    socket.setKeepAlive(true, 10_000);
    socket.setNoDelay(true);
    socket.once('error', failed);
    socket.once('secureConnect', () => {
      const raw = socket.getPeerX509Certificate()?.raw;
      const shown = raw === undefined ? 'none' : createHash('sha256').update(raw).digest('hex');
      if (shown !== pin) {
        socket.destroy(
          new InputError(
            'WRONG_PIN',
            `the gateway at ${host}:${port} shows the certificate ${shown}, not the pinned ${pin}: take the fingerprint from the query runnerGateway; if it is the pinned one there, somebody stands in between`,
          ),
        );
        return;
      }
      socket.off('error', failed);
      socket.setTimeout(0);
      given(null, socket);
    });
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
