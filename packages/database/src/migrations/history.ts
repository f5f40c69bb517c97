import type { Client } from 'pg';
import type { Migration } from './folder.js';

/** The finished migrations of the database: name → checksum. Empty for a database that was never migrated. */
async function finishedMigrations(connection: Client): Promise<Map<string, string>> {
  // Look for the table first: an error would abort the transaction that holds the lock.
  const { rows: found } = await connection.query(
    "SELECT FROM pg_tables WHERE tablename = '_prisma_migrations' AND schemaname = 'public'",
  );
  if (found.length === 0) return new Map();
  const { rows } = await connection.query<{ migration_name: string; checksum: string }>(
    'SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  return new Map(rows.map(({ migration_name, checksum }) => [migration_name, checksum]));
}

export interface History {
  /** Not finished in this database. */
  missing: Migration[];
  /** Finished, but the checked-in text has changed since. */
  edited: Migration[];
}

/** Ignores migrations that only the database has: an older version of the gateway may run on a newer database. */
export async function compareHistory(connection: Client, migrations: readonly Migration[]): Promise<History> {
  const finished = await finishedMigrations(connection);
  return {
    missing: migrations.filter(({ name }) => !finished.has(name)),
    edited: migrations.filter(({ name, checksum }) => finished.has(name) && finished.get(name) !== checksum),
  };
}
