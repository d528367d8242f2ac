import { registerEnumType } from '@nestjs/graphql';
import type { AssuranceTier } from '../../engine/reporting/index.js';
import type { RuntimeName } from './model.entity.js';

/** How much of a run on each runtime happened under our eyes. A chat endpoint will be B. */
export const ASSURANCE_TIERS: Readonly<Record<RuntimeName, AssuranceTier>> = {
  ONNX: 'A',
  OCI_IMAGE: 'A',
  REMOTE_RUNNER: 'C',
  PREDICTIONS: 'D',
};

export enum AssuranceTierName {
  A = 'A',
  B = 'B',
  C = 'C',
  D = 'D',
}

registerEnumType(AssuranceTierName, {
  name: 'AssuranceTier',
  description: 'How much of a run happened under the sandbox’s eyes; every report says its tier on page one.',
  valuesMap: {
    A: { description: 'The model ran in our jail.' },
    B: { description: 'We called an endpoint of the tenant: rows left the sandbox.' },
    C: { description: 'The model ran at the tenant’s site, through its runner: rows left the sandbox.' },
    D: { description: 'Scores were handed in: what made them was not seen.' },
  },
});
