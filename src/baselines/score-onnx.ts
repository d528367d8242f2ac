/**
 * Scores raw float32 rows with a model, for the training script to compare with scikit-learn:
 * `node src/baselines/score-onnx.ts MODEL ROWS.bin COLUMNS OUT.bin`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const [model, rowsFile, columnsText, out] = process.argv.slice(2);
const columns = Number(columnsText);
if (model === undefined || rowsFile === undefined || out === undefined || !(columns > 0))
  throw new Error('usage: score-onnx.ts MODEL ROWS.bin COLUMNS OUT.bin');
const bytes = readFileSync(rowsFile);
const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
const session = await InferenceSession.create(model, { intraOpNumThreads: 1 });
const result = await session.run({
  [session.inputNames[0] ?? '']: new Tensor('float32', values, [values.length / columns, columns]),
});
const probabilities = result['probabilities']?.data as Float32Array;
writeFileSync(out, probabilities);
