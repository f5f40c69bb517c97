import { PrismaPg } from '@prisma/adapter-pg';
import { Pool, type ClientBase } from 'pg';
import { PrismaClient } from './generated/client.js';
import { connectionConfig } from './connection.js';

/** Ends with `$disconnect()`. */
export type Database = PrismaClient;

export interface ConnectOptions {
  /** Connections of this process at most. */
  poolSize: number;
  /** Bounds the wait for a free connection, and for the server to accept a new one. */
  connectTimeoutMs?: number;
  statementTimeoutMs?: number;
}

const IDLE_MS = 60_000;
/** How much longer than the server's own limit to wait for a server that does not say anything at all. */
const SILENCE_MS = 1_000;

/**
 * Has the server end what takes too long. Not at the start of the connection, where PgBouncer refuses it, and not behind a pooler
 * at all, which hands the connection on with its settings: there the server's process is not the one that answered the start, and
 * `query_timeout` has to do.
 */
async function limitStatements(client: ClientBase, ms: number) {
  const { processID } = client as ClientBase & { processID: number | null };
  await client.query(`SELECT set_config('statement_timeout', $1, false) WHERE pg_backend_pid() = $2`, [ms, processID]);
}

/** Connects when the first query comes, and again whenever the database was away. */
export function connectDatabase(url: string, options: ConnectOptions): Database {
  const { poolSize, connectTimeoutMs, statementTimeoutMs = 10_000 } = options;
  const pool = new Pool({
    ...connectionConfig(url, connectTimeoutMs),
    max: poolSize,
    idleTimeoutMillis: IDLE_MS,
    onConnect: (client): unknown => limitStatements(client, statementTimeoutMs), // which is waited for
    query_timeout: statementTimeoutMs + SILENCE_MS,
  });
  // `minimal`: the other formats quote the arguments of a failed call, and those hold environment variables.
  return new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: true }), errorFormat: 'minimal' });
}
