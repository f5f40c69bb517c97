import { describe, expect, it } from '@jest/globals';
import { auditStream, auditTrail, type AuditStream } from '@mcp-gateway/audit';
import type { AuditRecord } from '@mcp-gateway/common/contracts';
import { auditRows, connectDatabase, verifyAudit } from '@mcp-gateway/database';
import { afterTest } from '../support/clean-up.js';
import { connect, freshDatabase, silent } from '../support/postgres.js';
import { connectRedis, freshPrefix } from '../support/redis.js';
import { waitFor } from '../support/wait.js';
import { drain, record } from './support/audit.js';

describe('draining the audit', () => {
  const positions = async (rows: ReturnType<typeof auditRows>) =>
    (await rows.list({}, { limit: 10_000, order: 'oldest first' })).map(
      ({ record: text }) => (JSON.parse(text) as AuditRecord).tool,
    );
  const numbered = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, at) => JSON.stringify(record({ tool: String(from + at) })));
  const numbers = (to: number) => Array.from({ length: to }, (_, at) => String(at));

  it('stores each record once with two control planes, also when one of them ends between storing and removing', async () => {
    const url = await freshDatabase();
    const redis = await connectRedis();
    const stream = auditStream(redis, freshPrefix());
    await stream.append(numbered(0, 1_500));
    // It stores the first batch and is gone before it removes it from the stream.
    const dies: AuditStream = { ...stream, remove: async () => Promise.reject(new Error('gone')) };
    const end = drain({ stream: dies, rows: auditRows(connect(url)) });
    await waitFor('the first batch', async () => (await auditRows(connect(url)).head()) >= 1_000);
    await end();
    expect(await stream.length()).toBe(1_500);

    const [one, two] = [auditRows(connect(url)), auditRows(connect(url))];
    drain({ stream, rows: one });
    drain({ stream, rows: two });
    for (let i = 1_500; i < 3_000; i += 100) await stream.append(numbered(i, i + 100));
    await waitFor('the stream to be empty', async () => (await stream.length()) === 0);
    expect(await positions(one)).toEqual(numbers(3_000));
    expect(await verifyAudit(url)).toMatchObject({ intact: 3_000, fault: undefined });
  });

  it('loses nothing while the database is away, and says what it dropped beyond the bound', async () => {
    const url = await freshDatabase();
    const stream = auditStream(await connectRedis(), freshPrefix(), 20);
    const counts: Record<string, number> = {};
    const trail = auditTrail({
      service: 'data-plane',
      stream,
      log: silent,
      count: (outcome, n) => (counts[outcome] = (counts[outcome] ?? 0) + n),
      limits: { gatherMs: 1, retryMs: 5, records: 10 },
    });
    afterTest(() => trail.close());
    const away = connectDatabase('postgresql://app@127.0.0.1:1/gateway', { poolSize: 1 });
    afterTest(() => away.$disconnect());
    const endAway = drain({ stream, rows: auditRows(away) });
    for (const [from, to] of [
      [0, 10],
      [10, 20],
    ] as const) {
      for (let i = from; i < to; i += 1) trail.record(JSON.stringify(record({ tool: String(i) })));
      await waitFor('the stream to take them', async () => (await stream.length()) === to && counts['streamed'] === to);
    }
    for (let i = 20; i < 35; i += 1) trail.record(JSON.stringify(record({ tool: String(i) })));
    expect(counts['dropped']).toBe(5);
    await endAway();

    const rows = auditRows(connect(url));
    drain({ stream, rows });
    await waitFor('the gap', async () => (await rows.head()) === 31);
    const stored = (await rows.list({}, { limit: 100, order: 'oldest first' })).map(
      ({ record: text }) => JSON.parse(text) as AuditRecord,
    );
    expect(stored.map(({ tool }) => tool)).toEqual([...numbers(30), undefined]);
    expect(stored.at(-1)).toMatchObject({ action: 'audit.gap', gap: { records: 5 }, reason: 'the buffer was full' });
  });

  it('removes what is no record, and stores the rest', async () => {
    const rows = auditRows(connect(await freshDatabase()));
    const stream = auditStream(await connectRedis(), freshPrefix());
    const counts: Record<string, number> = {};
    await stream.append(['{', '{"id":1}', ...numbered(0, 2)]);
    drain({ stream, rows, count: (outcome, n) => (counts[outcome] = n) });
    await waitFor('the stream to be empty', async () => (await stream.length()) === 0);
    expect(await positions(rows)).toEqual(['0', '1']);
    expect(counts).toEqual({ unreadable: 2, stored: 2 });
  });

  it('removes records that are older than the retention', async () => {
    const url = await freshDatabase();
    const database = connect(url);
    await auditRows(database, () => new Date('2026-01-01T00:00:00Z')).append(numbered(0, 3));
    const rows = auditRows(database, () => new Date('2026-03-01T00:00:00Z'));
    await rows.append(numbered(3, 5));
    drain({
      stream: auditStream(await connectRedis(), freshPrefix()),
      rows,
      retentionDays: 30,
      now: () => new Date('2026-03-02T00:00:00Z'),
    });
    await waitFor('the removal', async () => (await positions(rows)).length === 2);
    expect(await verifyAudit(url)).toMatchObject({ base: { position: 3 }, intact: 2, fault: undefined });
  });
});
