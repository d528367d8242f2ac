export { PERL } from './escapes/attempt.js';
export { type EscapeResult, runEscapeChecks } from './escapes/checks.js';
export { usedOf } from './limit-words.js';
export { ALLOWED_SYSCALLS, seccompFilter } from './seccomp.js';
export { type JailCommand, type RunningJail, startJail } from './jail.js';
export { JailHost, jailHost, type JailSettings, type MissingLayer } from './jail-host.js';
export {
  baseProfile,
  type Filling,
  jailProfile,
  type JailLimit,
  type JailLimits,
  type JailMount,
  type JailOutcome,
  type JailProfile,
  type Reached,
  type Usage,
} from './profile.js';
export { DEVICES, FIXED_LIMITS, type ProfileName, type ProfilePage, PROFILES } from './profiles.js';
export { isAlive, processStart } from './processes.js';
export { stage, type StagedFiles, type StagedFolder } from './staging.js';
