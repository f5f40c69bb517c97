import { inspect } from 'node:util';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayError, problemOf } from '@mcp-gateway/common/errors';
import { adapterRows, migrate } from '@mcp-gateway/database';
import { connect, freshDatabase, postgresIn, silent, temporaryFolder } from '../support/postgres.js';
import { spec } from './specs.js';

/** What the call throws. */
const thrownBy = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'nothing',
    (error: unknown) => error,
  );

function expectUnavailable(error: unknown, cause?: string | RegExp) {
  expect(error).toMatchObject({ code: 'UNAVAILABLE', status: 503, headers: { 'retry-after': '2' } });
  if (cause) expect(String((error as GatewayError).cause)).toMatch(cause);
  expect(problemOf(error as GatewayError)).toEqual({
    type: 'urn:mcp-gateway:problem:unavailable',
    title: 'A part that this request needs is not available',
    status: 503,
    code: 'UNAVAILABLE',
  });
}

describe('a server that is killed', () => {
  it('fails the calls of that time as unavailable, and later ones work once it is back', async () => {
    const folder = await temporaryFolder();
    let postgres = await postgresIn(folder);
    const url = postgres.url('mcp_gateway');
    await migrate(url, silent);
    const rows = adapterRows(connect(url));
    const row = await rows.create(spec('echo'), 'alice');
    await Promise.all(Array.from({ length: 5 }, () => rows.find('echo'))); // fills the pool

    for (let round = 0; round < 2; round++) {
      await postgres.kill();
      expectUnavailable(await thrownBy(rows.find('echo')));
      expectUnavailable(await thrownBy(rows.create(spec('other'), 'alice')));
      expectUnavailable(await thrownBy(rows.saveStatus(row, { phase: 'Ready', conditions: [], replicas: [] })));
      expectUnavailable(await thrownBy(rows.lagging(1)));

      postgres = await postgresIn(folder);
      const found = await Promise.all(Array.from({ length: 10 }, () => rows.find('echo')));
      expect(found).toEqual(Array.from({ length: 10 }, () => row));
    }
  });

  it('fails the call that is under way as unavailable', async () => {
    const folder = await temporaryFolder();
    const postgres = await postgresIn(folder);
    const url = postgres.url('mcp_gateway');
    await migrate(url, silent);
    await lockAdapters(url);
    const call = thrownBy(adapterRows(connect(url)).names());
    await untilBlocked(url);
    await postgres.kill();
    expectUnavailable(await call, 'Connection terminated');
  });
});

describe('a server that is there but of no use', () => {
  let url: string;
  beforeEach(async () => {
    url = await freshDatabase();
  });

  it.each(['127.0.0.1', 'localhost', 'no-such-host.invalid'])(
    'is unavailable when nobody answers at %s',
    async (host) => {
      const rows = adapterRows(connect(`postgresql://app:s3cret@${host}:1/gateway`));
      const error = await thrownBy(rows.names());
      expectUnavailable(error);
      expect(inspect(error)).not.toContain('s3cret');
    },
  );

  it('is unavailable when it lacks the database or the user', async () => {
    expectUnavailable(await thrownBy(adapterRows(connect(url.replace('/test_', '/none_'))).names()), 'does not exist');
    expectUnavailable(
      await thrownBy(adapterRows(connect(url.replace('postgres@', 'nobody@'))).names()),
      'denied access',
    );
  });

  it('is unavailable when a statement takes longer than allowed', async () => {
    const rows = adapterRows(connect(url, { statementTimeoutMs: 200 }));
    const unlock = await lockAdapters(url);
    expectUnavailable(await thrownBy(rows.names()), 'statement timeout');
    await unlock();
    expect(await rows.names()).toEqual([]);
  });

  it('is unavailable when no connection becomes free in time', async () => {
    const database = connect(url, { poolSize: 1, connectTimeoutMs: 100 });
    const busy = database.$queryRaw`SELECT pg_sleep(1)::text`.then((rows) => rows);
    expectUnavailable(await thrownBy(adapterRows(database).names()), 'timeout exceeded');
    await busy;
    expect(await adapterRows(database).names()).toEqual([]);
  });

  it('is unavailable when it says nothing at all', async () => {
    const database = connect(url, { poolSize: 1, statementTimeoutMs: 100 });
    const [backend] = await database.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
    process.kill(Number(backend?.pid), 'SIGSTOP');
    try {
      expectUnavailable(await thrownBy(adapterRows(database).names()), 'Query read timeout');
    } finally {
      process.kill(Number(backend?.pid), 'SIGCONT');
    }
    expect(await adapterRows(database).names()).toEqual([]);
  });

  it('passes an error that is ours on as it is', async () => {
    const database = connect(url);
    await database.$executeRaw`DROP TABLE adapters`;
    const error = await thrownBy(adapterRows(database).names());
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(GatewayError);
  });
});

async function lockAdapters(url: string): Promise<() => Promise<unknown>> {
  const database = connect(url, { poolSize: 1 }); // one connection, so that the statements meet in one transaction
  await database.$executeRaw`BEGIN`;
  await database.$executeRaw`LOCK TABLE adapters`;
  return () => database.$executeRaw`ROLLBACK`.then();
}

async function untilBlocked(url: string): Promise<void> {
  const database = connect(url);
  for (let waiting: unknown[] = []; waiting.length === 0;) {
    waiting = await database.$queryRaw<unknown[]>`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'`;
  }
}
