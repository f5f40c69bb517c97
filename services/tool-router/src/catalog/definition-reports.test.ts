import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Route, type DefinitionReport } from '@mcp-gateway/common/contracts';
import type { Logger } from '@mcp-gateway/platform/logging';
import { NOTHING } from '../sources/source.js';
import { DefinitionReports } from './definition-reports.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const route = Route.parse({
  kind: 'tool',
  name: 'search',
  resourceId: 'id-of-search',
  generation: 1,
  createdBy: 'alice',
  requiredRoles: [],
  affinity: 'session',
  path: '/mcp',
  endpoints: [],
});
const listing = (...names: string[]) => ({
  ...NOTHING,
  tools: names.map((name) => ({ name, inputSchema: { type: 'object' as const } })),
});

function setUp() {
  const told: string[][] = [];
  const warnings: unknown[] = [];
  const state = { isDown: false };
  async function send({ definitions }: DefinitionReport) {
    if (state.isDown) throw new Error('the control plane is down');
    told.push(definitions.map(({ name }) => name));
  }
  const log = { warn: (what: unknown) => void warnings.push(what) } as unknown as Logger;
  return { told, warnings, state, reports: new DefinitionReports(send, log) };
}

it('reports each change once, at most one in two seconds, and the last one always', async () => {
  const { told, reports } = setUp();
  for (const name of ['a', 'b', 'c', 'd']) reports.tell(route, listing(name), undefined);
  await jest.advanceTimersByTimeAsync(1_999);
  expect(told).toEqual([['a']]);
  await jest.advanceTimersByTimeAsync(10_000);
  expect(told).toEqual([['a'], ['d']]);
  reports.tell(route, listing('d'), undefined);
  await jest.advanceTimersByTimeAsync(10_000);
  expect(told).toHaveLength(2);
  reports.close();
});

it('repeats a report that was not taken, says so once, and sends what is so by then', async () => {
  const { told, warnings, state, reports } = setUp();
  state.isDown = true;
  reports.tell(route, listing('a'), undefined);
  await jest.advanceTimersByTimeAsync(60_000);
  reports.tell(route, listing('b'), undefined);
  state.isDown = false;
  await jest.advanceTimersByTimeAsync(15_000);
  expect(told).toEqual([['b']]);
  expect(warnings).toHaveLength(1);
  reports.close();
});

it('reports what has not changed again after ten minutes, and nothing of a source that is gone', async () => {
  const { told, state, reports } = setUp();
  for (let minute = 0; minute < 11; minute += 1) {
    reports.tell(route, listing('a'), undefined);
    await jest.advanceTimersByTimeAsync(60_000);
  }
  expect(told).toEqual([['a'], ['a']]);
  state.isDown = true;
  reports.tell(route, listing('b'), undefined);
  await jest.advanceTimersByTimeAsync(1);
  reports.forget(route);
  state.isDown = false;
  await jest.advanceTimersByTimeAsync(60_000);
  expect(told).toHaveLength(2);
  reports.close();
});
