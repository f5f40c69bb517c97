import { beforeEach, describe, expect, it } from '@jest/globals';
import { queuePrefix, reconcileQueue } from '@mcp-gateway/routing/queue';
import { createLogger } from '@mcp-gateway/platform/logging';
import { redisClient } from '@mcp-gateway/platform/redis';
import { migrate } from '@mcp-gateway/database';
import { afterTest } from '../support/clean-up.js';
import { connect, freshDatabase, postgresIn, silent, temporaryFolder } from '../support/postgres.js';
import { redisLine, type RedisLine } from '../support/redis-line.js';
import { connectRedis, freezeRedis, freshPrefix } from '../support/redis.js';
import { waitFor } from '../support/wait.js';
import { caller, problem, type Caller } from './support/callers.js';
import { specOf, startControlPlane } from './support/control-plane.js';

/** Time limit for a few changes on a busy machine. */
const BOUND_MS = 5_000;

const UNAVAILABLE = problem(503, 'UNAVAILABLE', 'A part that this request needs is not available');

describe('while PostgreSQL is unavailable', () => {
  const UNREACHABLE = 'postgresql://app:s3cret@127.0.0.1:1/gateway';

  it('answers 503 with Retry-After and reveals nothing about the database', async () => {
    const { url } = await startControlPlane({ database: connect(UNREACHABLE) });
    const alice = caller(url, 'alice');
    for (const answer of [
      await alice.post(specOf('echo')),
      await alice.get('/adapters'),
      await alice.get('/adapters/echo'),
      await alice.get('/adapters/echo/status'),
      await alice.get('/adapters/echo/logs'),
      await alice.put('echo', specOf('echo')),
      await alice.remove('echo'),
    ]) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toBe('2');
      expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect(answer.json).toEqual(UNAVAILABLE);
    }
  });

  it('is alive but not ready', async () => {
    const { url } = await startControlPlane({ database: connect(UNREACHABLE) });
    expect(await caller(url, 'alice').get('/livez')).toMatchObject({ status: 200, text: 'ok' });
    const { status, headers, json } = await caller(url, 'alice').get('/readyz');
    expect(status).toBe(503);
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(json).toEqual({ ...UNAVAILABLE, detail: 'the database cannot be reached' });
  });

  it('recovers when PostgreSQL is back', async () => {
    const folder = await temporaryFolder();
    const postgres = await postgresIn(folder);
    await migrate(postgres.url('mcp_gateway'), silent);
    const { url } = await startControlPlane({ database: connect(postgres.url('mcp_gateway')) });
    const alice = caller(url, 'alice');
    const { json } = await alice.post(specOf('echo'));
    expect((await alice.get('/readyz')).text).toBe('ok');

    await postgres.kill();
    expect((await alice.get('/adapters/echo')).status).toBe(503);
    expect((await alice.get('/readyz')).status).toBe(503);

    await postgresIn(folder);
    await waitFor('it to be ready', async () => (await alice.get('/readyz')).status === 200);
    expect((await alice.get('/adapters/echo')).json).toEqual(json);
  });

  it('answers 500 without the cause when a statement fails for another reason', async () => {
    const plane = await startControlPlane({ database: connect(await freshDatabase()) });
    await plane.database.$executeRaw`DROP TABLE adapters`;
    const { status, headers, json } = await caller(plane.url, 'alice').post(specOf('echo'));
    expect(status).toBe(500);
    expect(headers.get('retry-after')).toBeNull();
    expect(json).toEqual(problem(500, 'INTERNAL', 'The gateway failed; its log has the cause'));
  });
});

describe('the queue', () => {
  let line: RedisLine;
  let prefix: string;
  let alice: Caller;

  beforeEach(async () => {
    line = await redisLine();
    prefix = freshPrefix();
  });

  /** Resolves when the API answers, whether or not Redis is connected. */
  async function start() {
    const redis = redisClient({ REDIS_URL: line.url }, silent);
    void redis.connect().catch(() => {});
    const queue = reconcileQueue(redis, prefix);
    afterTest(() => redis.destroy());
    alice = caller((await startControlPlane({ queue })).url, 'alice');
    return redis;
  }

  async function startConnected() {
    const redis = await start();
    await waitFor('the connection', () => redis.isReady);
  }

  /** The names in the queue. */
  async function waiting(): Promise<string[]> {
    const redis = await connectRedis();
    const ids = await redis.lRange(`${queuePrefix(prefix)}:reconcile:wait`, 0, -1);
    const jobs = await Promise.all(ids.map((id) => redis.hGet(`${queuePrefix(prefix)}:reconcile:${id}`, 'data')));
    return jobs.map((data) => (JSON.parse(data ?? '{}') as { name: string }).name).toSorted();
  }

  it('holds the name of each changed adapter once, and none of its other fields', async () => {
    await startConnected();
    await alice.post(specOf('echo', { environmentVariables: { TOKEN: 's3cret' } }));
    await alice.post(specOf('other'));
    await alice.put('echo', specOf('echo', { replicaCount: 2 }));
    await alice.remove('other');
    await waitFor('the names', async () => (await waiting()).length === 2);
    expect(await waiting()).toEqual(['echo', 'other']);
    const redis = await connectRedis();
    for (const key of await redis.keys(`${queuePrefix(prefix)}:reconcile:[0-9]*`)) {
      expect(JSON.stringify(await redis.hGetAll(key))).not.toContain('s3cret');
    }
  });

  /** Makes a change of each kind. Returns how long they took, in milliseconds. */
  async function changes(): Promise<number> {
    const started = performance.now();
    expect((await alice.post(specOf('echo'))).status).toBe(201);
    expect((await alice.put('echo', specOf('echo', { replicaCount: 2 }))).status).toBe(200);
    expect((await alice.remove('echo')).status).toBe(204);
    return performance.now() - started;
  }

  it('delays no request when Redis goes down', async () => {
    await startConnected();
    line.cut();
    expect(await changes()).toBeLessThan(BOUND_MS);
    line.restore();
    let tries = 0;
    await waitFor('the queue to work again', async () => {
      await alice.post(specOf(`later-${++tries}`)); // the control plane does not repeat a hint that failed
      return (await waiting()).some((name) => name.startsWith('later'));
    });
  });

  it('fails no request when it refuses the name, and logs the id of the request', async () => {
    const lines: unknown[] = [];
    const log = Object.assign(createLogger('test', 'silent'), { warn: (fields: unknown) => void lines.push(fields) });
    const queue = { reconcile: () => Promise.reject(new Error('refused')) };
    const { url } = await startControlPlane({ queue, log });
    const { status } = await caller(url, 'alice').post(specOf('echo'), { 'x-request-id': 'request-1' });
    expect(status).toBe(201);
    expect(lines).toMatchObject([{ requestId: 'request-1', kind: 'adapter', name: 'echo' }]);
  });

  it('delays no request when Redis has never been up', async () => {
    line.cut();
    await start();
    expect(await changes()).toBeLessThan(BOUND_MS);
  });

  it('delays no request when Redis hangs', async () => {
    await startConnected();
    await freezeRedis();
    expect(await changes()).toBeLessThan(BOUND_MS);
  });
});
