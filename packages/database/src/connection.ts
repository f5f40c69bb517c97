import { Client, type ClientConfig } from 'pg';
import { checkDatabaseUrl, redactedUrl } from './url.js';

const CONNECT_MS = 5_000;
/** Longer than any statement on such a connection takes. It ends the wait for a server that has stopped answering. */
const SILENCE_MS = 120_000;

/** The settings of every connection of the gateway. */
export function connectionConfig(url: string, connectTimeoutMs = CONNECT_MS) {
  return {
    connectionString: checkDatabaseUrl(url),
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    fallback_application_name: 'mcp-gateway',
  } satisfies ClientConfig;
}

/**
 * Runs `use` on a connection of its own and ends the connection afterwards.
 * @throws Error that names the database and says why the connection failed; its cause is the error of the driver
 */
export async function withConnection<T>(url: string, use: (connection: Client) => Promise<T>): Promise<T> {
  const connection = new Client({ ...connectionConfig(url), query_timeout: SILENCE_MS });
  connection.on('error', () => {}); // the running query reports it
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
