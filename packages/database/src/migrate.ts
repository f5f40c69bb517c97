import type { Logger } from '@mcp-gateway/platform/logging';
import type { Client } from 'pg';
import { compareHistory } from './migrations/applied.js';
import { explain } from './migrations/explain.js';
import { migrationList, readMigrations, readSchema, type Migration } from './migrations/folder.js';
import { withMigrationLock } from './migrations/lock.js';
import { NO_FILTERS, withSchemaEngine } from './migrations/schema-engine.js';
import { withSession } from './session.js';

/**
 * Applies the checked-in migrations that the database lacks. Any number of processes may do so at once.
 * @throws MigrationError with what to do when a migration fails, now or on an earlier run.
 */
export async function migrate(databaseUrl: string, log: Logger): Promise<void> {
  const migrations = await readMigrations();
  await withSession(databaseUrl, async (session) => {
    if (await isUpToDate(session, migrations, log)) return;
    await withMigrationLock(session, async () => {
      // Somebody else may have done it in the meantime.
      if (await isUpToDate(session, migrations, log)) return;
      const applied = await apply(databaseUrl, migrations);
      log.info({ migrations: applied }, 'migrated the database');
    });
  });
}

/** Cheap: loads no engine. */
async function isUpToDate(session: Client, migrations: readonly Migration[], log: Logger): Promise<boolean> {
  const { missing, edited } = await compareHistory(session, migrations);
  for (const { name } of edited) {
    log.warn({ migration: name }, 'the migration was edited after it had been applied here; the edit has no effect');
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
    throw await explain(error, databaseUrl);
  }
}
