import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Configuration, VARIABLES } from './configuration.js';
import { PlatformError } from './platform-error.js';

/** Every problem of the configuration, a line each: `SANDBOX_PORT is "x": must be a whole number from 0 to 65535`. */
export class ConfigurationError extends PlatformError {
  constructor(readonly problems: readonly string[]) {
    super('CONFIGURATION_INVALID', problems.join('\n'));
    this.name = 'ConfigurationError';
  }
}

export type ConfigurationOverrides = Partial<Record<keyof typeof VARIABLES, string | number | boolean>>;

/**
 * The settings from the environment, with `overrides` (a command's options) before them and defaults behind.
 * The only reader of the environment.
 *
 * @throws ConfigurationError with every problem, unknown `SANDBOX_` variables included
 */
export function loadConfiguration(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  overrides: ConfigurationOverrides = {},
): Configuration {
  const names = Object.entries(VARIABLES) as [keyof typeof VARIABLES, string][];
  const problems = unknownVariables(environment, new Set(names.map(([, variable]) => variable)));
  const given: Record<string, unknown> = {};
  for (const [property, variable] of names) {
    const value = overrides[property] ?? environment[variable];
    // An empty variable is how shells and compose files say "not set".
    if (value !== undefined && value !== '') given[property] = value;
  }
  const data = overrides.data ?? environment[VARIABLES.data];
  given['data'] =
    typeof data === 'string' && data !== '' ? path.resolve(data) : path.join(projectFolder(), '.data');
  const configuration = plainToInstance(Configuration, given, {
    excludeExtraneousValues: true,
    exposeDefaultValues: true,
    exposeUnsetFields: false,
  });
  for (const error of validateSync(configuration, { forbidUnknownValues: true })) {
    const property = error.property as keyof typeof VARIABLES;
    const messages = new Set(Object.values(error.constraints ?? {}));
    const value = shown(property, given[property]);
    for (const message of messages) problems.push(`${VARIABLES[property]} is ${value}: ${message}`);
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return Object.freeze(configuration);
}

/** A database URL holds a password. */
function shown(property: string, value: unknown): string {
  return property === 'databaseUrl' ? 'not a database address' : JSON.stringify(value);
}

function unknownVariables(
  environment: Readonly<Record<string, string | undefined>>,
  known: ReadonlySet<string>,
): string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith('SANDBOX_') && !known.has(name))
    .sort()
    .map((name) => {
      const [nearest] = [...known].sort((a, b) => distance(name, a) - distance(name, b));
      const near = nearest !== undefined && distance(name, nearest) <= 4;
      return `${name} is no variable of this service${near ? `: did you mean ${nearest}?` : ''}`;
    });
}

/** Levenshtein's: the fewest letters to insert, delete or replace. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The nearest folder above with a package.json, from source and compiled files alike. */
function projectFolder(): string {
  let folder = import.meta.dirname;
  while (!fs.existsSync(path.join(folder, 'package.json')) && path.dirname(folder) !== folder) {
    folder = path.dirname(folder);
  }
  return folder;
}
