import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { BridgewatchError } from '../../kernel/errors.ts';
import { sha256 } from '../../kernel/ids.ts';
import type { Connection } from './connection.ts';

/** Holds the application's rights. Nobody signs in as it. */
const APP_ROLE = 'bridgewatch_app';

const DUPLICATE_OBJECT = '42710';
const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Makes the application's role, and the login of this database that belongs to it, and says how to sign in as that login.
 * Roles are shared by all databases of a server, so each database has a login of its own; its password is random and kept in a
 * schema only the owner can read. `client` is the owner's. Throws `STATE_CANNOT_CREATE_ROLE`.
 */
export async function prepareAppLogin(client: pg.Client, owner: Connection): Promise<Connection> {
  const password = await keptPassword(client);
  const login = `${APP_ROLE}_${sha256(owner.database).slice(0, 8)}`;
  try {
    await createRole(client, APP_ROLE, 'NOLOGIN');
    if (await createRole(client, login, `LOGIN PASSWORD ${pg.escapeLiteral(password)}`)) {
      await client.query(`GRANT ${APP_ROLE} TO ${login}`);
    }
  } catch (error) {
    if (!(error instanceof pg.DatabaseError && error.code === INSUFFICIENT_PRIVILEGE)) throw error;
    throw new BridgewatchError(
      'STATE_CANNOT_CREATE_ROLE',
      `${owner.user} may not make the application's role (${error.message}). As a superuser: ALTER ROLE ${owner.user} CREATEROLE; ` +
        `and where ${APP_ROLE} exists already: GRANT ${APP_ROLE} TO ${owner.user} WITH ADMIN OPTION`,
      500,
      { cause: error },
    );
  }
  return { ...owner, user: login, password };
}

async function keptPassword(client: pg.Client): Promise<string> {
  await client.query('CREATE SCHEMA IF NOT EXISTS bridgewatch_private');
  await client.query('CREATE TABLE IF NOT EXISTS bridgewatch_private.app_login (password text NOT NULL)');
  const kept = await client.query<{ password: string }>('SELECT password FROM bridgewatch_private.app_login');
  if (kept.rows[0] !== undefined) return kept.rows[0].password;
  const password = randomBytes(24).toString('base64url');
  await client.query('INSERT INTO bridgewatch_private.app_login VALUES ($1)', [password]);
  return password;
}

/** True when it was made now. */
async function createRole(client: pg.Client, role: string, rights: string): Promise<boolean> {
  const present = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
  if (present.rowCount === 1) return false;
  try {
    await client.query(`CREATE ROLE ${role} ${rights} NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE`);
    return true;
  } catch (error) {
    // Another database of this server was being prepared at the same time.
    if (error instanceof pg.DatabaseError && error.code === DUPLICATE_OBJECT) return false;
    throw error;
  }
}

/** Throws `STATE_APP_ROLE_UNSAFE` when row-level security would not bind whoever `client` is signed in as. */
export async function requireBoundRole(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string; why: string | null }>(`
    SELECT current_user AS name, CASE
      WHEN r.rolsuper THEN 'is a superuser'
      WHEN r.rolbypassrls THEN 'has BYPASSRLS'
      WHEN EXISTS (SELECT FROM pg_class WHERE relname = 'tenants' AND relnamespace = 'public'::regnamespace
                   AND pg_has_role(current_user, relowner, 'MEMBER')) THEN 'owns the tables'
      END AS why
    FROM pg_roles r WHERE r.rolname = current_user`);
  const found = rows[0];
  if (found === undefined || found.why === null) return;
  throw new BridgewatchError(
    'STATE_APP_ROLE_UNSAFE',
    `The application's role ${found.name} ${found.why}, so tenants would not be kept apart; make it an ordinary role`,
  );
}
