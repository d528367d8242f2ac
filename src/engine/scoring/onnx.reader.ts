/** The runner's second thread: empties stdin into shared memory, so that the model never waits for a pipe. */
import { readSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { ByteRing } from './byte-ring.js';

const ring = new ByteRing(workerData as ByteRing['memory']);
ring.waitForBeginning();
while (ring.put((space) => readSync(0, space, 0, space.length, null))) {
  // Until stdin ends.
}
