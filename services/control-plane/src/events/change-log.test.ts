import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Change, ChangeRows } from '@mcp-gateway/database';
import { createLogger } from '@mcp-gateway/platform/logging';
import { changeLog, type ChangeReader } from './change-log.js';

const { signal } = new AbortController();
const log = createLogger('test', 'silent');
const change = (position: number): Change => ({
  position,
  type: 'created',
  kind: 'adapter',
  name: `a-${position}`,
  id: null,
  generation: 1,
  phase: null,
  createdBy: 'alice',
  tenant: 'default',
  readers: [],
  readersBefore: null,
});

describe('the log of changes', () => {
  let stored: number[];
  let isDown: boolean;
  let polls: number;
  let rows: Pick<ChangeRows, 'after' | 'ends'>;
  let reader: ChangeReader;
  beforeEach(async () => {
    [stored, isDown, polls] = [[1], false, 0];
    rows = {
      async after(position, limit) {
        polls += 1;
        if (isDown) throw new Error('the database is away');
        const found = stored.filter((each) => each > position).slice(0, limit);
        return {
          changes: found.map(change),
          last: found.at(-1) ?? position,
          isFull: found.length === limit,
          now: 1e15,
        };
      },
      ends: async () => ({ oldest: stored[0] ?? 0, newest: stored.at(-1) ?? 0, now: 1e15, isWhole: stored[0] === 1 }),
    };
    reader = await changeLog(rows, { log, pollMs: 1 }).open();
  });
  const rest = async (from: number, to: number) => {
    const found: number[] = [];
    for (let position = from; position < to;) {
      const page = await reader.next(position, signal);
      if (page === 'lost') throw new Error('lost');
      found.push(...page.changes.map((each) => each.position));
      position = page.last;
    }
    return found;
  };
  const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 2);

  it('gives each change once to readers that wait, that lag and that begin far back', async () => {
    const waiting = rest(1, 3001);
    for (let at = 2; at <= 3001; at += 1) stored.push(at);
    expect(await waiting).toEqual(upTo(3000));
    expect(await rest(1, 3001)).toEqual(upTo(3000)); // more than are in memory
    expect(await rest(2990, 3001)).toEqual(upTo(3000).slice(-11));
    reader.close();
  });

  it('says that changes are lost when the oldest ones were removed', async () => {
    for (let at = 2; at <= 3001; at += 1) stored.push(at);
    await rest(1, 3001);
    stored.splice(0, 100); // up to 100
    expect(await reader.next(100, signal)).toBe('lost');
    expect(await rest(101, 3001)).toHaveLength(2900);
    reader.close();
  });

  it('goes on after an outage of the database, and does not ask it without readers', async () => {
    isDown = true;
    const waiting = rest(1, 2);
    await new Promise((resolve) => setTimeout(resolve, 20));
    stored.push(2);
    isDown = false;
    expect(await waiting).toEqual([2]);
    reader.close();
    const seen = polls;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(polls - seen).toBeLessThanOrEqual(1);
  });

  it('settles a minute behind the time of the database, for readers that have seen everything', async () => {
    expect([reader.isCurrent(1), reader.isCurrent(0)]).toEqual([true, false]);
    expect(reader.settled()).toBe(1e15 - 60e6);
    reader.close();
  });
});
