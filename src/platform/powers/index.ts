export { delegatedCgroup } from './cgroup-delegation.js';
export { ownDatabaseSecrets, prepareDataFolder } from './data-folder.js';
export { findSeparation, FIRST_ID, Identities, POWERS, type Power, type Separation } from './identities.js';
export { enterPower, type PowerProcess } from './power-process.js';
export {
  startPowers,
  type PowerPlace,
  type PowersOptions,
  type PowerSpec,
  type Supervisor,
} from './supervisor.js';
