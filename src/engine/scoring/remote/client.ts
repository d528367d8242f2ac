import { setTimeout as sleep } from 'node:timers/promises';
import { InputError } from '../../input-error.js';
import { ConnectionLost, GatewayConnection, Refused } from './connection.js';
import { LeaseWork } from './lease-work.js';
import { ModelFailed } from './program.js';
import { type Lease, type LeaseRequest, parseLease, PROTOCOL_VERSION } from './protocol.js';
import { pauseSeconds, type RunnerOptions } from './runner-options.js';

/** Refusals after which asking again is in vain until a person has done something. */
const HOPELESS: Readonly<Record<string, string>> = {
  NOT_ENROLLED: 'enrol this certificate with the mutation enrolRunner',
  REVOKED: 'make a new key and certificate with "sandbox runner init" and enrol it',
  CERTIFICATE_EXPIRED:
    'make a new key and certificate with "sandbox runner init" and enrol it; or this clock is wrong',
  CERTIFICATE_NOT_YET_VALID: 'the clock of one of the two machines is wrong',
  PROTOCOL_UNKNOWN: 'install the release of this package that the sandbox runs',
};

/**
 * Asks the gateway for work and does it, until the signal, or one run where that is wished. Whatever is lost on the way
 * (the connection, the gateway, this process) is taken up again where the gateway's disk says.
 *
 * @throws InputError for what only a person can mend: a wrong pin, a certificate that is not enrolled or was revoked, a
 *   program that does not start; with `once` also for a model that failed or a run that is over
 */
export async function runRunner(options: RunnerOptions): Promise<void> {
  const connection = new GatewayConnection(options.gateway, options.identity);
  const { signal, tell } = options;
  let losses = 0;
  let waiting = false;
  try {
    while (!signal.aborted) {
      try {
        if (!waiting) tell({ event: 'waiting' });
        waiting = true;
        const lease = await ask(connection, options);
        losses = 0;
        if (lease === null) continue;
        waiting = false;
        if (await serve(connection, lease, options)) return;
      } catch (error) {
        if (signal.aborted) return;
        const message = hopeful(error);
        losses += 1;
        const seconds = pauseSeconds(losses, options.jitter);
        tell({ event: 'retrying', seconds, message });
        await sleep(seconds * 1_000, undefined, { signal }).catch(() => undefined);
      }
    }
  } finally {
    connection.close();
  }
}

async function ask(connection: GatewayConnection, options: RunnerOptions): Promise<Lease | null> {
  const request: LeaseRequest = {
    protocol: PROTOCOL_VERSION,
    runner: options.runner,
    models: options.models,
  };
  const { status, body } = await connection.request('POST', '/v1/lease', options.signal, {
    bytes: Buffer.from(JSON.stringify(request)),
    type: 'application/json',
  });
  return status === 204 ? null : parseLease(body);
}

/** Does one lease's work. @returns whether that was all there is to do */
async function serve(connection: GatewayConnection, lease: Lease, options: RunnerOptions): Promise<boolean> {
  const { tell, once } = options;
  const work = new LeaseWork(connection, lease, options);
  try {
    await work.through();
    tell({ event: 'done', run: lease.run });
    return once;
  } catch (error) {
    if (error instanceof Refused && error.refusal.code === 'LEASE_OVER') {
      tell({ event: 'over', run: lease.run, ...error.refusal });
      // Taken away by a restart or by another process, the run comes again; a run that is over does not.
      return false;
    }
    if (!(error instanceof ModelFailed)) throw error;
    tell({ event: 'failed', run: lease.run, code: error.code, message: error.message });
    if (once) throw error;
    return false;
  }
}

/** @returns what to say of a loss that is worth another try. @throws what is none */
function hopeful(error: unknown): string {
  if (error instanceof ConnectionLost) return `the gateway cannot be reached: ${error.message}`;
  if (!(error instanceof Refused)) throw error;
  const { code, message, time } = error.refusal;
  const remedy = HOPELESS[code];
  if (remedy === undefined) return message;
  const clock = time === undefined ? '' : ` (the gateway’s clock says ${time})`;
  throw new InputError(code, `the gateway refuses this runner: ${message}${clock}: ${remedy}`);
}
