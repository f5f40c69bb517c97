import { Client, DatabaseError, escapeIdentifier, Pool, type ClientBase, type ClientConfig } from 'pg';
import { PrismaPg } from '@prisma/adapter-pg';
import { checkDatabaseUrl, redactedUrl } from './url.js';
import { PrismaClient } from './generated/client.js';

const CONNECT_MS = 5_000;
/** Longer than any statement of `withConnection` takes. It ends the wait for a server that has stopped answering. */
const SINGLE_QUERY_MS = 120_000;

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
  const connection = new Client({ ...connectionConfig(url), query_timeout: SINGLE_QUERY_MS });
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

/** Ends with `$disconnect()`. */
export type Database = PrismaClient;

export interface ConnectOptions {
  /** Maximum number of connections of this process. */
  poolSize: number;
  /** Limits the wait for a free connection and for the server to accept a new one. */
  connectTimeoutMs?: number;
  statementTimeoutMs?: number;
}

const IDLE_MS = 60_000;
/** Added to the statement timeout of the server, for a server that does not answer at all. */
const SILENCE_MS = 1_000;

/**
 * Lets the server end statements that take too long. PgBouncer refuses this setting at the start of a connection, and a pooler hands
 * a connection on with its settings. Behind a pooler the process id differs from the one at the start, so nothing is set there, and
 * `query_timeout` alone limits statements.
 */
async function limitStatements(client: ClientBase, ms: number) {
  const { processID } = client as ClientBase & { processID: number | null };
  await client.query(`SELECT set_config('statement_timeout', $1, false) WHERE pg_backend_pid() = $2`, [ms, processID]);
}

/** A client of the pool that connects to the URL of now. */
const clientOf = (urlNow: () => string) =>
  class extends Client {
    constructor(config?: ClientConfig) {
      super({ ...config, connectionString: urlNow() });
    }
  };

/**
 * Connects with the first query, and again after each outage of the database.
 * @param url as a function: each new connection asks for it, so that a password can change
 */
export function connectDatabase(url: string | (() => string), options: ConnectOptions): Database {
  const { poolSize, connectTimeoutMs, statementTimeoutMs = 10_000 } = options;
  const urlNow = typeof url === 'string' ? () => url : url;
  const pool = new Pool({
    ...connectionConfig(urlNow(), connectTimeoutMs),
    Client: clientOf(urlNow),
    max: poolSize,
    idleTimeoutMillis: IDLE_MS,
    onConnect: (client): unknown => limitStatements(client, statementTimeoutMs), // the pool waits for it
    query_timeout: statementTimeoutMs + SILENCE_MS,
  });
  // `minimal`: the other formats quote the arguments of a failed call, which contain environment variables.
  return new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: true }), errorFormat: 'minimal' });
}

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
