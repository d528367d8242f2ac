export { createLogger, type LoggerOptions, requestId, withLogContext } from './logger.js';
