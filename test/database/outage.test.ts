import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayError, problemOf } from '@mcp-gateway/common/errors';
import type { Logger } from '@mcp-gateway/platform/logging';
import { adapterRows, createDatabase, migrate, migrateWhenConnected } from '@mcp-gateway/database';
import { connect, freshDatabase, postgresIn, silent, temporaryFolder } from '../support/postgres.js';
import { create, spec } from './specs.js';

const SECRET_URL = 'postgresql://app:s3cret@127.0.0.1:1/gateway';

/** An error that REST answers with 503; its cause, for the log, has this text. */
const unavailable = (cause = '') => ({
  code: 'UNAVAILABLE',
  status: 503,
  headers: { 'retry-after': '2' },
  cause: expect.objectContaining({ message: expect.stringContaining(cause) }),
});

const thrownBy = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'nothing',
    (error: unknown) => error,
  );

/** Data folder of the servers that the tests kill, one after the other: to create a cluster takes longer than most tests. */
let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
});

/** A new database on a server of this file. */
async function startOwn() {
  const postgres = await postgresIn(folder);
  const name = `test_${randomUUID()}`;
  await createDatabase(postgres.url('postgres'), name);
  return { postgres, url: postgres.url(name) };
}

describe('a server that is killed', () => {
  it('fails calls as unavailable until it is back', async () => {
    const own = await startOwn();
    let { postgres } = own;
    const { url } = own;
    await migrate(url, silent);
    const rows = adapterRows(connect(url));
    const row = await create(rows, spec('echo'), 'alice');
    await Promise.all(Array.from({ length: 5 }, () => rows.find('echo'))); // fills the pool

    for (let round = 0; round < 2; round++) {
      await postgres.kill();
      expect(await thrownBy(rows.find('echo'))).toMatchObject(unavailable());
      expect(await thrownBy(rows.create(spec('other'), 'alice'))).toMatchObject(unavailable());
      expect(await thrownBy(rows.update(row, spec('echo')))).toMatchObject(unavailable());
      expect(await thrownBy(rows.lagging(1))).toMatchObject(unavailable());

      postgres = await postgresIn(folder);
      const found = await Promise.all(Array.from({ length: 10 }, () => rows.find('echo')));
      expect(found).toEqual(Array.from({ length: 10 }, () => row));
    }
    await postgres.kill();
  });

  it('fails a running call as unavailable', async () => {
    const { postgres, url } = await startOwn();
    await migrate(url, silent);
    await lockAdapters(url);
    const call = thrownBy(adapterRows(connect(url)).names());
    await untilBlocked(url);
    await postgres.kill();
    expect(await call).toMatchObject(unavailable('Connection terminated'));
  });
});

describe('a service that starts before its database', () => {
  it('migrates once the database is up, and logs what it waits for', async () => {
    const { postgres, url } = await startOwn();
    await postgres.kill();
    const { promise: waits, resolve } = Promise.withResolvers<unknown>();
    const migrated = migrateWhenConnected(url, { info() {}, warn: resolve } as unknown as Logger);
    expect(await waits).toEqual({
      reason: expect.stringMatching(/^Cannot connect to PostgreSQL at .*DATABASE_URL is right/),
    });
    await postgresIn(folder);
    await migrated;
    expect(await adapterRows(connect(url)).names()).toEqual([]);
  });

  it.each([
    ['user', 'nobody@', '/test_'],
    ['database', 'postgres@', '/none_'],
  ])('does not wait for a %s that does not exist', async (_, user, database) => {
    const url = (await freshDatabase()).replace('postgres@', user).replace('/test_', database);
    expect(await thrownBy(migrateWhenConnected(url, silent))).toMatchObject({
      message: expect.stringContaining('not exist'),
    });
  });
});

describe('a server that cannot serve', () => {
  let url: string;
  beforeEach(async () => {
    url = await freshDatabase();
  });

  it.each(['127.0.0.1', 'localhost', 'no-such-host.invalid'])(
    'is unavailable when no server answers at %s',
    async (host) => {
      const rows = adapterRows(connect(SECRET_URL.replace('127.0.0.1', host)));
      const error = await thrownBy(rows.names());
      expect(error).toMatchObject(unavailable());
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('s3cret');
    },
  );

  it('is unavailable when it lacks the database or the user', async () => {
    const noDatabase = adapterRows(connect(url.replace('/test_', '/none_')));
    expect(await thrownBy(noDatabase.names())).toMatchObject(unavailable('does not exist'));
    const noUser = adapterRows(connect(url.replace('postgres@', 'nobody@')));
    expect(await thrownBy(noUser.names())).toMatchObject(unavailable('role "nobody" does not exist'));
  });

  it('is unavailable when a statement takes longer than allowed', async () => {
    const rows = adapterRows(connect(url, { statementTimeoutMs: 200 }));
    const unlock = await lockAdapters(url);
    expect(await thrownBy(rows.names())).toMatchObject(unavailable('statement timeout'));
    await unlock();
    expect(await rows.names()).toEqual([]);
  });

  it('is unavailable when no connection becomes free in time', async () => {
    const database = connect(url, { poolSize: 1, connectTimeoutMs: 100 });
    const busy = thrownBy(database.$queryRaw`SELECT pg_sleep(0.5)::text`);
    expect(await thrownBy(adapterRows(database).names())).toMatchObject(unavailable('timeout exceeded'));
    expect(await busy).toBe('nothing');
    expect(await adapterRows(database).names()).toEqual([]);
  });

  it('is unavailable when it does not answer', async () => {
    const database = connect(url, { poolSize: 1, statementTimeoutMs: 100 });
    const [backend] = await database.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
    process.kill(Number(backend?.pid), 'SIGSTOP');
    try {
      expect(await thrownBy(adapterRows(database).names())).toMatchObject(unavailable('Query read timeout'));
    } finally {
      process.kill(Number(backend?.pid), 'SIGCONT');
    }
    expect(await adapterRows(database).names()).toEqual([]);
  });

  it('throws an error of the statement itself unchanged', async () => {
    const database = connect(url);
    await database.$executeRaw`DROP TABLE adapters`;
    const error = await thrownBy(adapterRows(database).names());
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(GatewayError);
  });
});

it('shows a client neither the statement nor the address', async () => {
  const error = await thrownBy(adapterRows(connect(SECRET_URL)).names());
  expect(problemOf(error as GatewayError)).toEqual({
    type: '/errors#UNAVAILABLE',
    title: 'A part that this request needs is not available',
    status: 503,
    code: 'UNAVAILABLE',
  });
});

/** Locks the table until the caller calls the returned function. */
async function lockAdapters(url: string): Promise<() => Promise<unknown>> {
  const database = connect(url, { poolSize: 1 }); // one connection, so that all statements are in one transaction
  await database.$executeRaw`BEGIN`;
  await database.$executeRaw`LOCK TABLE adapters`;
  return async () => database.$executeRaw`ROLLBACK`;
}

async function untilBlocked(url: string): Promise<void> {
  const database = connect(url);
  for (let waiting: unknown[] = []; waiting.length === 0;) {
    waiting = await database.$queryRaw<unknown[]>`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'`;
  }
}
