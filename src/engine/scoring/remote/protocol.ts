import { type ArrowField } from '../arrow-message.js';
import { InputError } from '../../input-error.js';

/**
 * The protocol between a runner at a tenant's site and the gateway of the sandbox, version 1. It is HTTP/1.1 over TLS 1.3,
 * and the runner alone connects. Both certificates are pinned by the SHA-256 of their DER: the gateway takes those that a
 * tenant enrolled, the runner the one it was told. No authority of the world vouches for either.
 *
 * | request | answer |
 * |---|---|
 * | `POST /v1/lease`, a {@link LeaseRequest} | 200 a {@link Lease}; 204 nothing to do, after at most 25 s: ask again |
 * | `GET /v1/leases/LEASE/batches/N` | 200 an Arrow IPC stream: the schema, one batch of the columns of the lease, the end |
 * | `PUT /v1/leases/LEASE/batches/N`, an Arrow IPC stream of one column `score` (float32 or float64) with the batch's rows | 200 a {@link Receipt}: the scores are on the gateway's disk |
 * | `POST /v1/leases/LEASE/failure`, a {@link FailureReport} | 200: the run has failed by the model's fault |
 * | `POST /v1/leases/LEASE/alive` | 200: the runner is at work on a batch that takes long |
 *
 * Batches are numbered from 0; all have `batchRows` rows but the last. Scores are taken in order. Scores that were taken
 * may be sent again, and are answered the same; others in their place are refused. After a cut, the next lease of the
 * run says at which batch to go on. With the feed `EVENTS` batch N + 1 is given only after the scores of batch N were
 * taken, so that no model sees the future; earlier ones may be asked for again, to bring a model back to where it was.
 *
 * Whatever else comes is answered with a {@link Refusal}. What crosses is features and scores: neither a label nor
 * a model has a place in any message.
 */
export const PROTOCOL_VERSION = 1;

/** What a runner says when it asks for work. */
export interface LeaseRequest {
  protocol: number;
  runner: { version: string; host: string };
  /** SHA-256 of the models that it can run; null: whatever the tenant runs */
  models: string[] | null;
}

export type RemoteFeed = { kind: 'BATCH' } | { kind: 'EVENTS'; windowRows: number };

/** A run to be scored: the runner's until another process takes it over, or the run is over. */
export interface Lease {
  lease: string;
  run: string;
  attempt: number;
  /** as the tenant declared it when it registered the version */
  model: { artefactSha256: string };
  feed: RemoteFeed;
  columns: ArrowField[];
  rows: number;
  batchRows: number;
  /** first batch whose scores are still wanted */
  next: number;
}

export interface Receipt {
  /** first batch whose scores are still wanted; the number of batches when there is none */
  next: number;
  done: boolean;
}

/** What may go wrong with a model at its site: the run ends as it would in our jail. */
export const FAILURES = [
  'MODEL_LOAD_FAILED',
  'MODEL_RUN_FAILED',
  'MODEL_CRASHED',
  'SCORES_MALFORMED',
  'SCORE_NOT_FINITE',
] as const;

export interface FailureReport {
  code: (typeof FAILURES)[number];
}

/**
 * Why a request was not answered as asked. To be tried again: `BUSY`, `GATEWAY_FAULT`. The lease is over, ask for another:
 * `LEASE_OVER`. The runner cannot go on: `NOT_ENROLLED`, `REVOKED`, `CERTIFICATE_EXPIRED`, `CERTIFICATE_NOT_YET_VALID`,
 * `PROTOCOL_UNKNOWN`. The run has failed: `SCORES_MALFORMED`, `SCORE_NOT_FINITE`. A mistake of the runner:
 * `BAD_REQUEST`, `NOT_FOUND`, `NOT_RELEASED`, `OUT_OF_ORDER`, `ALREADY_TAKEN`, `TOO_LARGE`.
 */
export interface Refusal {
  code: string;
  message: string;
  /** the gateway's clock, where the certificate's validity is the matter */
  time?: string;
}

export const ARROW_MEDIA_TYPE = 'application/vnd.apache.arrow.stream';

/** Longest that a runner is kept waiting for work. */
export const LEASE_WAIT_MS = 25_000;
/** How often a runner says that it lives while a batch takes long. */
export const ALIVE_EVERY_MS = 5_000;
/** Largest JSON body either side takes. */
export const JSON_MAX_BYTES = 256 * 1024;
const RUN_MAX_ROWS = 2 ** 31;
const TEXT_MAX = 200;

