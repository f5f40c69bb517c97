import type { Client } from 'pg';
import type { Migration } from './folder.js';
import { withConnection } from '../connect.js';
import { redactedUrl } from '../url.js';

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

const RESOLVE = 'node packages/database/dist/main.js resolve';

/** A migration problem that a person has to solve; the message says how. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

interface Failure {
  name: string;
  logs: string | null;
}

/** Turns an error of the schema engine into a message that says what to do. */
export async function explainMigrationFailure(thrown: unknown, databaseUrl: string): Promise<Error> {
  const { code, message } = thrown as { code?: string; message: string };
  const label = redactedUrl(databaseUrl);
  if (code === 'P3005') {
    return new MigrationError(
      `The database ${label} has tables of another program. Give the gateway an empty database of its own.`,
      { cause: thrown },
    );
  }
  const [failure] = await failedMigrations(databaseUrl).catch(() => []);
  if (!failure) {
    return new MigrationError(`The database ${label} could not be migrated: ${withoutTrace(message)}`, {
      cause: thrown,
    });
  }
  const { name, logs } = failure;
  return new MigrationError(
    `The migration ${name} ${code === 'P3009' ? 'failed on an earlier run' : 'failed'} in the database ${label}, ` +
      'and no other is applied until that is resolved. ' +
      (logs ? `PostgreSQL said: ${firstLine(logs)}\n` : 'It was interrupted.\n') +
      `If its changes are not in the database (a failed script is rolled back as a whole): ${RESOLVE} rolled-back ${name}\n` +
      `If they are: ${RESOLVE} applied ${name}\n` +
      'Then start again.',
    { cause: thrown },
  );
}

async function failedMigrations(databaseUrl: string): Promise<Failure[]> {
  return withConnection(databaseUrl, async (connection) => {
    const { rows } = await connection.query<Failure>(
      'SELECT migration_name AS name, logs FROM _prisma_migrations ' +
        'WHERE finished_at IS NULL AND rolled_back_at IS NULL ORDER BY started_at',
    );
    return rows;
  });
}

/** Cuts the stack trace that the engine appends. */
const withoutTrace = (message: string): string => message.split(/\n\s+0: /, 1)[0]?.trim() ?? message;

const firstLine = (text: string): string => /ERROR: .*/.exec(text)?.[0] ?? text.trim().split('\n', 1)[0] ?? '';
