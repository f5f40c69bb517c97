import { PrismaPg } from '@prisma/adapter-pg';
import { Pool } from 'pg';
import { PrismaClient } from './generated/client.js';
import { connectionConfig } from './session.js';

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

/** Connects when the first query comes, and again whenever the database was away. */
export function connectDatabase(url: string, options: ConnectOptions): Database {
  const { poolSize, connectTimeoutMs, statementTimeoutMs = 10_000 } = options;
  const pool = new Pool({
    ...connectionConfig(url, connectTimeoutMs),
    max: poolSize,
    idleTimeoutMillis: IDLE_MS,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + SILENCE_MS,
  });
  // `minimal`: the other formats quote the arguments of a failed call, and those hold environment variables.
  return new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: true }), errorFormat: 'minimal' });
}
