import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MigrationList, SchemasContainer } from '@prisma/schema-engine-wasm/schema_engine_bg';

export type Schema = SchemasContainer;

export interface Migration {
  name: string;
  sql: string;
  /** SHA-256 of the file, as in Prisma's table. */
  checksum: string;
}

const PRISMA_FOLDER = fileURLToPath(new URL('../../prisma', import.meta.url));
const SQL_FILE = 'migration.sql';
const LOCK_FILE = 'migration_lock.toml';

export const MIGRATIONS_FOLDER = join(PRISMA_FOLDER, 'migrations');

export async function readSchema(): Promise<Schema> {
  const path = join(PRISMA_FOLDER, 'schema.prisma');
  return { files: [{ path, content: await readFile(path, 'utf8') }] };
}

/** The checked-in migrations, oldest first. */
export async function readMigrations(folder = MIGRATIONS_FOLDER): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return Promise.all(
    names.toSorted().map(async (name) => {
      const bytes = await readFile(join(folder, name, SQL_FILE));
      return { name, sql: bytes.toString(), checksum: createHash('sha256').update(bytes).digest('hex') };
    }),
  );
}

/** The migrations in the form that the schema engine takes. */
export function migrationList(migrations: readonly Migration[]): MigrationList {
  return {
    baseDir: MIGRATIONS_FOLDER,
    lockfile: { path: LOCK_FILE, content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: SQL_FILE, content: { tag: 'ok', value: sql } },
    })),
  };
}
