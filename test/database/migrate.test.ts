import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it, jest } from '@jest/globals';
import type { Logger } from '@mcp-gateway/platform/logging';
import { adapterRows, findDrift, migrate, MigrationError } from '@mcp-gateway/database';
import { repository } from '../support/launch.js';
import { connect, emptyDatabase, sharedPostgres, silent } from '../support/postgres.js';
import { waitFor } from '../support/wait.js';

const PACKAGE = fileURLToPath(new URL('../../packages/database/', import.meta.url));
const MIGRATIONS = `${PACKAGE}prisma/migrations/`;
const checkedIn = readdirSync(MIGRATIONS)
  .filter((name) => !name.endsWith('.toml'))
  .toSorted();

const command = (url: string, ...args: string[]) =>
  promisify(execFile)(process.execPath, [`${PACKAGE}dist/main.js`, ...args], {
    env: { DATABASE_URL: url, NODE_COMPILE_CACHE: repository('node_modules/.cache/compiled') },
  });

const appliedIn = (url: string) =>
  connect(url).$queryRaw<{ migration_name: string; checksum: string }[]>`
    SELECT migration_name, checksum FROM _prisma_migrations ORDER BY started_at`;

describe('migrate', () => {
  it('applies every checked-in migration once when eight callers start at once', async () => {
    const url = await emptyDatabase();
    const log = { info: jest.fn(), warn: jest.fn() };
    await Promise.all(Array.from({ length: 8 }, () => migrate(url, log as unknown as Logger)));
    expect(log.info.mock.calls).toEqual([[{ migrations: checkedIn }, 'migrated the database']]);
    expect((await appliedIn(url)).map((row) => row.migration_name)).toEqual(checkedIn);
    expect(await adapterRows(connect(url)).names()).toEqual([]);
  });

  it('keeps its lock to the end, also where the server ends sessions that idle in a transaction', async () => {
    const url = await emptyDatabase();
    const name = new URL(url.replace('@/', '@localhost/')).pathname.slice(1);
    const database = connect(url);
    await database.$executeRawUnsafe(`ALTER DATABASE "${name}" SET idle_in_transaction_session_timeout = '500ms'`);
    const locks = () =>
      database.$queryRaw<unknown[]>`
        SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
        WHERE locktype = 'advisory' AND datname = current_database()`;
    let migrating: Promise<void> | undefined;
    const held: unknown[][] = [];
    await connect(url).$transaction(async (blocking) => {
      await blocking.$executeRaw`SET LOCAL idle_in_transaction_session_timeout = 0`;
      await blocking.$executeRaw`CREATE TABLE _prisma_migrations ()`; // the migration waits for the end of this transaction
      migrating = migrate(url, silent);
      await waitFor('the lock', async () => (await locks()).length > 0);
      await delay(800);
      held.push(await locks());
      await blocking.$executeRaw`DROP TABLE _prisma_migrations`;
    });
    await migrating;
    expect(held).toEqual([[expect.anything()]]);
    expect(await locks()).toEqual([]);
  });

  it('applies them once when four processes start at once', async () => {
    const url = await emptyDatabase();
    await Promise.all(Array.from({ length: 4 }, () => command(url, 'apply')));
    expect((await appliedIn(url)).map((row) => row.migration_name)).toEqual(checkedIn);
  });

  it('records the checksum that Prisma records: SHA-256 of the file', async () => {
    const url = await emptyDatabase();
    await migrate(url, silent);
    for (const { migration_name, checksum } of await appliedIn(url)) {
      const file = readFileSync(`${MIGRATIONS}${migration_name}/migration.sql`);
      expect(checksum).toBe(createHash('sha256').update(file).digest('hex'));
    }
  });

  it('warns of a migration that was edited after it had been applied', async () => {
    const url = await emptyDatabase();
    await migrate(url, silent);
    await connect(url).$executeRaw`UPDATE _prisma_migrations SET checksum = 'other'`;
    const log = { info: jest.fn(), warn: jest.fn() };
    await migrate(url, log as unknown as Logger);
    expect(log.warn).toHaveBeenCalledWith({ migration: checkedIn[0] }, expect.stringContaining('edited'));
    expect(log.info).not.toHaveBeenCalled();
  });

  it('runs on a database that a newer version has migrated further', async () => {
    const url = await emptyDatabase();
    await migrate(url, silent);
    await connect(url).$executeRaw`
      INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at)
      VALUES ('x', 'x', '29990101000000_newer', now(), now())`;
    await expect(migrate(url, silent)).resolves.toBeUndefined();
  });
});

