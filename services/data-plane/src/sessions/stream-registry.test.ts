import { setImmediate } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { endpoint, routeOf } from '../../test/routes.js';
import { createStreamRegistry } from './stream-registry.js';

/** Opens streams on a replica; each records when it is rechecked. */
function start(count: number, recheckEveryMs?: number) {
  let endpoints = [endpoint('a')];
  let changed = () => {};
  const routes = { get: () => routeOf(endpoints), onChange: (listener: () => void) => (changed = listener) };
  const streams = createStreamRegistry(routes, { onChange: () => {} }, recheckEveryMs);
  const told: number[] = [];
  const { promise: first, resolve } = Promise.withResolvers<void>();
  const forget = Array.from({ length: count }, (_, stream) =>
    streams.add({
      session: `s-${stream}`,
      resource: { kind: 'adapter', name: 'echo' },
      endpointId: 'a',
      recheck() {
        told.push(stream);
        resolve();
      },
      onDrain: () => {},
    }),
  );
  const leaveRoutes = () => {
    endpoints = [];
    changed();
  };
  return { streams, told, first, leaveRoutes, end: () => forget.forEach((each) => each()) };
}

it('notifies streams one after another that their replica has left the routes', async () => {
  const { streams, told, first, leaveRoutes, end } = start(2_000);
  leaveRoutes();
  await first;
  await setImmediate();
  expect(told.length).toBeLessThan(1_000);
  end();
  expect(streams.countOn('a')).toBe(0);
});

it('rechecks all streams from time to time, even without a change', async () => {
  const { told, first, end } = start(2, 5);
  await first;
  end();
  expect(told.slice(0, 2)).toEqual([0, 1]);
});
