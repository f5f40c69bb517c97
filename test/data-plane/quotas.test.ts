import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Route } from '@mcp-gateway/common/contracts';
import { quotaKeys } from '@mcp-gateway/quotas';
import { type Answer, bodyOf, open, send } from '../support/http.js';
import { redisLine } from '../support/redis-line.js';
import { waitFor } from '../support/wait.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { as, call, limited, PER_DAY, post, setQuotas, statuses } from './support/quotas.js';
import { message } from './support/rpc.js';
import { routeTo, startUpstream, type Upstream } from './support/upstream.js';

describe('requests of a tenant', () => {
  let upstream: Upstream;
  let gateway: Gateway;
  beforeEach(async () => {
    ({ upstream, gateway } = await limited({ acme: PER_DAY(3), zebra: PER_DAY(100) }));
  });

  it('are refused beyond the quota with what people and programs need, and not those of another tenant', async () => {
    const before = [await call(gateway), await call(gateway), await call(gateway)];
    expect(statuses(before)).toEqual([200, 200, 200]);
    expect(before.map(({ header }) => header('ratelimit')?.replace(/t=\d+/, 't=T'))).toEqual([
      '"tenant-day";r=2;t=T',
      '"tenant-day";r=1;t=T',
      '"tenant-day";r=0;t=T',
    ]);

    const refused = await call(gateway);
    const seconds = refused.header('retry-after');
    expect(refused.status).toBe(429);
    expect(refused.header('ratelimit-policy')).toBe('"tenant-day";q=3;w=86400');
    expect(refused.header('ratelimit')).toBe(`"tenant-day";r=0;t=${seconds}`);
    expect(JSON.parse(refused.text)).toEqual({
      jsonrpc: '2.0',
      id: 7,
      error: {
        code: -32011,
        message: `The quota is used up: tenant acme has used its 3 requests of this day; try again in ${seconds} seconds`,
        data: { code: 'QUOTA_EXCEEDED', requestId: expect.any(String) },
      },
    });
    expect(upstream.seen).toHaveLength(3);
    expect((await call(gateway, 'add', as('zebra'))).status).toBe(200);
    expect((await call(gateway, 'add', { 'x-dev-userid': 'alice' })).header('ratelimit')).toBeUndefined();
  });

  it.each([
    ['tools/list', message('tools/list'), 1],
    ['initialize', message('initialize', { protocolVersion: '2025-11-25' }), 1],
    ['ping', message('ping'), 0],
    ['a notification', '{"jsonrpc":"2.0","method":"notifications/initialized"}', 0],
    ['an answer of the client', '{"jsonrpc":"2.0","id":1,"result":{}}', 0],
    ['a batch, for each of its requests', `[${message('ping')},${message('tools/list')},${message('tools/list')}]`, 2],
    ['a message that is too long to be read', message('tools/call', { name: 'add', text: 'x'.repeat(70_000) }), 1],
  ])('count %s', async (_what, body, count) => {
    await post(gateway, body);
    const { header } = await call(gateway);
    expect(header('ratelimit')).toMatch(`r=${2 - count};`);
  });

  it('do not count DELETE, and a batch that does not fit is refused as a whole', async () => {
    await send(`${gateway.url}/adapters/echo/mcp`, { method: 'DELETE', headers: as('acme') });
    await call(gateway);
    const batch = await post(gateway, `[${[1, 2, 3].map((id) => message('tools/list', {}, id)).join()}]`);
    expect([batch.status, (JSON.parse(batch.text) as { id: number }[]).map(({ id }) => id)]).toEqual([429, [1, 2, 3]]);
    expect(statuses([await call(gateway), await call(gateway), await call(gateway)])).toEqual([200, 200, 429]);
  });

  it('do not count requests of a member who may not use the adapter', async () => {
    const stranger = { 'x-dev-userid': 'eve', 'x-dev-roles': 'acme' };
    const refused = await call(gateway, 'add', stranger);
    expect([refused.status, refused.header('ratelimit')]).toEqual([404, undefined]);
    expect((await call(gateway)).header('ratelimit')).toMatch('r=2;');
  });

  it('say that initialize counts, when it is refused', async () => {
    await setQuotas(gateway, { acme: PER_DAY(0) });
    const { status, text } = await post(gateway, message('initialize', {}, 1));
    expect([status, text]).toEqual([429, expect.stringContaining('; initialize counts as a request, too')]);
  });

  it('have another quota as soon as it changes, and what was used still counts', async () => {
    for (let used = 0; used < 3; used += 1) await call(gateway);
    await setQuotas(gateway, { acme: PER_DAY(5) });
    expect(statuses([await call(gateway), await call(gateway), await call(gateway)])).toEqual([200, 200, 429]);
    await setQuotas(gateway, { acme: {} });
    expect((await call(gateway)).status).toBe(200);
    await setQuotas(gateway, { acme: PER_DAY(5) });
    expect((await call(gateway)).status).toBe(429);
  });
});

