import { type Attempt } from './attempt.js';
import { CHANGES } from './changes.js';
import { CHANNELS } from './channels.js';
import { KERNEL } from './kernel.js';
import { LIMITS } from './limits.js';
import { LINKS } from './links.js';
import { SECRETS } from './secrets.js';
import { SPACES } from './spaces.js';
import { SURVIVAL } from './survival.js';

/**
 * Every way out that is tried, by theme. Tests take away one layer of the jail, or widen one limit, and require that
 * attempts notice. Those that no such test moves have more than one layer in their way, and can still fail: what is
 * listed for reading, opening or calling prints itself when the kernel lets it; a signal, a stop, or a process that
 * lives on is seen from outside, by the outcome, the bait or the mark in its environment; and an attempt that dies by
 * itself is not held either, but where its judge awaits just that.
 */
export const ATTEMPTS: readonly Attempt[] = [
  ...SECRETS,
  ...CHANNELS,
  ...CHANGES,
  ...LINKS,
  ...SPACES,
  ...KERNEL,
  ...SURVIVAL,
  ...LIMITS,
];
