import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import { Route } from '@mcp-gateway/common/contracts';
import { createLogger } from '@mcp-gateway/common/logging';
import { sweepSessions } from './sweep.js';

const silent = createLogger('test', 'silent');
const routeOf = (name: string, affinity: string) =>
  Route.parse({
    name,
    adapterId: name,
    generation: 1,
    createdBy: 'alice',
    requiredRoles: [],
    affinity,
    path: '/mcp',
    endpoints: [],
  });

let stop = () => {};
afterEach(() => stop());

it('ends overdue sessions of every adapter, again and again, also after it could not', async () => {
  const routes = [routeOf('first', 'session'), routeOf('stateless', 'none'), routeOf('second', 'session')];
  const swept: string[] = [];
  const enough = new Promise<void>((resolve) => {
    const sessions = {
      async endOverdue({ name }: Route) {
        swept.push(name);
        if (swept.length === 1) throw new Error('Redis is away');
        if (swept.length >= 7) resolve();
      },
    };
    stop = sweepSessions({ all: () => routes }, sessions, silent, 2);
  });
  await enough;
  expect(swept).toEqual(['first', 'first', 'stateless', 'second', 'first', 'stateless', 'second']);
});

it('stops when it is told to', async () => {
  let swept = 0;
  const first = new Promise<void>((resolve) => {
    const sessions = {
      async endOverdue() {
        swept += 1;
        resolve();
      },
    };
    stop = sweepSessions({ all: () => [routeOf('first', 'session')] }, sessions, silent, 2);
  });
  await first;
  stop();
  const before = swept;
  await delay(20); // ten times over
  expect(swept).toBe(before);
});
