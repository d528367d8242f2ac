import pg from 'pg';

/** Sent so often before, a statement is worth a plan that is kept. */
const USES = 3;
/** Statements that a process keeps plans of, on each of its connections: more are sent as they always were. */
const MOST_PREPARED = 250;

interface Known {
  /** under which the server keeps it: a name stands for one text for ever, since nothing is taken out */
  name: string;
  uses: number;
}

const known = new Map<string, Known>();

/** @returns the name of a statement that is to be kept */
function preparedName(text: string): string | undefined {
  const statement = known.get(text) ?? { name: `statement_${known.size + 1}`, uses: 0 };
  if (statement.uses === 0 && known.size >= MOST_PREPARED) return undefined;
  statement.uses += 1;
  known.set(text, statement);
  return statement.uses > USES ? statement.name : undefined;
}

/**
 * A connection on which the server parses and plans a statement with parameters once, and not each time it is sent: with
 * row-level security that is most of what a short statement costs. PostgreSQL itself sees to it that a kept plan follows a
 * change of the tables.
 */
export class PreparingClient extends pg.Client {
  /** As the driver's own, whose overloads have nothing in common that could be stated: `never` fits each of them. */
  override query(...sent: unknown[]): never {
    const [text, values] = sent;
    const query = super.query.bind(this) as (...of: unknown[]) => never;
    const name =
      typeof text === 'string' && Array.isArray(values) && values.length > 0 ? preparedName(text) : undefined;
    return name === undefined ? query(...sent) : query({ name, text }, ...sent.slice(1));
  }
}
