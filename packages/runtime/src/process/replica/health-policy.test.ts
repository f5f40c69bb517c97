import { expect, it } from '@jest/globals';
import { healthPolicy } from './health.js';

const base = { healthy: false, portConflict: false, failures: 1, late: false };
it.each<[situation: Partial<Parameters<typeof healthPolicy>[0]>, decision: ReturnType<typeof healthPolicy>]>([
  [{ state: 'Starting', healthy: true }, 'ready'],
  [{ state: 'NotReady', healthy: true }, 'ready'],
  [{ state: 'Starting', healthy: true, portConflict: true }, 'restart-port-conflict'],
  [{ state: 'Starting', failures: 100 }, 'starting'],
  [{ state: 'Starting', late: true }, 'restart-late'],
  [{ state: 'Ready', late: true }, 'wait'],
  [{ state: 'Ready', failures: 2 }, 'wait'],
  [{ state: 'Ready', failures: 3 }, 'not-ready'],
  [{ state: 'NotReady', failures: 14 }, 'not-ready'],
  [{ state: 'NotReady', failures: 15 }, 'restart-unhealthy'],
])('a probe with %j leads to %s', (situation, decision) => {
  expect(healthPolicy({ state: 'Starting', ...base, ...situation })).toBe(decision);
});
