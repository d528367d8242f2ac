import { BIPARTITE } from './bipartite.js';
import { CYCLE } from './cycle.js';
import { FAN_IN } from './fan-in.js';
import { FAN_OUT } from './fan-out.js';
import { FREE_FORM } from './free-form.js';
import { GATHER_SCATTER } from './gather-scatter.js';
import { MONEY_SERVICE } from './money-service.js';
import { RAMP_AND_DUMP } from './ramp-and-dump.js';
import { RANDOM_WALK } from './random-walk.js';
import { SCATTER_GATHER } from './scatter-gather.js';
import { SHELL_HUB } from './shell-hub.js';
import { STACK } from './stack.js';
import { STORED_VALUE } from './stored-value.js';
import { STRUCTURING } from './structuring.js';
import { SWIFT_LAYERING } from './swift-layering.js';
import { TRADE_BASED } from './trade-based.js';
import { type Script } from './script.js';

/** The eight patterns of the AMLworld data (Altman et al., NeurIPS 2023). */
export const PATTERNS: readonly Script[] = [
  FAN_OUT,
  FAN_IN,
  GATHER_SCATTER,
  SCATTER_GATHER,
  CYCLE,
  RANDOM_WALK,
  BIPARTITE,
  STACK,
];

/** Ways to launder that the public record of Hong Kong knows; none of them is one of the eight shapes. */
export const TYPOLOGIES: readonly Script[] = [
  STRUCTURING,
  TRADE_BASED,
  MONEY_SERVICE,
  STORED_VALUE,
  SWIFT_LAYERING,
  RAMP_AND_DUMP,
  SHELL_HUB,
];

/** All scripts; a row's `pattern` is a place in here. Free form is last: it takes what the others leave. */
export const SCRIPTS: readonly Script[] = [...PATTERNS, ...TYPOLOGIES, FREE_FORM];
export const FREE = SCRIPTS.length - 1;
