import { GENERAL_HOLIDAYS, REFERENCE_YEAR } from '../calendar.js';
import { type Parameters } from '../parameters.js';
import { type Calibration, type Played, type Preset, type RealismFigure, type Split } from '../preset.js';
import { type JudgedGate } from './judgement.js';

/** All that is known of a version once its tables are written. */
export interface VersionFacts {
  readonly preset: Preset;
  readonly generatorVersion: string;
  readonly parameters: Parameters;
  /** asked for: of development and evaluation together */
  readonly rowsAsked: number;
  /** where the draws were public */
  readonly seed?: string;
  /** of the splits that were written */
  readonly rows: Readonly<Partial<Record<Split, number>>>;
  readonly positives: Readonly<Partial<Record<Split, number>>>;
  readonly tables: readonly { readonly path: string; readonly rows: number; readonly bytes: number }[];
  readonly gates: readonly JudgedGate[];
  readonly told: Played;
}

/** Share of the target by which a cited figure may be missed, unless its preset says otherwise. */
export const TOLERANCE = 0.1;

/** Whether a figure came out as cited; null where the rows were too few for it to exist. */
export function isWithin({ target, reached, tolerance }: Calibration): boolean | null {
  if (reached === null) return null;
  const allowed = tolerance ?? TOLERANCE;
  return Math.abs(reached - target) <= allowed * (target === 0 ? 1 : Math.abs(target));
}

/** Whether a property lies in the range of real data; null where it does not exist or no range is claimed. */
export function isRealistic({ reached, range }: RealismFigure): boolean | null {
  return reached === null || range === null ? null : reached >= range[0] && reached <= range[1];
}

export const MOTIVATION =
  'To evaluate models where real records of customers cannot be shared. The data is synthetic: no record describes a person.';
export const USES =
  'Practice, comparison of models, and the demonstration of evaluation. Not for estimating losses, nor for a model to be put to use untested on real records.';

/** What a user of the dataset must know, in the manner of "Datasheets for Datasets" (Gebru et al., 2021). */
export function datasheet(facts: VersionFacts): Record<string, unknown> {
  const { preset, told, gates } = facts;
  return {
    schema: 'sandbox-datasheet/1',
    preset: preset.name,
    title: preset.title,
    generatorVersion: facts.generatorVersion,
    motivation: MOTIVATION,
    reproduction: {
      rows: facts.rowsAsked,
      draws: facts.seed === undefined ? 'secret keys of the splits' : 'public seed',
      ...(facts.seed === undefined ? {} : { seed: facts.seed }),
    },
    composition: {
      description: preset.description,
      row: preset.row,
      referenceYear: REFERENCE_YEAR,
      clock: 'Hong Kong time (UTC+8) without a zone',
      splits: Object.entries(facts.rows).map(([split, rows]) => {
        const positives = facts.positives[split as Split] ?? 0;
        return { split, rows, positives, prevalence: rows === 0 ? null : positives / rows };
      }),
      ...told.composition,
    },
    parameters: facts.parameters,
    typologies: told.typologies,
    files: facts.tables,
    tables: preset.tables,
    calibration: {
      figures: told.calibration.map((figure) => ({
        ...figure,
        tolerance: figure.tolerance ?? TOLERANCE,
        within: isWithin(figure),
      })),
      holidays: {
        source: 'General holidays for 2025 as gazetted (gov.hk)',
        days: GENERAL_HOLIDAYS.map(([month, day, name]) => ({ month, day, name })),
      },
    },
    realism: told.realism.map((figure) => ({ ...figure, within: isRealistic(figure) })),
    leakAudit: { outcome: overall(gates), gates },
    pictures: told.pictures.map(({ name, title }) => ({ path: picturePath(name), title })),
    knownLimits: told.knownLimits,
    uses: USES,
  };
}

/** The worst that came of any gate. */
export function overall(gates: readonly JudgedGate[]): JudgedGate['outcome'] {
  const worst = (['FAILED', 'NOT_JUDGED'] as const).find((outcome) =>
    gates.some((gate) => gate.outcome === outcome),
  );
  return worst ?? 'PASSED';
}

export function picturePath(name: string): string {
  return `pictures/${name}.svg`;
}
