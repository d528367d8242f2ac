import type { RuntimeName } from '../../models/index.js';

/** What a run waits for: a slot of a jail, or one of the many that only wait for a tenant's own site. */
export const LANES = ['jail', 'remote'] as const;
export type Lane = (typeof LANES)[number];

export const LANE_OF_RUNTIME: Readonly<Record<RuntimeName, Lane>> = {
  ONNX: 'jail',
  OCI_IMAGE: 'jail',
  PREDICTIONS: 'jail',
  REMOTE_RUNNER: 'remote',
};

/** What a run holds while it has a slot: one that waits for a tenant's own site holds no device of ours. */
export const DEVICE_OF_LANE: Readonly<Record<Lane, string>> = { jail: 'cpu', remote: 'remote' };

/** Sealed runs go before all others: there is one of them for a model, and a decision waits for it. */
export const priorityOf = (split: string): number => (split === 'sealed' ? 1 : 0);
