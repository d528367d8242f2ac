import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import pg from 'pg';
import { PlatformError, reasonOf } from '../config/platform-error.js';
import type { ConnectionAddress } from './connection.js';

/** Owns the schema `sandbox`; migrations run as it, the service never does. */
export const OWNER_ROLE = 'sandbox_owner';
/** Owns the schema `pgboss`, the job queue's, and nothing else. */
export const JOBS_ROLE = 'sandbox_jobs';
/** Own nothing and are bound by row-level security; each power of the service has its own. */
export const APPLICATION_ROLES = [
  'sandbox_api',
  'sandbox_launcher',
  'sandbox_evaluator',
  'sandbox_signer',
] as const;
export const DATABASE_ROLES = [OWNER_ROLE, JOBS_ROLE, ...APPLICATION_ROLES] as const;
export type DatabaseRole = (typeof DATABASE_ROLES)[number];

export const SCHEMA = 'sandbox';
export const JOBS_SCHEMA = 'pgboss';

/** Session-wide in one database: two processes may start at the same moment. */
const BOOTSTRAP_LOCK = 'sandbox bootstrap';

export interface RoleBootstrapOptions {
  /** Somebody who may create roles, connected to the sandbox's database. */
  admin: ConnectionAddress;
  /** Holds a file a role with its password, mode 0600. */
  secretsFolder: string;
  /**
   * Whether a role that exists but whose password file is gone gets a new password. Right for a server of our
   * own; on a shared server it would lock another installation out, so there it is refused.
   */
  renewLostPasswords: boolean;
}

/**
 * Makes sure that the roles and their two schemas exist as this module's constants say; safe to repeat and to
 * run from several processes at once.
 *
 * @throws PlatformError `DATABASE_PRIVILEGE_MISSING` with the SQL to run first; `DATABASE_ROLE_TOO_STRONG` when
 *   a role would escape row-level security; `DATABASE_PASSWORD_LOST`
 */
export async function bootstrapRoles(options: RoleBootstrapOptions): Promise<void> {
  const client = await connect(options.admin);
  try {
    // Session-level, so that the passwords' files are written under it too.
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [BOOTSTRAP_LOCK]);
    const state = await inspect(client);
    refuseStrongRoles(state);
    requirePrivileges(client, state);
    const passwords = preparePasswords(state, options);
    await client.query('BEGIN');
    for (const role of DATABASE_ROLES) await ensureRole(client, role, state, passwords.get(role));
    await ensureSchema(client, SCHEMA, OWNER_ROLE, APPLICATION_ROLES, state);
    await ensureSchema(client, JOBS_SCHEMA, JOBS_ROLE, APPLICATION_ROLES, state);
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

/** The way in of one role, with the password that `bootstrapRoles` keeps for it. */
export function roleAddress(
  server: ConnectionAddress,
  role: DatabaseRole,
  secretsFolder: string,
): ConnectionAddress {
  const file = path.join(secretsFolder, role);
  try {
    return { ...server, user: role, password: fs.readFileSync(file, 'utf8').trim() };
  } catch (error) {
    throw new PlatformError(
      'DATABASE_PASSWORD_LOST',
      `cannot read the password of role ${role}: ${reasonOf(error)}`,
    );
  }
}

/** @throws PlatformError `DATABASE_UNREACHABLE`; the message names the server and never holds the password */
export async function connect(address: ConnectionAddress): Promise<pg.Client> {
  const client = new pg.Client({ ...address, application_name: 'sandbox', connectionTimeoutMillis: 15_000 });
  // A connection that breaks later fails its next query; without a listener it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    const { user, host, port, database } = address;
    throw new PlatformError(
      'DATABASE_UNREACHABLE',
      `cannot connect to PostgreSQL as ${user} at ${host}:${port}/${database}: ${reasonOf(error)}`,
      { cause: error },
    );
  }
}

interface State {
  superuser: boolean;
  mayCreateRoles: boolean;
  mayCreateSchemas: boolean;
  version: number;
  admin: string;
  database: string;
  roles: Map<string, { strong: boolean }>;
  schemas: Map<string, string>;
}

async function inspect(client: pg.Client): Promise<State> {
  const self = await client.query<{
    admin: string;
    database: string;
    superuser: boolean;
    createrole: boolean;
    createschema: boolean;
    version: number;
  }>(
    `SELECT current_user AS admin, current_database() AS database, rolsuper AS superuser,
            rolcreaterole AS createrole,
            has_database_privilege(current_database(), 'CREATE') AS createschema,
            current_setting('server_version_num')::int AS version
       FROM pg_roles WHERE rolname = current_user`,
  );
  const me = self.rows[0];
  if (me === undefined) throw new Error('the current user is missing from pg_roles');
  const roles = await client.query<{ name: string; strong: boolean }>(
    `SELECT rolname AS name, rolsuper OR rolbypassrls OR rolcreaterole OR rolreplication AS strong
       FROM pg_roles WHERE rolname = ANY ($1)`,
    [DATABASE_ROLES],
  );
  const schemas = await client.query<{ name: string; owner: string }>(
    `SELECT nspname AS name, pg_get_userbyid(nspowner) AS owner FROM pg_namespace WHERE nspname = ANY ($1)`,
    [[SCHEMA, JOBS_SCHEMA]],
  );
  return {
    superuser: me.superuser,
    mayCreateRoles: me.superuser || me.createrole,
    mayCreateSchemas: me.createschema,
    version: me.version,
    admin: me.admin,
    database: me.database,
    roles: new Map(roles.rows.map((row) => [row.name, row])),
    schemas: new Map(schemas.rows.map((row) => [row.name, row.owner])),
  };
}

