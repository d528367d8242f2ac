import { Injectable } from '@nestjs/common';
import { X509Certificate } from 'node:crypto';
import { v7 as uuid, validate as isUuid } from 'uuid';
import { appendAudit } from '../../platform/database/audit-trail.js';
import { Database, sqlState } from '../../platform/database/index.js';
import { notFound } from '../../platform/graphql/errors.js';
import { type Connection, keysetPage, type PageArguments } from '../../platform/graphql/pagination.js';
import { fingerprintOf } from '../../platform/tls/index.js';
import type { Actor } from '../identity/index.js';
import { RunnerGatewayRow, RunnerRow } from './runner.entity.js';
import {
  CertificateInvalid,
  CertificateTaken,
  type EnrolRunnerInput,
  type RevokeRunnerInput,
  Runner,
  RunnerAlreadyRevoked,
  RunnerGateway,
  RunnerStateName,
} from './runner.type.js';

const UNIQUE_VIOLATION = '23505';
const RSA_LEAST_BITS = 2_048;
/** A certificate is to be replaced now and then, like any key. */
const MOST_DAYS = 3 * 366;

@Injectable()
export class RunnerService {
  constructor(private readonly database: Database) {}

  /** Takes a certificate of a tenant's site. One that was enrolled before, revoked or not, is not taken again. */
  async enrol(
    actor: Actor,
    input: EnrolRunnerInput,
  ): Promise<Runner | CertificateInvalid | CertificateTaken> {
    const read = readCertificate(input.certificate, new Date());
    if (typeof read === 'string') return new CertificateInvalid('CERTIFICATE_INVALID', read);
    try {
      return await this.database.within(actor, async (tx) => {
        const id = uuid();
        await tx.query(
          `INSERT INTO sandbox.runner
             (id, tenant_id, name, fingerprint, certificate, not_before, not_after, enrolled_by, created_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now())`,
          [
            ...[id, actor.organisationId, input.name, read.fingerprint, read.pem],
            ...[read.notBefore, read.notAfter, actor.personId],
          ],
        );
        await appendAudit(tx, {
          actor,
          action: 'enrolRunner',
          subject: `runner:${id}`,
          details: {
            name: input.name,
            fingerprint: read.fingerprint,
            validUntil: read.notAfter.toISOString(),
          },
        });
        return toRunner(await tx.findOneByOrFail(RunnerRow, { id }));
      });
    } catch (error) {
      if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
      return new CertificateTaken(
        'CERTIFICATE_TAKEN',
        'This certificate was enrolled before: make a new key and certificate with "sandbox runner init".',
      );
    }
  }

  /** Shuts a runner out for ever; the gateway cuts its connections within a second. */
  async revoke(actor: Actor, { runnerId }: RevokeRunnerInput): Promise<Runner | RunnerAlreadyRevoked> {
    return this.database.within(actor, async (tx) => {
      const row = isUuid(runnerId) ? await tx.findOneBy(RunnerRow, { id: runnerId }) : null;
      if (row === null) throw notFound('Runner');
      const [, revoked] = await tx.query<[unknown[], number]>(
        `UPDATE sandbox.runner SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL`,
        [runnerId],
      );
      if (revoked === 0)
        return new RunnerAlreadyRevoked(
          'RUNNER_ALREADY_REVOKED',
          `The runner ${row.name} was revoked on ${row.revokedAt?.toISOString() ?? ''}.`,
        );
      await appendAudit(tx, {
        actor,
        action: 'revokeRunner',
        subject: `runner:${row.id}`,
        details: { fingerprint: row.fingerprint },
      });
      return toRunner(await tx.findOneByOrFail(RunnerRow, { id: row.id }));
    });
  }

  async runners(actor: Actor, page: PageArguments): Promise<Connection<Runner>> {
    return this.database.within(actor, (tx) =>
      keysetPage(tx.createQueryBuilder(RunnerRow, 'runner'), page, toRunner),
    );
  }

  async gateway(actor: Actor): Promise<RunnerGateway | null> {
    const row = await this.database.within(actor, (tx) =>
      tx.findOneBy(RunnerGatewayRow, { singleton: true }),
    );
    return row === null
      ? null
      : Object.assign(new RunnerGateway(), {
          address: row.address,
          fingerprint: row.fingerprint,
          protocol: row.protocol,
        });
  }
}

/** @returns the certificate, or in one sentence why it is none that can be enrolled */
function readCertificate(
  pem: string,
  now: Date,
): { pem: string; fingerprint: string; notBefore: Date; notAfter: Date } | string {
  if (pem.includes('PRIVATE KEY'))
    return 'This holds a private key, which must never leave its site: make a new one, and send the certificate alone.';
  if (pem.split('-----BEGIN CERTIFICATE-----').length !== 2)
    return 'Send exactly one certificate as PEM, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.';
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    return 'This is no X.509 certificate.';
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey;
  const strong =
    type === 'ed25519' ||
    (type === 'ec' && ['prime256v1', 'secp384r1', 'secp521r1'].includes(details?.namedCurve ?? '')) ||
    (type === 'rsa' && (details?.modulusLength ?? 0) >= RSA_LEAST_BITS);
  if (!strong) return 'Its key must be Ed25519, ECDSA P-256, P-384 or P-521, or RSA of at least 2048 bits.';
  const notBefore = new Date(certificate.validFrom);
  const notAfter = new Date(certificate.validTo);
  if (notAfter <= now) return `The certificate expired on ${notAfter.toISOString()}.`;
  if (notAfter.getTime() - now.getTime() > MOST_DAYS * 86_400_000)
    return `The certificate is valid until ${notAfter.toISOString()}: three years are the most.`;
  return { pem: certificate.toString(), fingerprint: fingerprintOf(pem), notBefore, notAfter };
}

function toRunner(row: RunnerRow): Runner {
  return Object.assign(new Runner(), {
    id: row.id,
    name: row.name,
    fingerprint: row.fingerprint,
    state:
      row.revokedAt !== null
        ? RunnerStateName.REVOKED
        : row.notAfter <= new Date()
          ? RunnerStateName.EXPIRED
          : RunnerStateName.ENROLLED,
    validFrom: row.notBefore,
    validUntil: row.notAfter,
    enrolledAt: row.createdAt,
    revokedAt: row.revokedAt,
    lastSeenAt: row.lastSeenAt,
    version: row.version,
    hostName: row.hostName,
    currentRunId: row.runId,
  });
}
