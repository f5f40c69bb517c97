import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import type { Route } from '@mcp-gateway/common/contracts';
import { createLogger } from '@mcp-gateway/platform/logging';
import { routeOf } from '../../test/routes.js';
import { expireSessions } from './expiry.js';

const silent = createLogger('test', 'silent');
let stop = () => {};
afterEach(() => stop());

it('ends overdue sessions of every adapter repeatedly, and continues after a failure', async () => {
  const [first, second] = ['first', 'second'].map((name) => routeOf([], { name })) as [Route, Route];
  const routes = [first, routeOf([], { name: 'stateless', affinity: 'none' }), second];
  const swept: string[] = [];
  const enough = new Promise<void>((resolve) => {
    const sessions = {
      async endOverdue({ name }: Route) {
        swept.push(name);
        if (swept.length === 1) throw new Error('Redis is away');
        if (swept.length >= 7) resolve();
      },
      endAll: async () => {},
    };
    stop = expireSessions({ all: () => routes }, sessions, silent, 2);
  });
  await enough;
  expect(swept).toEqual(['first', 'first', 'stateless', 'second', 'first', 'stateless', 'second']);
});

it('ends the sessions of an adapter that is gone for good, and tries again when that fails', async () => {
  const routes = ['stays', 'goes', 'blinks'].map((name) => routeOf([], { name, resourceId: name }));
  let passes = 0;
  const ended: string[] = [];
  const enough = new Promise<void>((resolve) => {
    const sessions = {
      async endOverdue({ name }: Route) {
        if (name !== 'stays') return;
        passes += 1;
        if (passes >= 10) resolve();
      },
      async endAll({ name }: Route) {
        ended.push(name);
        if (ended.length === 1) throw new Error('Redis is away');
      },
    };
    const all = () =>
      routes.filter(({ name }) => name === 'stays' || passes === 0 || (name === 'blinks' && passes > 1));
    stop = expireSessions({ all }, sessions, silent, 2);
  });
  await enough;
  expect(ended).toEqual(['goes', 'goes']);
});

it('stops on request', async () => {
  let swept = 0;
  const first = new Promise<void>((resolve) => {
    const sessions = {
      async endOverdue() {
        swept += 1;
        resolve();
      },
      endAll: async () => {},
    };
    stop = expireSessions({ all: () => [routeOf([])] }, sessions, silent, 2);
  });
  await first;
  stop();
  const before = swept;
  await delay(20); // ten intervals
  expect(swept).toBe(before);
});
