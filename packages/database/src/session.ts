import { Client, type ClientConfig } from 'pg';
import { checkDatabaseUrl, labelOf } from './url.js';

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
export async function withSession<T>(url: string, use: (session: Client) => Promise<T>): Promise<T> {
  const session = new Client({ ...connectionConfig(url), query_timeout: SILENCE_MS });
  session.on('error', () => {}); // the query that is under way reports it
  try {
    await session.connect();
  } catch (cause) {
    const message = `Cannot connect to PostgreSQL at ${labelOf(url)}: ${reasonOf(cause)}. Check that it runs and that DATABASE_URL is right.`;
    throw new Error(message, { cause });
  }
  try {
    return await use(session);
  } finally {
    await session.end();
  }
}

/** @throws as `withSession` */
export const checkDatabase = (url: string): Promise<void> => withSession(url, async () => {});

/** A host with several addresses fails with an AggregateError, which has a code but no message. */
function reasonOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}
