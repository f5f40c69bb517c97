import { PrismaPg } from '@prisma/adapter-pg';
import { Pool, type ClientBase } from 'pg';
import { PrismaClient } from './generated/client.js';
import { connectionConfig } from './connection.js';

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

/** Connects with the first query, and again after each outage of the database. */
export function connectDatabase(url: string, options: ConnectOptions): Database {
  const { poolSize, connectTimeoutMs, statementTimeoutMs = 10_000 } = options;
  const pool = new Pool({
    ...connectionConfig(url, connectTimeoutMs),
    max: poolSize,
    idleTimeoutMillis: IDLE_MS,
    onConnect: (client): unknown => limitStatements(client, statementTimeoutMs), // the pool waits for it
    query_timeout: statementTimeoutMs + SILENCE_MS,
  });
  // `minimal`: the other formats quote the arguments of a failed call, which contain environment variables.
  return new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: true }), errorFormat: 'minimal' });
}
