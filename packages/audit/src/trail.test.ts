import { randomUUID } from 'node:crypto';
import { describe, expect, it, jest } from '@jest/globals';
import type { AuditRecord } from '@mcp-gateway/common/contracts';
import { createLogger } from '@mcp-gateway/platform/logging';
import { auditTrail, type AuditTrailParts } from './trail.js';

const record = (tool: string): string =>
  JSON.stringify({
    id: randomUUID(),
    time: '2026-11-30T00:00:00.000Z',
    service: 'data-plane',
    action: 'mcp.tools/call',
    outcome: 'success',
    tool,
  } satisfies AuditRecord);

/** A trail to a stream that takes as many records of each batch as `takes` says, or fails. */
function trailTo(takes: () => number | Error, parts: Partial<AuditTrailParts> = {}) {
  const arrived: AuditRecord[] = [];
  const batches: number[] = [];
  const counts: Record<string, number> = {};
  const trail = auditTrail({
    service: 'data-plane',
    log: createLogger('test', 'silent'),
    stream: {
      async append(texts) {
        const taken = takes();
        batches.push(texts.length);
        if (taken instanceof Error) throw taken;
        const accepted = texts.slice(0, taken);
        arrived.push(...accepted.map((text) => JSON.parse(text) as AuditRecord));
        return accepted.length;
      },
    },
    count: (outcome, n) => (counts[outcome] = (counts[outcome] ?? 0) + n),
    ...parts,
    limits: { gatherMs: 1, retryMs: 1, ...parts.limits },
  });
  return { trail, arrived, batches, counts, labels: () => arrived.map(({ tool, action }) => tool ?? action) };
}

const until = async (isTrue: () => boolean) => {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 2));
};

describe('an audit trail', () => {
  it('sends records in their order, in batches', async () => {
    const { trail, labels, counts } = trailTo(() => 500, { limits: { batch: 2 } });
    for (const tool of ['a', 'b', 'c', 'd', 'e']) trail.record(record(tool));
    await trail.close();
    expect(labels()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(counts).toEqual({ streamed: 5 });
  });

  it('sends a full batch at once, and gathers what comes meanwhile for the next', async () => {
    const { trail, labels, batches } = trailTo(() => 500, { limits: { batch: 3, gatherMs: 60_000 } });
    for (const tool of ['a', 'b', 'c']) trail.record(record(tool));
    for (const tool of ['d', 'e']) trail.record(record(tool)); // the first batch is under way
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(batches).toEqual([3]);
    trail.record(record('f'));
    await until(() => labels().length === 6);
    expect(batches).toEqual([3, 3]);
    trail.record(record('g'));
    await trail.close();
    expect([labels().join(''), batches]).toEqual(['abcdefg', [3, 3, 1]]);
  });

  it('does not send full batches to a stream that fails before it is time to try again', async () => {
    const { trail, batches } = trailTo(() => new Error('no Redis'), { limits: { batch: 2, retryMs: 60_000 } });
    for (const tool of ['a', 'b']) trail.record(record(tool));
    await new Promise((resolve) => setTimeout(resolve, 5));
    for (const tool of ['c', 'd', 'e', 'f']) trail.record(record(tool));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(batches).toEqual([2]);
    await trail.close();
  });

  it('keeps what the stream does not take, and sends it later', async () => {
    const answers = [new Error('no Redis'), 0, 1, 500];
    const { trail, labels } = trailTo(() => answers.shift() ?? 500);
    for (const tool of ['a', 'b', 'c']) trail.record(record(tool));
    await until(() => labels().length === 3);
    expect(labels()).toEqual(['a', 'b', 'c']);
    await trail.close();
  });

  it('records how many records it has dropped, behind those before and ahead of those after', async () => {
    let isUp = false;
    const { trail, arrived, labels, counts } = trailTo(() => (isUp ? 500 : new Error('no Redis')), {
      limits: { records: 2, retryMs: 5 },
    });
    for (const tool of ['a', 'b', 'lost', 'lost', 'lost']) trail.record(record(tool));
    isUp = true;
    await until(() => labels().includes('audit.gap'));
    trail.record(record('c'));
    await trail.close();
    expect(labels()).toEqual(['a', 'b', 'audit.gap', 'c']);
    expect(arrived[2]).toMatchObject({ gap: { records: 3 }, reason: 'the buffer was full', outcome: 'failed' });
    expect(counts).toEqual({ dropped: 3, streamed: 4 });
  });

  it('limits what waits by bytes, too', async () => {
    const { trail, labels } = trailTo(() => 500, { limits: { bytes: 600, gatherMs: 60_000 } });
    for (let i = 0; i < 100; i += 1) trail.record(record('x'.repeat(50)));
    await trail.close();
    expect(labels().length).toBeLessThan(5);
    expect(labels()).toContain('audit.gap');
  });

  it('says at its end how many records were left out on purpose', async () => {
    const { trail, arrived } = trailTo(() => 500);
    trail.leaveOut('too many');
    trail.leaveOut('too many');
    await trail.close();
    expect(arrived).toMatchObject([{ action: 'audit.gap', gap: { records: 2 }, reason: 'too many' }]);
  });

  it('writes lines at once, whatever becomes of the stream', async () => {
    const write = jest.fn<(line: string) => boolean>(() => true);
    const { trail } = trailTo(() => new Error('no Redis'), { lines: { write } });
    trail.record(record('a'));
    expect(JSON.parse(write.mock.calls[0]?.[0] ?? '')).toMatchObject({ audit: true, tool: 'a' });
    expect(write.mock.calls[0]?.[0]).toMatch(/^\{"audit":true,.*\}\n$/);
    await trail.close();
  });

  it('counts lines that are dropped', async () => {
    const { trail, counts } = trailTo(() => 500, { lines: { write: () => false }, stream: undefined });
    trail.record(record('a'));
    await trail.close();
    expect(counts).toEqual({ dropped: 1 });
  });
});
