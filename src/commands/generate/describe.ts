import type { ParameterSpec, Preset } from '../../engine/synthesis/index.js';

/** One line a preset. */
export function list(presets: readonly Preset[]): string {
  return presets.map(({ name, title, row }) => `${name}  ${title}; a row is one ${row}\n`).join('');
}

/** What a preset makes and how it can be asked for: parameters with their ranges, tables with their columns. */
export function describePreset(preset: Preset): string {
  return [
    `${preset.name}: ${preset.title}`,
    preset.description,
    `A row is one ${preset.row}; up to ${preset.mostRows} rows, about ${preset.bytesPerRow} bytes each on the disk.`,
    '',
    'Parameters (--set name=value):',
    ...preset.parameters.map(
      (spec) => `  ${spec.name}=${spec.default}  ${rangeOf(spec)}\n      ${spec.description}`,
    ),
    ...preset.tables.flatMap((table) => [
      '',
      `Table ${table.name} (${table.per === 'split' ? 'one a split' : 'one a version'}): ${table.description}`,
      ...table.columns.map(
        ({ name, type, definition, unit, window, optional }) =>
          `  ${name}  ${type}${optional === true ? ' or null' : ''}, ${unit}${window === undefined ? '' : `, ${window}`}\n      ${definition}`,
      ),
    ]),
    '',
  ].join('\n');
}

function rangeOf(spec: ParameterSpec): string {
  switch (spec.type) {
    case 'choice':
      return `one of ${spec.choices.join(', ')}`;
    case 'series':
      return `${spec.minimum} to ${spec.maximum}, or one value a month: a/b/c`;
    case 'integer':
      return `whole number, ${spec.minimum} to ${spec.maximum}`;
    case 'number':
      return `${spec.minimum} to ${spec.maximum}`;
  }
}
