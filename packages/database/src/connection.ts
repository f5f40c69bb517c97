import { Client, type ClientConfig } from 'pg';
import { checkDatabaseUrl, redactedUrl } from './url.js';

const CONNECT_MS = 5_000;
/** Longer than anything done here may take; it is for a server that has stopped to answer. */
const SILENCE_MS = 120_000;

/** What every connection of the gateway has in common. */
export function connectionConfig(url: string, connectTimeoutMs = CONNECT_MS) {
  return {
    connectionString: checkDatabaseUrl(url),
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    fallback_application_name: 'mcp-gateway',
  } satisfies ClientConfig;
}

/**
 * Runs `use` on one connection of its own, which ends after it.
 * @throws Error that names the database and says why it cannot be reached; its cause is what the driver threw.
 */
export async function withConnection<T>(url: string, use: (connection: Client) => Promise<T>): Promise<T> {
  const connection = new Client({ ...connectionConfig(url), query_timeout: SILENCE_MS });
  connection.on('error', () => {}); // the query that is under way reports it
  try {
    await connection.connect();
  } catch (cause) {
    const message = `Cannot connect to PostgreSQL at ${redactedUrl(url)}: ${messageOf(cause)}. Check that it runs and that DATABASE_URL is right.`;
    throw new Error(message, { cause });
  }
  try {
    return await use(connection);
  } finally {
    await connection.end();
  }
}

/** @throws as `withConnection` */
export const checkDatabase = (url: string): Promise<void> => withConnection(url, async () => {});

/** A host with several addresses fails with an AggregateError, which has a code but no message. */
function messageOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}