describe('a quota over two data planes with a hundred clients', () => {
  // 1 % of the limit is one lease. The other data plane may keep two of them unused.
  it.each([50, 400])('of %d requests admits never more, and fewer by two leases at most', async (limit) => {
    const { upstream, gateway } = await limited({ acme: PER_DAY(limit), zebra: PER_DAY(100_000) });
    const other = await gateway.join();
    await waitFor('the quotas to arrive', () => other.tenants.all().length === 2);
    const noisy = Array.from({ length: 100 }, async (_, client) => {
      const plane = client % 3 === 0 ? other : gateway;
      const answers: Answer[] = [];
      for (let request = 0; request < limit / 25; request += 1) answers.push(await call(plane));
      return answers;
    });
    const quiet = Array.from({ length: 20 }, (_, at) => call(at % 2 ? gateway : other, 'add', as('zebra')));
    const all = statuses((await Promise.all(noisy)).flat());
    const admitted = all.filter((status) => status === 200).length;
    expect(new Set(all)).toEqual(new Set([200, 429]));
    expect(admitted).toBeLessThanOrEqual(limit);
    expect(admitted).toBeGreaterThanOrEqual(limit - 2 * Math.floor(limit / 100));
    expect(new Set(statuses(await Promise.all(quiet)))).toEqual(new Set([200]));
    expect(upstream.seen).toHaveLength(admitted + 20);
  });
});

describe('requests under way and streams', () => {
  it('are limited over all data planes, and what ends makes room', async () => {
    const held: (() => void)[] = [];
    const upstream = await startUpstream(async (req, res) => {
      if (req.method === 'GET') return res.writeHead(200, { 'content-type': 'text/event-stream' }).write(': open\n\n');
      await bodyOf(req);
      return held.push(() =>
        res.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc":"2.0","id":7,"result":{}}'),
      );
    });
    const gateway = await startGateway({
      routes: [routeTo(upstream.endpoint, { requiredRoles: ['user'], affinity: 'none' })],
    });
    const other = await gateway.join();
    await setQuotas(gateway, { acme: { concurrentRequests: 2, streams: 1 } }, other);

    const [one, two] = [call(gateway), call(other)];
    await waitFor('both to be under way', () => held.length === 2);
    const refused = await call(other);
    expect([refused.status, refused.header('retry-after')]).toEqual([429, '1']);
    expect(refused.text).toContain('tenant acme has 2 requests under way, the maximum; try again in 1 second');
    held.shift()?.();
    held.shift()?.();
    expect(statuses(await Promise.all([one, two]))).toEqual([200, 200]);
    const again = waitFor('room', async () => {
      const next = call(gateway);
      await Promise.race([next, waitFor('it', () => held.length > 0)]);
      held.shift()?.();
      return (await next).status === 200;
    });
    await again;

    const listen = (plane: { url: string }) =>
      open(`${plane.url}/adapters/echo/mcp`, {
        method: 'GET',
        headers: { ...as('acme'), accept: 'text/event-stream' },
      });
    const stream = await listen(gateway);
    expect([stream.statusCode, (await listen(other)).statusCode]).toEqual([200, 429]);
    stream.destroy();
    await waitFor('the stream to make room', async () => {
      const next = await listen(other);
      next.destroy();
      return next.statusCode === 200;
    });
    await setQuotas(gateway, { acme: { concurrentRequests: 2, streams: 0 } }, other);
    expect([(await listen(gateway)).statusCode, (await listen(other)).statusCode]).toEqual([429, 429]);
  });
});

