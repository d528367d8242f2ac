import { type Attempt } from './attempt.js';
import { CHANGES } from './changes.js';
import { CHANNELS } from './channels.js';
import { KERNEL } from './kernel.js';
import { LIMITS } from './limits.js';
import { SECRETS } from './secrets.js';
import { SPACES } from './spaces.js';
import { SURVIVAL } from './survival.js';

/** Every way out that is tried, by theme. */
export const ATTEMPTS: readonly Attempt[] = [
  ...SECRETS,
  ...CHANNELS,
  ...CHANGES,
  ...SPACES,
  ...KERNEL,
  ...SURVIVAL,
  ...LIMITS,
];
