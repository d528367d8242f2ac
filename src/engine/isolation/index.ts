export { ALLOWED_SYSCALLS, seccompFilter } from './seccomp.js';
export { type JailCommand, type RunningJail, startJail } from './jail.js';
export { defaultJailHost, JailHost, type JailSettings, type MissingLayer } from './jail-host.js';
export {
  baseProfile,
  DEFAULT_LIMITS,
  type JailLimit,
  type JailLimits,
  type JailMount,
  type JailOutcome,
  type JailProfile,
  type Usage,
} from './profile.js';
