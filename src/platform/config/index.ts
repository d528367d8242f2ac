export { Configuration, LOG_LEVELS, type LogLevel, VARIABLES } from './configuration.js';
export { ConfigurationError, type ConfigurationOverrides, loadConfiguration } from './load-configuration.js';
export { PlatformError, reasonOf } from './platform-error.js';
