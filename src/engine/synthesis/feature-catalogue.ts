import { FEATURES } from './payments/features/specs.js';
import { HK_RETAIL_PAYMENTS } from './payments/preset.js';
import { PRESETS } from './presets.js';

/** What a preset says of a feature, where that matters for what may befall it. */
export interface CataloguedFeature {
  unit: string;
  window?: string;
  /** The system its value comes from, which may fail. */
  source?: string;
}

/** The catalogue of the preset that has all of these features; undefined where none has. */
export function featureCatalogue(
  features: readonly string[],
): ReadonlyMap<string, CataloguedFeature> | undefined {
  for (const preset of Object.values(PRESETS)) {
    const columns = new Map(
      (preset.tables[0]?.columns ?? [])
        .filter(({ role }) => role === 'feature')
        .map(({ name, unit, window }) => {
          const source = preset === HK_RETAIL_PAYMENTS ? sourceOf(name) : undefined;
          return [
            name,
            { unit, ...(window !== undefined && { window }), ...(source !== undefined && { source }) },
          ];
        }),
    );
    if (features.length > 0 && features.every((name) => columns.has(name))) return columns;
  }
  return undefined;
}

function sourceOf(name: string): string | undefined {
  return FEATURES.find((feature) => feature.name === name)?.source;
}
