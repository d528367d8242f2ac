export { joinPredictions, type Misfit } from './join-predictions.js';
export { inspectPredictions, readPredictions } from './predictions-in-jail.js';
export { type PredictionsInspection } from './predictions-task.js';
