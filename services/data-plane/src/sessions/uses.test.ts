import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createLogger } from '@mcp-gateway/common/logging';
import type { SessionUse } from '@mcp-gateway/common/sessions';
import { sessionUses, type SessionUses } from './uses.js';

const ALICE = { id: '1', adapterId: 'adapter-1', caller: 'alice' };

let seconds: number;
let written: Pick<SessionUse, 'id' | 'at' | 'keepSeconds'>[][];
let isAway: boolean;
let uses: SessionUses;

beforeEach(() => {
  [seconds, written, isAway] = [1_000, [], false];
  const touch = async (used: readonly SessionUse[]) => {
    if (isAway) throw new Error('Redis is away');
    written.push(used.map(({ id, at, keepSeconds }) => ({ id, at, keepSeconds })));
  };
  uses = sessionUses({ touch }, createLogger('test', 'silent'), () => seconds * 1_000);
});
afterEach(() => uses.close());

it('are written once when they are over', async () => {
  uses.begin(ALICE, 60)();
  await uses.flush();
  seconds += 10;
  await uses.flush();
  expect(written).toEqual([[{ id: '1', at: 1_000, keepSeconds: 60 }]]);
});

it('are written each time while they go on, and once after', async () => {
  const end = uses.begin(ALICE, 60);
  const other = uses.begin(ALICE, 90);
  for (let round = 0; round < 2; round++) {
    await uses.flush();
    seconds += 10;
    if (round === 0) other();
  }
  end();
  for (let round = 0; round < 2; round++) await uses.flush();
  expect(written.map(([use]) => use)).toEqual([1_000, 1_010, 1_020].map((at) => ({ id: '1', at, keepSeconds: 90 })));
});

it('are not in the way when they cannot be written', async () => {
  isAway = true;
  uses.begin(ALICE, 60)();
  await expect(uses.flush()).resolves.toBeUndefined();
});

it('count calls to each endpoint from when they are sent until they are over', () => {
  const counts = () => ['old', 'new', 'other'].map((endpoint) => uses.calls('1', endpoint));
  const overs = [uses.send('1', 'old'), uses.send('1', 'old'), uses.send('1', 'new'), uses.send('2', 'other')];
  expect(counts()).toEqual([2, 1, 0]);
  overs[0]?.();
  expect(counts()).toEqual([1, 1, 0]);
  overs.slice(1).forEach((over) => over());
  expect(counts()).toEqual([0, 0, 0]);
});
