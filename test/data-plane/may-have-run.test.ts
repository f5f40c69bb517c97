import { describe, expect, it } from '@jest/globals';
import { adapterRef } from '@mcp-gateway/common/contracts';
import { redisLine, type RedisLine } from '../support/redis-line.js';
import { waitFor } from '../support/wait.js';
import { startDoomedServer, type UnderWay } from './support/doomed-server.js';
import { failingCalls, type FailingCall, type Got, type Published } from './support/failing-calls.js';
import { startGateway, type Gateway } from './support/gateway.js';

interface Hindered {
  gateway: Gateway;
  line: RedisLine;
  cases: FailingCall[];
  /** Publishes the current route of each case. */
  publish(routeOf: (each: FailingCall) => Published[]): Promise<void>;
}

/** Keys of the records. */
const sessionsIn = ({ redis, keyOf }: Gateway) => redis.keys(keyOf('*'));

/** Events that prevent a session from continuing elsewhere. They happen while the request is under way. */
const HINDRANCES: Record<string, (hindered: Hindered) => unknown> = {
  'nothing else happens': () => {},
  async 'another replica is ready'({ publish }) {
    const { endpoint } = await startDoomedServer({ answersAll: true });
    await publish(({ route }) => [{ ...route, endpoints: [...route.endpoints, endpoint] }]);
  },
  'the adapter has no replica': ({ publish }) => publish(({ route }) => [{ ...route, endpoints: [] }]),
  'the adapter is removed': ({ publish }) => publish(() => []),
  'the adapter is removed and created anew': ({ publish }) =>
    publish(({ route }) => [{ ...route, resourceId: `${route.resourceId}-anew` }]),
  'the caller may not use the adapter any more': ({ publish }) =>
    publish(({ route }) => [{ ...route, createdBy: 'bob' }]),
  async 'Redis has lost its data'({ gateway }) {
    await gateway.redis.del(await gateway.redis.keys(`{${gateway.prefix}:*}:session*`));
  },
  async 'Redis is unavailable'({ gateway, line }) {
    line.cut();
    await waitFor('Redis to be missed', () =>
      gateway.routes.refresh(adapterRef('any')).then(
        () => false,
        () => true,
      ),
    );
  },
  async 'Redis has lost its data and is unavailable'(hindered) {
    await HINDRANCES['Redis has lost its data']?.(hindered);
    await HINDRANCES['Redis is unavailable']?.(hindered);
  },
  async 'the session has been relocated too often'({ gateway }) {
    const now = String(Math.floor(Date.now() / 1000));
    for (const key of await sessionsIn(gateway)) {
      await gateway.redis.hSet(key, { recentMoves: '10', recentSince: now });
    }
  },
  async 'another data plane relocates the session, and never finishes'({ gateway }) {
    for (const key of await sessionsIn(gateway)) {
      await gateway.redis.set(key.replace(':session:', ':moving:'), 'another');
    }
  },
  async 'no other replica has room for the session'({ publish }) {
    const { endpoint } = await startDoomedServer({ initializeStatus: 503 });
    await publish(({ route }) => [{ ...route, endpoints: [...route.endpoints, endpoint] }]);
  },
  async 'no other replica takes the session'({ publish }) {
    const { endpoint } = await startDoomedServer({ initializeStatus: 400 });
    await publish(({ route }) => [{ ...route, endpoints: [...route.endpoints, endpoint] }]);
  },
};

const INVITING =
  /did not run|send it again|try again|initialize a new|no such (?:session|adapter)|is not available|is ready/i;

/** The fault of an answer to a request that may have run, and may not run twice. */
function faultOf({ status, headers, text, isCut }: Got, { ids, hasBegun, server }: FailingCall): string | undefined {
  if ([404, 408, 425, 429, 503].includes(status)) return `its status is ${status}`;
  if (headers['retry-after'] !== undefined) return 'it says when to send it again';
  const reported = codesIn(text);
  if (INVITING.test(text.replaceAll(/: no replica is ready.*?"/g, '"'))) return `it says ${text}`;
  if (server.acted() > 1) return `the server has acted on it ${server.acted()} times`;
  if (text.includes('isPaid')) return undefined;
  if (isCut) return hasBegun || status > 0 ? undefined : 'there is none';
  const missing = ids.filter(
    (id) => !reported.some(([of, code]) => of === id && code !== undefined && /UPSTREAM_(GONE|TIMEOUT)/.test(code)),
  );
  return missing.length > 0 ? `no error answers ${missing.join()}: ${status} ${text}` : undefined;
}

function codesIn(text: string): [id: unknown, code: string | undefined][] {
  const texts =
    text.startsWith('{') || text.startsWith('[')
      ? [text]
      : [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => data);
  return texts.flatMap((each) => {
    try {
      return [JSON.parse(each)].flat().map(({ id, error }) => [id, error?.data?.code] as [unknown, string | undefined]);
    } catch {
      return [];
    }
  });
}

describe('a request that may have run is never answered in a way that invites the client to send it again', () => {
  it.each(Object.keys(HINDRANCES))('%s', async (hindrance) => {
    const cases = await failingCalls();
    const line = await redisLine();
    const gateway = await startGateway({
      routes: cases.map(({ route }) => route),
      redisUrl: line.url,
      leaveMs: 300,
      moveWithinMs: 300,
    });
    const answers = cases.map((each) => each.call(gateway.url));
    const underWay = await Promise.all(cases.map(({ server }) => server.underWay));
    const publish = (routeOf: (each: FailingCall) => Published[]) => gateway.publish(...cases.flatMap(routeOf));
    await HINDRANCES[hindrance]?.({ gateway, line, cases, publish });
    const routed = new Set(Array.from(gateway.routes.endpoints(), ({ id }) => id));
    await Promise.all(
      cases.map(({ fail, server }, at) => fail(underWay[at] as UnderWay, routed.has(server.endpoint.id))),
    );
    const faults: string[] = [];
    for (const [at, each] of cases.entries()) {
      const fault = faultOf((await answers[at]) as Got, each);
      if (fault !== undefined && !each.mayRunTwice) faults.push(`${each.name}: ${fault}`);
    }
    expect(faults).toEqual([]);
  });
});
