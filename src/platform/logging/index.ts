export { visible, visibleText } from './visible.js';
export { createLogger, type LoggerOptions, requestId, withLogContext } from './logger.js';
