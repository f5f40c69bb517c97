import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';

/** Prisma uses another key, which other programs on the server may hold. */
const LOCK_KEY = 'mcp-gateway migrations';
const LOCK_MS = 60_000;
const POLL_MS = 100;

/**
 * Runs `use` while no other process migrates this database. A transaction holds the lock, and another connection migrates: behind a
 * pooler in transaction mode, a session lock would stay on a connection that the pooler hands on.
 * @throws Error when another process holds it for more than a minute
 */
export async function withMigrationLock<T>(connection: Client, use: () => Promise<T>): Promise<T> {
  for (const deadline = Date.now() + LOCK_MS; Date.now() < deadline; await delay(POLL_MS)) {
    // Polls instead of waiting in SQL: a waiting transaction holds a connection, and the pooler may have only one.
    await connection.query('BEGIN');
    try {
      if (await isLocked(connection)) return await use();
    } finally {
      await connection.query('ROLLBACK').catch(() => {}); // a lost connection has released the lock
    }
  }
  throw new Error(
    `Another process has been migrating the database for more than ${LOCK_MS / 1000} s. Wait until it has finished, or end it; then start again.`,
  );
}

async function isLocked(connection: Client): Promise<boolean> {
  const { rows } = await connection.query<{ locked: boolean }>(
    'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS locked',
    [LOCK_KEY],
  );
  if (rows[0]?.locked !== true) return false;
  await connection.query('SET LOCAL idle_in_transaction_session_timeout = 0'); // a migration may take long
  return true;
}
