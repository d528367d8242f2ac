export * from './document.js';
export { combinations, crossedColumns } from './intersections.js';
export { measure } from './measure.js';
export { measureInThreads, MeasuringThreads, StandingThreads } from './threads.js';
export * from './stability/index.js';