/** Largest body of scores for that many rows: the values, and messages around them. */
export const scoresMaxBytes = (rows: number): number => rows * 8 + 64 * 1024;

export const batchCount = ({ rows, batchRows }: Pick<Lease, 'rows' | 'batchRows'>): number =>
  Math.ceil(rows / batchRows);

/** Rows of batch n. */
export const rowsOfBatch = ({ rows, batchRows }: Pick<Lease, 'rows' | 'batchRows'>, n: number): number =>
  Math.min(batchRows, rows - n * batchRows);

/** @throws InputError `BAD_REQUEST` naming what is wrong; a stranger may have written it */
export function parseLeaseRequest(body: Uint8Array): LeaseRequest {
  const value = parseObject(body);
  const runner = value['runner'];
  const models = value['models'];
  if (!isWhole(value['protocol'], 0, 1_000)) throw bad('protocol must be a whole number');
  if (!isObject(runner) || !isText(runner['version']) || !isText(runner['host']))
    throw bad(`runner must name its version and host in at most ${TEXT_MAX} characters each`);
  if (models !== null && !(Array.isArray(models) && models.length <= 100 && models.every(isDigest)))
    throw bad('models must be null or at most 100 SHA-256 digests');
  return {
    protocol: value['protocol'],
    runner: { version: printable(runner['version']), host: printable(runner['host']) },
    models: models,
  };
}

/** @throws InputError `BAD_REQUEST` */
export function parseFailure(body: Uint8Array): FailureReport {
  const { code } = parseObject(body);
  const known = FAILURES.find((one) => one === code);
  if (known === undefined) throw bad(`code must be one of ${FAILURES.join(', ')}`);
  return { code: known };
}

/** @throws InputError `BAD_REQUEST` where the gateway does not speak this protocol */
export function parseLease(body: Uint8Array): Lease {
  const value = parseObject(body);
  const { lease, run, attempt, model, feed, columns, rows, batchRows, next } = value;
  if (
    !isText(lease) ||
    !isText(run) ||
    !isWhole(attempt, 0, 1_000_000) ||
    !isObject(model) ||
    !isDigest(model['artefactSha256']) ||
    !isObject(feed) ||
    !(
      feed['kind'] === 'BATCH' ||
      (feed['kind'] === 'EVENTS' && isWhole(feed['windowRows'], 1, RUN_MAX_ROWS))
    ) ||
    !Array.isArray(columns) ||
    !columns.every((column) => isObject(column) && isText(column['name']) && isText(column['type'])) ||
    !isWhole(rows, 1, RUN_MAX_ROWS) ||
    !isWhole(batchRows, 1, RUN_MAX_ROWS) ||
    !isWhole(next, 0, rows)
  ) {
    throw bad('the gateway’s lease is not of this protocol');
  }
  return value as unknown as Lease;
}

/** @throws InputError `BAD_REQUEST` */
export function parseReceipt(body: Uint8Array): Receipt {
  const { next, done } = parseObject(body);
  if (!isWhole(next, 0, RUN_MAX_ROWS) || typeof done !== 'boolean')
    throw bad('the gateway’s receipt is not of this protocol');
  return { next, done };
}

/** The refusal in a body, whatever the body is. */
export function parseRefusal(body: Uint8Array, status: number): Refusal {
  try {
    const { code, message, time } = parseObject(body);
    if (isText(code) && typeof message === 'string')
      return {
        code,
        message: printable(message.slice(0, 1_000)),
        ...(isText(time) ? { time: printable(time) } : {}),
      };
  } catch {
    // No gateway of ours answered: its status is all there is to tell.
  }
  return { code: 'GATEWAY_FAULT', message: `the gateway answered with status ${status}` };
}

function parseObject(body: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    throw bad('the body is not JSON');
  }
  if (!isObject(value)) throw bad('the body is not a JSON object');
  return value;
}

function bad(problem: string): InputError {
  return new InputError('BAD_REQUEST', problem);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= TEXT_MAX;
}

function isDigest(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}

/** A stranger's text in one line without control characters. */
function printable(text: string): string {
  return text.replaceAll(/[^\P{C}]/gu, ' ');
}
