import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Logger } from '@mcp-gateway/platform/logging';
import { adapterRows, migrate } from '@mcp-gateway/database';
import { hasPgbouncer, pgbouncer } from '../support/pgbouncer.js';
import { connect, emptyDatabase, silent } from '../support/postgres.js';
import { spec } from './specs.js';

const EIGHT = Array.from({ length: 8 });

/** The advisory locks in the database, of any session. */
const locks = (url: string) =>
  connect(url).$queryRaw`
    SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE locktype = 'advisory' AND datname = current_database()`;

const timeout = async (url: string) => {
  const [row] = await connect(url).$queryRaw<{ statement_timeout: string }[]>`SHOW statement_timeout`;
  return row?.statement_timeout;
};

// Skipped on a machine without PgBouncer, which `npm test` reports at its end. `.ci/run` installs PgBouncer.
const withPgbouncer = hasPgbouncer ? describe : describe.skip;

withPgbouncer('through PgBouncer in transaction mode', () => {
  let direct: string;
  let pooled: string;
  beforeAll(async () => {
    direct = await emptyDatabase();
    pooled = await pgbouncer(direct);
  });

  it('eight starts at once migrate the database once and leave no lock', async () => {
    const log = { info: jest.fn(), warn: jest.fn() };
    await Promise.all(EIGHT.map(() => migrate(pooled, log as unknown as Logger)));
    expect(log.info).toHaveBeenCalledTimes(1);
    expect(await locks(direct)).toEqual([]);
    await migrate(pooled, silent);
  });

  it('two starts at once need no more than two connections to the server', async () => {
    const few = await pgbouncer(await emptyDatabase(), 2);
    await Promise.all([migrate(few, silent), migrate(few, silent)]);
    expect(await adapterRows(connect(few)).names()).toEqual([]);
  });

  it('rows are written and read on any number of connections', async () => {
    const rows = adapterRows(connect(pooled, { poolSize: 8 }));
    await Promise.all(EIGHT.map((_, at) => rows.create(spec(`echo-${at}`), 'alice')));
    expect(await Promise.all(EIGHT.map((_, at) => rows.find(`echo-${at}`)))).not.toContain(null);
    expect(await rows.names()).toHaveLength(EIGHT.length);
  });

  it('a pooled connection gives its next user none of the settings of the last one', async () => {
    await adapterRows(connect(pooled, { statementTimeoutMs: 1_234 })).names();
    expect(await timeout(pooled)).toBe('0');
  });
});

it('the server ends statements that take too long on a direct connection', async () => {
  const database = connect(await emptyDatabase(), { statementTimeoutMs: 200 });
  await expect(database.$queryRaw`SELECT pg_sleep(30)`).rejects.toThrow(/statement timeout/);
});
