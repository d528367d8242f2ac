/**
 * Runs inside the jail: reads a file of predictions that a stranger wrote. `inspect` writes what it found as JSON, or why
 * the file is refused; `read` writes the ids and then the scores as float64, and nothing else.
 */
import { TableFile } from '../../tables/table-file.js';
import { InputError } from '../../input-error.js';
import { PREDICTIONS_COLUMNS, PREDICTIONS_PATHS, type PredictionsInspection } from './predictions-task.js';

async function read(): Promise<{ about: PredictionsInspection; ids: Float64Array; scores: Float64Array }> {
  const table = await TableFile.open(PREDICTIONS_PATHS.file);
  try {
    const { id, score } = PREDICTIONS_COLUMNS;
    const { ids, scores } = await table.read({
      ids: { column: id, as: 'numbers' },
      scores: { column: score, as: 'numbers' },
    });
    const odd = ids.findIndex((value) => !Number.isSafeInteger(value));
    if (odd >= 0)
      throw new InputError(
        'NOT_AN_ID',
        Number.isInteger(ids[odd])
          ? `${id} of row ${odd + 1} is beyond ${Number.MAX_SAFE_INTEGER} or its negative, and no dataset has such a row`
          : `${id} of row ${odd + 1} is ${ids[odd] ?? NaN}, which is no whole number`,
      );
    const sorted = Float64Array.from(ids).sort();
    const twice = sorted.findIndex((value, at) => at > 0 && value === sorted[at - 1]);
    if (twice >= 0) throw new InputError('DUPLICATE_ID', `${id} ${sorted[twice] ?? NaN} stands there twice`);
    const columns = table.columns.slice(0, 100).map(({ name }) => name.slice(0, 100));
    return { about: { format: table.format, rows: table.rows, columns }, ids, scores };
  } finally {
    table.close();
  }
}

function write(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) =>
    process.stdout.write(bytes, (error) => (error == null ? resolve() : reject(error))),
  );
}

const bytesOf = (values: Float64Array): Uint8Array =>
  new Uint8Array(Buffer.from(values.buffer, values.byteOffset, values.byteLength));

const mode = process.argv[2];
try {
  const { about, ids, scores } = await read();
  if (mode === 'inspect') await write(Buffer.from(JSON.stringify({ found: about })));
  else {
    await write(bytesOf(ids));
    await write(bytesOf(scores));
  }
} catch (error) {
  if (!(error instanceof InputError) || mode !== 'inspect') throw error;
  const message = error.message.replaceAll(PREDICTIONS_PATHS.file, 'the file').slice(0, 500);
  await write(Buffer.from(JSON.stringify({ refused: { code: error.code, message } })));
}
