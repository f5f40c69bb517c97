import { DatabaseError, escapeIdentifier } from 'pg';
import { withConnection } from './connection.js';

const DUPLICATE_DATABASE = '42P04';
/** Of two processes that create the database at once, one fails on the unique index of pg_database. */
const UNIQUE_VIOLATION = '23505';

/**
 * Creates the database unless it exists.
 * @param serverUrl any database of the server
 * @param template a database to copy; PostgreSQL refuses while a client is connected to it
 */
export async function createDatabase(serverUrl: string, name: string, template?: string): Promise<void> {
  await withConnection(serverUrl, async (connection) => {
    const { rowCount } = await connection.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount) return;
    const source = template === undefined ? '' : ` TEMPLATE ${escapeIdentifier(template)}`;
    try {
      await connection.query(`CREATE DATABASE ${escapeIdentifier(name)}${source}`);
    } catch (error) {
      const code = error instanceof DatabaseError ? error.code : undefined;
      if (code !== DUPLICATE_DATABASE && code !== UNIQUE_VIOLATION) throw error;
    }
  });
}
