import { GENERAL_HOLIDAYS, REFERENCE_YEAR } from '../calendar.js';
import { type FolderSink } from '../output/sink.js';
import { type Parameters } from '../parameters.js';
import { type Played, type Preset } from '../preset.js';

/** What a user of the dataset must know, in the manner of "Datasheets for Datasets" (Gebru et al., 2021). */
export function datasheet(
  preset: Preset,
  version: string,
  parameters: Parameters,
  written: FolderSink,
  told: Played,
): Record<string, unknown> {
  return {
    schema: 'sandbox-datasheet/1',
    preset: preset.name,
    title: preset.title,
    generatorVersion: version,
    motivation:
      'To evaluate models where real records of customers cannot be shared. The data is synthetic: no record describes a person.',
    composition: {
      description: preset.description,
      row: preset.row,
      referenceYear: REFERENCE_YEAR,
      clock: 'Hong Kong time (UTC+8) without a zone',
      splits: [...written.rowCounts].map(([split, rows]) => ({
        split,
        rows,
        prevalence: (written.positives.get(split) ?? 0) / rows,
      })),
      ...told.composition,
    },
    parameters,
    typologies: told.typologies,
    tables: preset.tables,
    calibration: {
      figures: told.calibration,
      holidays: {
        source: 'General holidays for 2025 as gazetted (gov.hk)',
        days: GENERAL_HOLIDAYS.map(([month, day, name]) => ({ month, day, name })),
      },
    },
    knownLimits: told.knownLimits,
    uses: 'Practice, comparison of models, and the demonstration of evaluation. Not for estimating losses, nor for a model to be put to use untested on real records.',
  };
}
