import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { migrationList, MIGRATIONS_FOLDER, readMigrations, readSchema } from './folder.js';
import { withMigrationLock } from './lock.js';
import { NO_FILTERS, withSchemaEngine, type SchemaEngine } from './schema-engine.js';
import { withConnection } from '../connect.js';

/**
 * The SQL that would bring the checked-in migrations to schema.prisma; undefined when they agree.
 * @param serverUrl a server on which a temporary database may be created; the database in the URL does not change
 */
export async function findDrift(serverUrl: string): Promise<string | undefined> {
  const schema = await readSchema();
  const migrations = migrationList(await readMigrations());
  return withSchemaEngine(serverUrl, schema, async (engine) => {
    const { exitCode, stdout } = await engine.diff({
      from: { tag: 'migrations', ...migrations },
      to: { tag: 'schemaDatamodel', ...schema },
      script: true,
      exitCode: true, // 2 when they differ
      filters: NO_FILTERS,
    });
    return exitCode === 0 ? undefined : (stdout ?? '');
  });
}

/**
 * Writes a migration from the checked-in state to schema.prisma. A person reads and completes it.
 * @returns the folder of the migration; undefined when there is nothing to change
 */
export async function createMigration(serverUrl: string, name: string): Promise<string | undefined> {
  const sql = await findDrift(serverUrl);
  if (sql === undefined) return undefined;
  const time = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const folder = join(MIGRATIONS_FOLDER, `${time}_${name.replaceAll(/\W+/g, '_').toLowerCase()}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'migration.sql'), sql);
  return folder;
}

/** Records whether the changes of a failed migration are in the database; a person has found that out. */
export async function resolveMigration(databaseUrl: string, name: string, state: 'applied' | 'rolled-back') {
  const migrationsList = migrationList(await readMigrations());
  const resolve = (engine: SchemaEngine) =>
    state === 'applied'
      ? engine.markMigrationApplied({ migrationName: name, migrationsList })
      : engine.markMigrationRolledBack({ migrationName: name });
  const schema = await readSchema();
  await withConnection(databaseUrl, (connection) =>
    withMigrationLock(connection, async () => void (await withSchemaEngine(databaseUrl, schema, resolve))),
  );
}
