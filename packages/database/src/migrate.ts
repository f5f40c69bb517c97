import type { Logger } from '@mcp-gateway/common/logging';
import { DatabaseError, type Client } from 'pg';
import { compareHistory } from './migrations/applied.js';
import { explain } from './migrations/explain.js';
import { migrationList, readMigrations, readSchema, type Migration } from './migrations/folder.js';
import { NO_FILTERS, withSchemaEngine } from './migrations/schema-engine.js';
import { withSession } from './session.js';

/** Not Prisma's own key: the engine takes that one on another connection while this one is held. */
const LOCK_KEY = 'mcp-gateway migrations';
const LOCK_MS = 60_000;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Applies the checked-in migrations that the database lacks. Any number of processes may do so at once.
 * @throws MigrationError with what to do when a migration fails, now or on an earlier run.
 */
export async function migrate(databaseUrl: string, log: Logger): Promise<void> {
  const migrations = await readMigrations();
  await withSession(databaseUrl, async (session) => {
    if (await isUpToDate(session, migrations, log)) return;
    await lock(session);
    // Somebody else may have done it in the meantime.
    if (await isUpToDate(session, migrations, log)) return;
    const applied = await apply(databaseUrl, migrations);
    log.info({ migrations: applied }, 'migrated the database');
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

/** Held until the session ends. */
async function lock(session: Client): Promise<void> {
  await session.query(`SET lock_timeout = ${LOCK_MS}`);
  try {
    await session.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [LOCK_KEY]);
  } catch (cause) {
    if (!(cause instanceof DatabaseError) || cause.code !== LOCK_NOT_AVAILABLE) throw cause;
    throw new Error(`Another process has been migrating the database for more than ${LOCK_MS / 1000} s.`, { cause });
  }
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
