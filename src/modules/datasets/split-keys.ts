import { createHash, createHmac } from 'node:crypto';
import type { SplitName } from './dataset.entity.js';

/** The 256-bit secret that blind splits are drawn from. Only the evaluator reads it. */
export class BlindSecret {
  constructor(private readonly secret: Uint8Array) {}

  /** The key of a split that is drawn with its version: HMAC-SHA-256 of the secret over what is drawn. */
  splitKey(datasetVersionId: string, split: Exclude<SplitName, 'sealed'>): Uint8Array {
    return this.keyOf(`${datasetVersionId} ${split}`);
  }

  /** The key of a sealed split: bound to model and plan too, so that neither can be fitted to what is drawn. */
  sealedKey(datasetVersionId: string, modelSha256: string, planSha256: string): Uint8Array {
    return this.keyOf(`${datasetVersionId} sealed ${modelSha256} ${planSha256}`);
  }

  private keyOf(subject: string): Uint8Array {
    return createHmac('sha256', this.secret).update(`sandbox split key/1 ${subject}`).digest();
  }
}

/** What a tenant may see of a split's key: nothing, until an authority has it revealed and compares. */
export function commitmentTo(splitKey: Uint8Array): string {
  return createHash('sha256').update('sandbox commitment/1 ').update(splitKey).digest('hex');
}
