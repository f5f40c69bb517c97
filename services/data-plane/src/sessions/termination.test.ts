import { beforeEach, expect, it } from '@jest/globals';
import type { RouteTable } from '@mcp-gateway/routing';
import type { Termination } from '@mcp-gateway/sessions';
import { endpoint, routeOf } from '../../test/routes.js';
import type { Upstreams } from '../upstream/pools.js';
import { terminateEndedSessions } from './termination.js';

const route = routeOf([endpoint('a')]);
const terminationTo = (upstreamId: string): Termination => ({
  kind: 'adapter',
  name: 'echo',
  endpointId: 'a',
  upstreamId,
  caller: 'alice',
});

let left: Termination[];
let isLoaded: boolean;
let told: string[];
/** Answers Redis queries one at a time. */
let answers: (() => void)[];
let onTermination = () => {};
let onRoutes = () => {};

beforeEach(() => {
  [left, told, answers, isLoaded] = [[], [], [], true];
  const routes: RouteTable = {
    get: () => (isLoaded ? route : undefined),
    isLoaded: () => isLoaded,
    loadedAt: () => undefined,
    refresh: async () => {},
    onChange: (listener) => void (onRoutes = listener),
    endpoints: () => route.endpoints,
    all: () => [route],
    resourceAt: () => undefined,
    close: async () => {},
  };
  const nextTermination = () => {
    const next = left.shift() ?? null; // the list at the time of the query
    return new Promise<Termination | null>((resolve) => answers.push(() => resolve(next)));
  };
  const upstreams = {
    dispatch(_to: unknown, { headers }: { headers: string[] }, handler: { onResponseEnd(): void }) {
      told.push(headers[1] as string);
      handler.onResponseEnd();
    },
  } as unknown as Upstreams;
  terminateEndedSessions(
    routes,
    { onTermination: (listener) => void (onTermination = listener), records: { nextTermination } },
    upstreams,
    { ofGateway: async () => [] },
  );
});

/** Answers Redis queries until none is left. */
async function answerAll() {
  while (answers.length > 0) {
    answers.shift()?.();
    await new Promise(setImmediate);
  }
}

it('terminates pending sessions until none is left', async () => {
  left.push(terminationTo('one'), terminationTo('two'));
  onTermination();
  await answerAll();
  expect(told).toEqual(['one', 'two']);
});

it('terminates sessions that become pending just as the list is found empty', async () => {
  onTermination();
  left.push(terminationTo('late'));
  onTermination();
  await answerAll();
  expect(told).toEqual(['late']);
});

it('waits until the routes are known', async () => {
  isLoaded = false;
  left.push(terminationTo('one'));
  onTermination();
  await answerAll();
  expect(left).toHaveLength(1);
  isLoaded = true;
  onRoutes();
  await answerAll();
  expect(told).toEqual(['one']);
});
