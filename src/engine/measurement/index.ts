export * from './document.js';
export { measure } from './measure.js';
export { measureInThreads, MeasuringThreads } from './threads.js';