describe('a migration that fails', () => {
  it('is rolled back, says what to do, and runs once that is done', async () => {
    const url = await emptyDatabase();
    const database = connect(url);
    await database.$executeRaw`CREATE SCHEMA saboteur`;
    await database.$executeRaw`
      CREATE FUNCTION saboteur.refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'no index today'; END $$`;
    await database.$executeRaw`
      CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION saboteur.refuse()`;

    const first = await failureOf(migrate(url, silent));
    expect(first.message).toContain(`The migration ${checkedIn[0]} failed in the database postgres@/`);
    expect(first.message).toContain('PostgreSQL said: ERROR: no index today');
    expect(first.message).toContain(`resolve rolled-back ${checkedIn[0]}`);
    expect(await database.$queryRaw`SELECT to_regclass('adapters')::text AS name`).toEqual([{ name: null }]);

    await database.$executeRaw`DROP EVENT TRIGGER refuse`;
    const second = await failureOf(migrate(url, silent));
    expect(second.message).toContain(`${checkedIn[0]} failed on an earlier run`);
    expect(second.message).toContain('no index today');

    await command(url, 'resolve', 'rolled-back', String(checkedIn[0]));
    await migrate(url, silent);
    expect(await adapterRows(connect(url)).names()).toEqual([]);
  });

  it('can be resolved as applied', async () => {
    const url = await emptyDatabase();
    await migrate(url, silent);
    await connect(url)
      .$executeRaw`UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name = ${checkedIn[0]}`;
    expect((await failureOf(migrate(url, silent))).message).toContain('It was interrupted.');
    await command(url, 'resolve', 'applied', String(checkedIn[0]));
    await expect(migrate(url, silent)).resolves.toBeUndefined();
  });

  it('does not touch a database with tables of another program', async () => {
    const url = await emptyDatabase();
    await connect(url).$executeRaw`CREATE TABLE theirs (id int)`;
    expect((await failureOf(migrate(url, silent))).message).toContain('empty database of its own');
  });

  it('differs from a user without the right to create tables', async () => {
    const url = await emptyDatabase();
    await connect(url).$executeRaw`CREATE ROLE app LOGIN`;
    const { message } = await failureOf(migrate(url.replace('postgres@', 'app:s3cret@'), silent));
    expect(message).toContain('permission denied for schema public');
    expect(message).not.toContain('s3cret');
  });

  it.each([
    [
      'a server that does not exist',
      'postgresql://app:s3cret@127.0.0.1:1/gateway',
      'app@127.0.0.1:1/gateway: connect ECONNREFUSED',
    ],
    ['what is not a URL', 'postgresql://app:s3cret@[nowhere/gateway', 'DATABASE_URL is not a URL'],
    ['another schema', 'postgresql://app:s3cret@127.0.0.1:1/gateway?schema=other', 'must not set schema=other'],
  ])('never shows the password for %s', async (_, url, message) => {
    const error: Error = await migrate(url, silent).then(
      () => new Error('migrated'),
      (reason) => reason,
    );
    expect(error.message).toContain(message);
    expect(`${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain('s3cret');
  });
});

describe('schema.prisma', () => {
  it('agrees with the checked-in migrations', async () => {
    const { url } = await sharedPostgres();
    // On a difference, write the missing migration: `node packages/database/dist/main.js create NAME`.
    expect(await findDrift(url('postgres'))).toBeUndefined();
  });

  it('is compared without leaving anything on the server', async () => {
    const { url } = await sharedPostgres();
    const contents = () => connect(url('postgres')).$queryRaw`
      SELECT datname FROM pg_database WHERE datname LIKE 'prisma%'
      UNION ALL SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace`;
    await command(url('postgres'), 'drift');
    expect((await command(url('postgres'), 'create', 'nothing')).stdout).toContain('no change');
    expect(await contents()).toEqual([]);
  });
});

async function failureOf(call: Promise<unknown>): Promise<MigrationError> {
  const error: unknown = await call.then(
    () => 'nothing',
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MigrationError);
  return error as MigrationError;
}
