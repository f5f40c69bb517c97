import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createLogger } from '@mcp-gateway/platform/logging';
import type { SessionActivity } from '@mcp-gateway/sessions';
import { activityTracker, type ActivityTracker } from './activity.js';

const ALICE = { id: '1', kind: 'adapter' as const, resourceId: 'adapter-1', caller: 'alice' };

let seconds: number;
let written: Pick<SessionActivity, 'id' | 'at' | 'keepSeconds'>[][];
let isAway: boolean;
let entries: ActivityTracker;

beforeEach(() => {
  [seconds, written, isAway] = [1_000, [], false];
  const touch = async (used: readonly SessionActivity[]) => {
    if (isAway) throw new Error('Redis is away');
    written.push(used.map(({ id, at, keepSeconds }) => ({ id, at, keepSeconds })));
  };
  entries = activityTracker({ touch }, createLogger('test', 'silent'), () => seconds * 1_000);
});
afterEach(() => entries.close());

it('writes a use once after it has ended', async () => {
  entries.begin(ALICE, 60)();
  await entries.flush();
  seconds += 10;
  await entries.flush();
  expect(written).toEqual([[{ id: '1', at: 1_000, keepSeconds: 60 }]]);
});

it('writes a use repeatedly while it lasts, and once after', async () => {
  const end = entries.begin(ALICE, 60);
  const other = entries.begin(ALICE, 90);
  for (let round = 0; round < 2; round++) {
    await entries.flush();
    seconds += 10;
    if (round === 0) other();
  }
  end();
  for (let round = 0; round < 2; round++) await entries.flush();
  expect(written.map(([entry]) => entry)).toEqual(
    [1_000, 1_010, 1_020].map((at) => ({ id: '1', at, keepSeconds: 90 })),
  );
});

it('does not fail a request when uses cannot be written', async () => {
  isAway = true;
  entries.begin(ALICE, 60)();
  await expect(entries.flush()).resolves.toBeUndefined();
});

it('writes the last use of each session once writing succeeds again', async () => {
  isAway = true;
  for (let round = 0; round < 3; round++) {
    entries.begin(ALICE, 60)();
    await entries.flush();
    await expect(entries.catchUp()).rejects.toThrow('Redis is away');
    expect(entries.unwritten('1')).toBe(seconds);
    seconds += 10;
  }
  isAway = false;
  await entries.catchUp();
  expect(entries.unwritten('1')).toBeUndefined();
  await entries.flush();
  expect(written).toEqual([[{ id: '1', at: 1_020, keepSeconds: 60 }]]);
});

it('loses no use that ends while it is being written', async () => {
  const end = entries.begin(ALICE, 60);
  const flushed = entries.flush();
  seconds += 10;
  end();
  await flushed;
  expect(entries.unwritten('1')).toBe(1_010);
});

it('reports no last use for a session that is still in use', () => {
  entries.begin(ALICE, 60);
  seconds += 1_000;
  expect(entries.unwritten('1')).toBe(2_000);
});

it('keeps unwritten uses of a bounded number of sessions, the most recent ones', async () => {
  isAway = true;
  const end = entries.begin({ ...ALICE, id: 'open' }, 60);
  seconds += 1;
  for (let id = 0; id < 100_001; id++) {
    if (id === 2) seconds += 1;
    entries.begin({ ...ALICE, id: String(id) }, 60)();
  }
  await entries.flush();
  expect([entries.unwritten('0'), entries.unwritten('1')]).toEqual([undefined, undefined]);
  isAway = false;
  await entries.flush();
  expect(written.flat()).toHaveLength(100_000);
  expect(written.flat().some(({ id }) => id === 'open')).toBe(true);
  end();
});

it('counts calls to each endpoint from when they are sent until they end', () => {
  const counts = () => ['old', 'new', 'other'].map((endpoint) => entries.calls('1', endpoint));
  const overs = [
    entries.send('1', 'old'),
    entries.send('1', 'old'),
    entries.send('1', 'new'),
    entries.send('2', 'other'),
  ];
  expect(counts()).toEqual([2, 1, 0]);
  overs[0]?.();
  expect(counts()).toEqual([1, 1, 0]);
  overs.slice(1).forEach((idle) => idle());
  expect(counts()).toEqual([0, 0, 0]);
});
