import { Injectable } from '@nestjs/common';
import { JailHost } from '../../engine/isolation/index.js';
import { inspectArtefact, type OnnxInspection, ScoringError } from '../../engine/scoring/index.js';
import { appendAudit } from '../../platform/database/audit-trail.js';
import { Database } from '../../platform/database/index.js';
import { Stores } from '../../platform/storage/stores.js';

type Found = { inspection: OnnxInspection } | { code: string; message: string };

/** The launcher's look at an uploaded artefact: inside the jail, never outside of it. */
@Injectable()
export class InspectionStage {
  constructor(
    private readonly database: Database,
    private readonly stores: Stores,
    private readonly jail: JailHost,
  ) {}

  /** Settles a version that waits for inspection: READY with what was found, or REFUSED with a code. Repeatable. */
  async inspect(modelVersionId: string): Promise<void> {
    const rows = await this.database.asSystem((tx) =>
      tx.query<{ artefact_sha256: string }[]>(
        `SELECT artefact_sha256 FROM sandbox.model_version WHERE id = $1 AND state = 'INSPECTING'`,
        [modelVersionId],
      ),
    );
    const artefact = rows[0]?.artefact_sha256;
    if (artefact === undefined) return;
    await this.settle(modelVersionId, await this.look(artefact));
  }

  /** Ends an inspection that no try is left for. */
  async giveUp(modelVersionId: string): Promise<void> {
    await this.settle(modelVersionId, {
      code: 'INSPECTION_FAULT',
      message: 'A fault of the sandbox ended the inspection: create another version and upload again.',
    });
  }

  private async settle(modelVersionId: string, result: Found): Promise<void> {
    await this.database.asSystem(async (tx) => {
      const changed = await tx.query<[unknown[], number]>(
        `UPDATE sandbox.model_version SET state = $2, inspection = $3, refusal_code = $4, refusal_message = $5
         WHERE id = $1 AND state = 'INSPECTING'`,
        [
          modelVersionId,
          'inspection' in result ? 'READY' : 'REFUSED',
          'inspection' in result ? JSON.stringify(result.inspection) : null,
          'inspection' in result ? null : result.code,
          'inspection' in result ? null : result.message,
        ],
      );
      if (changed[1] === 0) return;
      await appendAudit(tx, {
        actor: { power: 'launcher' },
        action: 'inspectArtefact',
        subject: `modelVersion:${modelVersionId}`,
        details: 'inspection' in result ? { state: 'READY' } : { state: 'REFUSED', code: result.code },
      });
    });
  }

  private async look(artefact: string): Promise<Found> {
    try {
      const file = this.stores.artefacts.path(artefact);
      return { inspection: await inspectArtefact({ file }, 'ONNX', this.jail) };
    } catch (error) {
      if (error instanceof ScoringError && error.blame !== 'platform')
        return { code: error.code, message: error.message };
      throw error;
    }
  }
}