function refuseStrongRoles(state: State): void {
  for (const [name, { strong }] of state.roles) {
    if (strong) {
      throw new PlatformError(
        'DATABASE_ROLE_TOO_STRONG',
        `role ${name} would escape row-level security; run first, as a superuser: ` +
          `ALTER ROLE ${name} NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION;`,
      );
    }
  }
}

function requirePrivileges(client: pg.Client, state: State): void {
  const rolesMissing = DATABASE_ROLES.some((role) => !state.roles.has(role));
  const schemasMissing = [SCHEMA, JOBS_SCHEMA].some((schema) => !state.schemas.has(schema));
  const admin = client.escapeIdentifier(state.admin);
  const remedies: string[] = [];
  if (rolesMissing && !state.mayCreateRoles) remedies.push(`ALTER ROLE ${admin} CREATEROLE;`);
  if (schemasMissing && !state.mayCreateSchemas) {
    remedies.push(`GRANT CREATE ON DATABASE ${client.escapeIdentifier(state.database)} TO ${admin};`);
  }
  if (remedies.length > 0) {
    throw new PlatformError(
      'DATABASE_PRIVILEGE_MISSING',
      `the role ${state.admin} of DATABASE_URL may not set the database up; run first, as a superuser: ` +
        remedies.join(' '),
    );
  }
}

/** Reads or makes the passwords; a role is absent from the result when its password is to stay as it is. */
function preparePasswords(state: State, options: RoleBootstrapOptions): Map<DatabaseRole, string> {
  fs.mkdirSync(options.secretsFolder, { recursive: true, mode: 0o700 });
  const passwords = new Map<DatabaseRole, string>();
  for (const role of DATABASE_ROLES) {
    const file = path.join(options.secretsFolder, role);
    if (fs.existsSync(file)) {
      if (state.mayCreateRoles) passwords.set(role, fs.readFileSync(file, 'utf8').trim());
      continue;
    }
    if (state.roles.has(role) && !options.renewLostPasswords) {
      throw new PlatformError(
        'DATABASE_PASSWORD_LOST',
        `role ${role} exists on the server of DATABASE_URL but its password is not in ${file}; put it there, ` +
          `or, if no other installation uses the role, run as a superuser: DROP OWNED BY ${role}; DROP ROLE ${role};`,
      );
    }
    const password = randomBytes(24).toString('base64url');
    const draft = `${file}.${process.pid}`;
    fs.writeFileSync(draft, `${password}\n`, { mode: 0o600, flush: true });
    fs.renameSync(draft, file);
    passwords.set(role, password);
  }
  return passwords;
}

async function ensureRole(
  client: pg.Client,
  role: DatabaseRole,
  state: State,
  password: string | undefined,
): Promise<void> {
  if (!state.roles.has(role)) {
    await client.query(
      `CREATE ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT`,
    );
  }
  if (password !== undefined) {
    await client.query(`ALTER ROLE ${role} PASSWORD ${client.escapeLiteral(scramVerifier(password))}`);
  }
}

async function ensureSchema(
  client: pg.Client,
  schema: string,
  owner: DatabaseRole,
  users: readonly DatabaseRole[],
  state: State,
): Promise<void> {
  const found = state.schemas.get(schema);
  if (found === owner) return;
  if (found !== undefined) {
    throw new PlatformError(
      'DATABASE_SCHEMA_FOREIGN',
      `schema ${schema} belongs to role ${found}, not to ${owner}; run first: ALTER SCHEMA ${schema} OWNER TO ${owner};`,
    );
  }
  // Who may create roles is not thereby a member of them; membership is taken for these statements only.
  if (!state.superuser) {
    await client.query(`GRANT ${owner} TO CURRENT_USER${state.version >= 160_000 ? ' WITH SET TRUE' : ''}`);
  }
  await client.query(`CREATE SCHEMA ${schema} AUTHORIZATION ${owner}`);
  await client.query(`SET LOCAL ROLE ${owner}`);
  await client.query(`GRANT USAGE ON SCHEMA ${schema} TO ${users.join(', ')}`);
  await client.query('RESET ROLE');
  if (!state.superuser) await client.query(`REVOKE ${owner} FROM CURRENT_USER`);
}

/** What PostgreSQL stores of a password (RFC 5803), so that the password itself reaches no server log. */
function scramVerifier(password: string): string {
  const iterations = 4096;
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const hmac = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(hmac('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${hmac('Server Key').toString('base64')}`;
}
