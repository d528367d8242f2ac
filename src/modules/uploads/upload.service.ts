import { Inject, Injectable } from '@nestjs/common';
import { createHash, randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { appendAudit } from '../../platform/database/audit-trail.js';
import { Database } from '../../platform/database/index.js';
import type { ContentStore } from '../../platform/storage/content-store.js';
import { type UploadPurpose, UploadRow } from './upload.entity.js';
import { UploadTarget } from './upload.type.js';

const LIFETIME_MS = 3_600_000;

/** What became of an upload once its bytes arrived. */
export interface UploadOutcome {
  /** HTTP status that fits: 200 accepted, 422 refused */
  status: 200 | 422;
  body: Record<string, unknown>;
}

/** What the module that asked for an upload does with it. */
export interface UploadReceiver {
  purpose: UploadPurpose;
  store: ContentStore;
  /** in the transaction that completes the upload */
  arrived(tx: EntityManager, upload: UploadRow): Promise<void>;
  /** what the platform thinks of the content; null while it is still looking */
  outcome(subjectId: string): Promise<UploadOutcome | null>;
}

/** An upload that cannot be taken, with the HTTP status that says so. */
export class UploadRefused extends Error {
  constructor(
    readonly status: 404 | 409 | 410 | 411 | 413 | 422,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export const UPLOAD_SETTINGS = Symbol('UPLOAD_SETTINGS');
export interface UploadSettings {
  maxBytes: number;
}

@Injectable()
export class UploadService {
  private readonly receivers = new Map<UploadPurpose, UploadReceiver>();

  constructor(
    private readonly database: Database,
    @Inject(UPLOAD_SETTINGS) readonly settings: UploadSettings,
  ) {}

  register(receiver: UploadReceiver): void {
    this.receivers.set(receiver.purpose, receiver);
  }

  /** Makes an upload target within the caller's transaction. */
  async open(
    tx: EntityManager,
    wanted: { tenantId: string; purpose: UploadPurpose; subjectId: string; sha256: string; bytes: number },
  ): Promise<UploadTarget> {
    const secret = randomBytes(32).toString('base64url');
    const expiresAt = new Date(Date.now() + LIFETIME_MS);
    await tx.save(
      tx.create(UploadRow, {
        id: uuid(),
        tenantId: wanted.tenantId,
        secretHash: hash(secret),
        purpose: wanted.purpose,
        subjectId: wanted.subjectId,
        expectedSha256: wanted.sha256,
        expectedBytes: String(wanted.bytes),
        createdAt: new Date(),
        expiresAt,
        completedAt: null,
      }),
    );
    return Object.assign(new UploadTarget(), {
      url: `/uploads/${secret}`,
      expiresAt,
      sha256: wanted.sha256,
      sizeBytes: wanted.bytes,
    });
  }

  /**
   * Streams the bytes of an upload into its store and completes it.
   *
   * Nothing is half-written: the object appears under its digest when all its bytes are there and right, and the
   * upload completes in one transaction with what it sets off. A cut or wrong upload may be tried again until
   * the URL expires.
   *
   * @returns what the platform thinks of the content, or null where that takes longer than `patienceMs`
   * @throws UploadRefused
   */
  async receive(
    secret: string,
    body: Readable,
    declaredBytes: number | undefined,
    signal: AbortSignal,
    patienceMs: number,
  ): Promise<{ upload: UploadRow; outcome: UploadOutcome | null }> {
    const upload = await this.database.asSystem((tx) =>
      tx.findOneBy(UploadRow, { secretHash: hash(secret) }),
    );
    if (upload === null) throw new UploadRefused(404, 'NOT_FOUND', 'Upload not found.');
    if (upload.completedAt !== null)
      throw new UploadRefused(409, 'UPLOAD_COMPLETED', 'This upload is complete already.');
    if (upload.expiresAt.getTime() < Date.now())
      throw new UploadRefused(410, 'UPLOAD_EXPIRED', 'This upload URL expired.');
    const expected = Number(upload.expectedBytes);
    if (declaredBytes !== undefined && declaredBytes !== expected) {
      throw new UploadRefused(
        declaredBytes > expected ? 413 : 422,
        'WRONG_SIZE',
        `The request announces ${declaredBytes} bytes; ${expected} were declared for this upload.`,
      );
    }
    const receiver = this.receivers.get(upload.purpose);
    if (receiver === undefined) throw new Error(`nobody receives uploads for ${upload.purpose}`);
    await receiver.store.put(body, {
      maxBytes: expected,
      expectedBytes: expected,
      expectedSha256: upload.expectedSha256,
      signal,
    });
    await this.database.asSystem(async (tx) => {
      const claimed = await tx
        .createQueryBuilder()
        .update(UploadRow)
        .set({ completedAt: new Date() })
        .where('id = :id AND completed_at IS NULL', { id: upload.id })
        .execute();
      if (claimed.affected !== 1)
        throw new UploadRefused(409, 'UPLOAD_COMPLETED', 'This upload is complete already.');
      await receiver.arrived(tx, upload);
      await appendAudit(tx, {
        actor: { upload: upload.id, organisationId: upload.tenantId },
        action: 'upload',
        subject: `${upload.purpose === 'MODEL_VERSION' ? 'modelVersion' : 'datasetVersion'}:${upload.subjectId}`,
        details: { sha256: upload.expectedSha256, bytes: expected },
      });
    });
    const deadline = Date.now() + patienceMs;
    let outcome = await receiver.outcome(upload.subjectId);
    while (outcome === null && Date.now() < deadline && !signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      outcome = await receiver.outcome(upload.subjectId);
    }
    return { upload, outcome };
  }
}

function hash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
