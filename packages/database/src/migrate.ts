import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { Client } from 'pg';
import { compareHistory, explainMigrationFailure } from './migrations/history.js';
import { migrationList, readMigrations, readSchema, type Migration } from './migrations/folder.js';
import { withMigrationLock } from './migrations/lock.js';
import { NO_FILTERS, withSchemaEngine } from './migrations/schema-engine.js';
import { withConnection } from './connect.js';
import { isOutageTemporary } from './unavailable.js';

/**
 * Applies the checked-in migrations that the database lacks. Any number of processes may call it at once.
 * @throws MigrationError with what to do when a migration fails, now or on an earlier run.
 */
export async function migrate(databaseUrl: string, log: Logger): Promise<void> {
  const migrations = await readMigrations();
  await withConnection(databaseUrl, async (connection) => {
    if (await isUpToDate(connection, migrations, log)) return;
    await withMigrationLock(connection, async () => {
      // Another process may have migrated meanwhile.
      if (await isUpToDate(connection, migrations, log)) return;
      const applied = await apply(databaseUrl, migrations);
      log.info({ migrations: applied }, 'migrated the database');
    });
  });
}

/** Fast, because it does not load the engine. */
async function isUpToDate(connection: Client, migrations: readonly Migration[], log: Logger): Promise<boolean> {
  const { missing, edited } = await compareHistory(connection, migrations);
  for (const { name } of edited) {
    log.warn(
      { migration: name },
      'the migration was edited after it was applied to this database; the edit has no effect',
    );
  }
  return missing.length === 0;
}

async function apply(databaseUrl: string, migrations: readonly Migration[]): Promise<string[]> {
  const migrationsList = migrationList(migrations);
  try {
    return await withSchemaEngine(databaseUrl, await readSchema(), async (engine) => {
      const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters: NO_FILTERS });
      return appliedMigrationNames;
    });
  } catch (error) {
    throw await explainMigrationFailure(error, databaseUrl);
  }
}

const RETRY_MS = 1_000;

/**
 * Migrates as soon as the database accepts connections, however long that takes. A service that exited instead would be restarted
 * with growing delays.
 * @throws as `migrate`, and when the database refuses the login
 */
export async function migrateWhenConnected(databaseUrl: string, log: Logger): Promise<void> {
  let reported: string | undefined;
  for (;;) {
    try {
      return await migrate(databaseUrl, log);
    } catch (error) {
      if (!isOutageTemporary(error)) throw error;
      const reason = (error as Error).message;
      if (reason !== reported) log.warn({ reason }, 'waiting for the database');
      reported = reason;
      await delay(RETRY_MS);
    }
  }
}
