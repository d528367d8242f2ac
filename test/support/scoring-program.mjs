/**
 * A tenant's own program at its own site: an Arrow stream of features on stdin, an Arrow stream of scores on stdout. The
 * score is the logistic of the first column over a million, so that a test can work it out.
 *
 * node scoring-program.mjs [MODE] [MILLISECONDS]: `well`, `slow` (waits before every batch), `nan`, `short` (one score less),
 * `garbage`, `crash` (after the first batch)
 */
import { Float64, RecordBatchReader, RecordBatchStreamWriter, Table, vectorFromArray } from 'apache-arrow';
import { setTimeout as sleep } from 'node:timers/promises';

const [mode = 'well', pause = '0'] = process.argv.slice(2);
const writer = new RecordBatchStreamWriter();
writer.toNodeStream().pipe(process.stdout);
const reader = await RecordBatchReader.from(process.stdin);
let batches = 0;
for await (const batch of reader) {
  if (mode === 'garbage') {
    process.stdout.write('these are no scores, and there are many of them');
    process.exit(0);
  }
  if (mode === 'slow') await sleep(Number(pause));
  if (mode === 'crash' && batches > 0) process.exit(3);
  const first = batch.getChildAt(0);
  const scores = Array.from(
    { length: batch.numRows },
    (_, row) => 1 / (1 + Math.exp(-Number(first.get(row)) / 1e6)),
  );
  if (mode === 'nan') scores[1] = Number.NaN;
  if (mode === 'short') scores.pop();
  for (const part of new Table({ score: vectorFromArray(scores, new Float64()) }).batches) writer.write(part);
  batches += 1;
}
writer.close();
