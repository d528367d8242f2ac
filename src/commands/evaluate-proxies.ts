import {
  isCoded,
  proxies,
  sampleRows,
  type Feature,
  type Proxies,
} from '../engine/measurement/proxies/index.js';
import type { Coded, MeasurementInput } from '../engine/measurement/index.js';
import { isNumeric, type TableFile } from '../engine/tables/index.js';

/** Rows that proxies are looked for in, at most: enough to tell an AUC to about a hundredth. */
const MOST_ROWS = 50_000;

/**
 * How well the features that a model sees, and its scores, tell each attribute. Features are read one at a time and only
 * the sampled rows are kept, so that memory is that of one column.
 */
export async function measureProxies(
  data: TableFile,
  features: readonly string[],
  input: MeasurementInput,
  options: { seed: number; minimumGroupSize: number },
): Promise<Proxies> {
  const rows = sampleRows(input.scores.length, input.entity, MOST_ROWS, options.seed);
  const sampled: Record<string, Feature> = {};
  for (const name of features) {
    const type = data.columns.find((column) => column.name === name)?.type ?? '';
    const feature: Feature =
      isNumeric(type) || type === 'BOOLEAN'
        ? await data.numbers(name, { allowMissing: true })
        : await data.categories(name);
    sampled[name] = isCoded(feature)
      ? codedOf(feature, rows)
      : Float64Array.from(rows, (row) => feature[row] as number);
  }
  const scores = Float64Array.from(rows, (row) => input.scores[row] as number);
  const labels = Uint8Array.from(rows, (row) => input.labels[row] as number);
  const attributes = Object.entries(input.groups ?? {}).map(([column, coded]) => {
    const attribute = codedOf(coded, rows);
    return [column, proxies({ features: sampled, attribute, scores, labels }, options)] as const;
  });
  return {
    sampled: rows.length,
    of: input.scores.length,
    seed: options.seed,
    attributes: Object.fromEntries(attributes),
  };
}

function codedOf({ codes, names }: Coded, rows: Int32Array): Coded {
  return { codes: rows.map((row) => codes[row] as number), names };
}