describe('sessions of a tenant', () => {
  it('are limited over all adapters and data planes, also streams of the older transport, and what ends makes room', async () => {
    const ended: string[] = [];
    let opened = 0;
    const { endpoint } = await startUpstream((req, res) => {
      if (req.method === 'DELETE') {
        ended.push(String(req.headers['mcp-session-id']));
        return res.writeHead(204).end();
      }
      if (req.method === 'GET') {
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        return res.write('event: endpoint\ndata: /messages?session=1\n\n');
      }
      const headers = { 'content-type': 'application/json', 'mcp-session-id': `session-${(opened += 1)}` };
      return res.writeHead(200, headers).end('{"jsonrpc":"2.0","id":7,"result":{}}');
    });
    const routes = ['echo', 'other'].map((name) =>
      routeTo(endpoint, { name, resourceId: name, requiredRoles: ['user'] }),
    );
    const gateway = await startGateway({ routes });
    const second = await gateway.join();
    await setQuotas(gateway, { acme: { sessions: 2 } }, second);
    const begin = ({ url }: { url: string }, adapter: string, headers = as('acme')) =>
      send(`${url}/adapters/${adapter}/mcp`, { body: message('initialize', {}, 7), headers });
    const listen = () =>
      open(`${second.url}/adapters/other/sse`, {
        method: 'GET',
        headers: { ...as('acme'), accept: 'text/event-stream' },
      });

    const first = await begin(gateway, 'echo');
    expect([first.status, (await begin(second, 'other', as('acme', 'eve'))).status]).toEqual([200, 200]);
    const refused = await begin(gateway, 'other');
    expect([refused.status, refused.header('retry-after')]).toEqual([429, '30']);
    expect(refused.text).toContain('tenant acme has 2 open sessions, the maximum');
    await waitFor('the server to learn that it is refused', () => ended.includes('session-3'));
    expect((await listen()).statusCode).toBe(429);
    expect((await begin(gateway, 'other', as('zebra'))).status).toBe(200);

    const session = { 'mcp-session-id': first.header('mcp-session-id') ?? '' };
    await send(`${second.url}/adapters/echo/mcp`, { method: 'DELETE', headers: { ...as('acme'), ...session } });
    const stream = await listen();
    expect([stream.statusCode, (await begin(gateway, 'echo')).status]).toEqual([200, 429]);
    stream.destroy();
    await waitFor('the stream to make room', async () => (await begin(gateway, 'echo')).status === 200);

    expect((await begin(gateway, 'other')).status).toBe(429);
    await gateway.publish(...routes.slice(1));
    await gateway.sessions.endAll(routes[0] as Route); // the adapter is removed
    expect((await begin(gateway, 'other')).status).toBe(200);
  });
});

describe('the slots of a data plane that was killed', () => {
  it('count until they expire', async () => {
    const { gateway } = await limited({ acme: { concurrentRequests: 2 } });
    const key = quotaKeys(gateway.prefix, 'acme').slots('tenant', 'concurrentRequests');
    await gateway.redis.hSet(key, 'killed', `2 ${Date.now() + 60_000}`);
    expect((await call(gateway)).status).toBe(429);
    await gateway.redis.hSet(key, 'killed', `2 ${Date.now() - 60_000}`);
    await waitFor('the slots to expire', async () => (await call(gateway)).status === 200);
  });
});

describe('a quota for each', () => {
  it('caller counts callers apart', async () => {
    const { gateway } = await limited({ acme: { perCaller: PER_DAY(1) } });
    const [bob, eve] = [as('acme', 'bob'), as('acme', 'eve')];
    expect(
      statuses([await call(gateway, 'a', bob), await call(gateway, 'a', bob), await call(gateway, 'a', eve)]),
    ).toEqual([200, 429, 200]);
  });

  it('tool counts calls of a tool apart, and calls whose tool cannot be read together', async () => {
    const { gateway } = await limited({ acme: { perTool: PER_DAY(1), perAdapter: PER_DAY(6) } });
    const long = (name: string) => message('tools/call', { text: 'x'.repeat(70_000), name });
    const answers = [
      await call(gateway, 'a'),
      await call(gateway, 'a'),
      await call(gateway, 'b'),
      await post(gateway, message('tools/list')),
      await post(gateway, long('c')),
      await post(gateway, long('d')),
    ];
    expect(statuses(answers)).toEqual([200, 429, 200, 200, 200, 429]);
    expect(answers[1]?.text).toContain('this tool, for callers of tenant acme has used its 1 request of this day');
    expect(statuses([await call(gateway, 'e'), await call(gateway, 'f'), await call(gateway, 'g')])).toEqual([
      200, 200, 429,
    ]);
  });
});

describe('without Redis', () => {
  it.each([
    ['share', [200, 200, 429], 'QUOTA_EXCEEDED'],
    ['allow', [200, 200, 200], undefined],
    ['refuse', [503, 503, 503], 'UNAVAILABLE'],
  ] as const)('"%s" answers %j', async (quotaWithoutRedis, expected, code) => {
    const line = await redisLine();
    const { gateway } = await limited({ acme: PER_DAY(2) }, { quotaWithoutRedis, redisUrl: line.url });
    line.cut();
    const answers = [await call(gateway), await call(gateway), await call(gateway)];
    expect(statuses(answers)).toEqual(expected);
    expect((JSON.parse(answers[2]?.text ?? '') as { error?: { data: { code: string } } }).error?.data.code).toBe(code);
  });

  it('what was admitted meanwhile counts when it is back', async () => {
    const line = await redisLine();
    const { gateway } = await limited({ acme: PER_DAY(2) }, { redisUrl: line.url });
    const used = () => gateway.redis.hGet(quotaKeys(gateway.prefix, 'acme').requests('tenant', 'day'), 'used');
    line.cut();
    expect(statuses([await call(gateway), await call(gateway)])).toEqual([200, 200]);
    line.restore();
    const seen = new Set<number>();
    await waitFor('the ledger to be asked', async () => {
      seen.add((await call(gateway)).status);
      return used();
    });
    expect([await used(), [...seen]]).toEqual(['2', [429]]);
  });
});
