import { DefaultNamingStrategy, type Table, type View } from 'typeorm';

/**
 * Names as PostgreSQL gives them by itself: snake case, `run_pkey`, `run_plan_id_fkey`, `run_digest_key`,
 * `run_state_idx`. A migration written by hand that names no constraint thus agrees with the entities.
 */
export class PostgresNamingStrategy extends DefaultNamingStrategy {
  override tableName(targetName: string, userSpecifiedName: string | undefined): string {
    return userSpecifiedName ?? snakeCase(targetName.replace(/Entity$/, ''));
  }

  override columnName(
    propertyName: string,
    customName: string | undefined,
    embeddedPrefixes: string[],
  ): string {
    return [...embeddedPrefixes.map(snakeCase), customName ?? snakeCase(propertyName)].join('_');
  }

  override relationName(propertyName: string): string {
    return snakeCase(propertyName);
  }

  override primaryKeyName(tableOrName: Table | string): string {
    return `${bareName(tableOrName)}_pkey`;
  }

  override uniqueConstraintName(tableOrName: Table | string, columnNames: string[]): string {
    return constraintName(tableOrName, columnNames, 'key');
  }

  override foreignKeyName(tableOrName: Table | string, columnNames: string[]): string {
    return constraintName(tableOrName, columnNames, 'fkey');
  }

  override relationConstraintName(tableOrName: Table | string, columnNames: string[]): string {
    return constraintName(tableOrName, columnNames, 'key');
  }

  override indexName(tableOrName: Table | View | string, columns: string[]): string {
    return constraintName(tableOrName, columns, 'idx');
  }

  override joinColumnName(relationName: string, referencedColumnName: string): string {
    return snakeCase(`${relationName}_${referencedColumnName}`);
  }

  override joinTableName(firstTableName: string, secondTableName: string): string {
    return snakeCase(`${bareName(firstTableName)}_${bareName(secondTableName)}`);
  }

  override joinTableColumnName(tableName: string, propertyName: string, columnName?: string): string {
    return snakeCase(`${bareName(tableName)}_${columnName ?? propertyName}`);
  }
}

/** PostgreSQL cuts a longer name; cut here as well, the comparison with the database would differ otherwise. */
function constraintName(tableOrName: Table | View | string, columns: string[], suffix: string): string {
  const stem = `${bareName(tableOrName)}_${columns.join('_')}`;
  return `${stem.slice(0, 63 - suffix.length - 1)}_${suffix}`;
}

function bareName(tableOrName: Table | View | string): string {
  const name = typeof tableOrName === 'string' ? tableOrName : tableOrName.name;
  return name.slice(name.lastIndexOf('.') + 1).replaceAll('"', '');
}

function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}
