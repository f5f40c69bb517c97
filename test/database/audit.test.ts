import { describe, expect, it } from '@jest/globals';
import type { AuditRecord } from '@mcp-gateway/common/contracts';
import { auditRows, verifyAudit, type Database } from '@mcp-gateway/database';
import { record as call } from '../control-plane/support/audit.js';
import { connect, freshDatabase } from '../support/postgres.js';

const record = (fields: Partial<AuditRecord> = {}): string => JSON.stringify(call(fields));

async function freshAudit() {
  const url = await freshDatabase();
  const database = connect(url);
  return { url, database, rows: auditRows(database), verify: () => verifyAudit(url) };
}

const tools = async (rows: ReturnType<typeof auditRows>, order: 'oldest first' | 'newest first' = 'oldest first') =>
  (await rows.list({}, { limit: 100, order })).map(({ record: text }) => (JSON.parse(text) as AuditRecord).tool);

describe('audit records in PostgreSQL', () => {
  it('are stored once, in the order in which they came', async () => {
    const { rows } = await freshAudit();
    const [a, b, c] = ['a', 'b', 'c'].map((tool) => record({ tool })) as [string, string, string];
    expect(await rows.append([a, b])).toBe(2);
    expect(await rows.append([b, c, c])).toBe(1);
    expect(await tools(rows)).toEqual(['a', 'b', 'c']);
    expect(await tools(rows, 'newest first')).toEqual(['c', 'b', 'a']);
    expect(await rows.head()).toBe(3);
  });

  it('have one writer at a time', async () => {
    const { database, rows } = await freshAudit();
    await database.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT 1 FROM audit_chain FOR UPDATE`;
      expect(await rows.append([record()])).toBe('busy');
      expect(await rows.removeStoredBefore(new Date(), 10)).toBe('busy');
    });
    expect(await rows.append([record()])).toBe(1);
  });

  it('keep any text', async () => {
    const { rows, verify } = await freshAudit();
    await rows.append([record({ tool: '\0 "\\ \u{1f600}', reason: '\u2028' })]);
    expect(await tools(rows)).toEqual(['\0 "\\ \u{1f600}']);
    expect((await verify()).fault).toBeUndefined();
  });

  it('are found by what they are about', async () => {
    const { rows } = await freshAudit();
    const other = { caller: { subject: 'bob', name: 'Bob', roles: [], tenant: 'blue' } };
    await rows.append([
      record({ tool: 'a' }),
      record({ tool: 'b', ...other }),
      record({ tool: 'c', action: 'adapter.create', resource: { kind: 'tool', name: 'echo' } }),
      record({ tool: 'd', outcome: 'refused', time: '2026-11-30T09:00:00.000Z' }),
    ]);
    const found = async (filter: Parameters<typeof rows.list>[0]) =>
      (await rows.list(filter, { limit: 9, order: 'oldest first' })).map(
        ({ record: text }) => (JSON.parse(text) as AuditRecord).tool,
      );
    expect(await found({ subject: 'bob' })).toEqual(['b']);
    expect(await found({ tenants: ['blue'] })).toEqual(['b']);
    expect(await found({ action: 'adapter.create' })).toEqual(['c']);
    expect(await found({ action: 'adapter.*' })).toEqual(['c']);
    expect(await found({ kind: 'adapter', name: 'echo' })).toEqual(['a', 'b', 'd']);
    expect(await found({ outcome: 'refused' })).toEqual(['d']);
    expect(await found({ since: new Date('2026-11-30T09:00:00Z') })).toEqual(['d']);
    expect(await found({ until: new Date('2026-11-30T09:00:00Z') })).toEqual(['a', 'b', 'c']);
  });

  it('leave in bounded steps when they are old, and the rest can still be verified', async () => {
    const { database, rows, verify } = await freshAudit();
    const old = auditRows(database, () => new Date('2026-01-01T00:00:00Z'));
    await old.append(['a', 'b', 'c'].map((tool) => record({ tool })));
    await rows.append(['d', 'e'].map((tool) => record({ tool })));
    const cutoff = new Date('2026-06-01T00:00:00Z');
    expect(await rows.removeStoredBefore(cutoff, 2)).toBe(2);
    expect(await rows.removeStoredBefore(cutoff, 2)).toBe(1);
    expect(await rows.removeStoredBefore(cutoff, 2)).toBe(0);
    expect(await tools(rows)).toEqual(['d', 'e']);
    expect(await verify()).toMatchObject({ base: { position: 3 }, head: { position: 5 }, intact: 2, fault: undefined });
    await database.$executeRaw`DELETE FROM audit_records WHERE position = 4`;
    expect((await verify()).fault).toEqual({ position: 4, fault: 'record 4 is missing' });
  });
});

describe('the verification of the audit', () => {
  async function tampered(change: (database: Database) => PromiseLike<unknown>) {
    const audit = await freshAudit();
    await audit.rows.append(['a', 'b', 'c', 'd'].map((tool) => record({ tool })));
    await change(audit.database);
    return audit.verify();
  }

  it('finds nothing wrong with what the gateway has stored', async () => {
    const report = await tampered(async () => {});
    expect(report).toEqual({
      base: { position: 0, hash: '0'.repeat(64) },
      head: { position: 4, hash: expect.stringMatching(/^[\da-f]{64}$/) },
      intact: 4,
      fault: undefined,
    });
  });

  it.each<[string, (database: Database) => PromiseLike<unknown>, number, RegExp]>([
    [
      'a removed record',
      (d) => d.$executeRaw`DELETE FROM audit_records WHERE position = 2`,
      2,
      /^record 2 is missing$/,
    ],
    [
      'the first records removed',
      (d) => d.$executeRaw`DELETE FROM audit_records WHERE position < 3`,
      1,
      /^records 1 to 2 are missing$/,
    ],
    [
      'the last records removed',
      (d) => d.$executeRaw`DELETE FROM audit_records WHERE position > 2`,
      3,
      /^records 3 to 4 are missing$/,
    ],
    [
      'an edited record',
      (d) => d.$executeRaw`UPDATE audit_records SET record = replace(record, 'ada', 'eve') WHERE position > 2`,
      3,
      /^record 3 is not the one/,
    ],
    [
      'an edited column',
      (d) => d.$executeRaw`UPDATE audit_records SET subject = 'eve' WHERE position = 3`,
      3,
      /^the column subject of record 3/,
    ],
    [
      'an edited time of storing',
      (d) => d.$executeRaw`UPDATE audit_records SET stored_at = stored_at - interval '1 year' WHERE position = 2`,
      2,
      /^record 2 is not the one/,
    ],
    [
      'two records in each other’s place',
      (d) =>
        d.$executeRaw`UPDATE audit_records SET position = CASE position WHEN 2 THEN 103 ELSE 102 END WHERE position IN (2, 3)`.then(
          () => d.$executeRaw`UPDATE audit_records SET position = position - 100 WHERE position > 100`,
        ),
      2,
      /^record 2 is not the one/,
    ],
    [
      'an added record',
      (d) =>
        d.$executeRaw`INSERT INTO audit_records SELECT 5, gen_random_uuid(), stored_at, record, hash, time, action, outcome, subject, tenant, kind, name FROM audit_records WHERE position = 4`,
      5,
      /^record 5 was added/,
    ],
    [
      'a moved end',
      (d) => d.$executeRaw`UPDATE audit_chain SET head_hash = repeat('1', 64)`,
      4,
      /^the end of the chain was changed$/,
    ],
  ])('finds %s', async (_what, change, position, fault) => {
    expect((await tampered(change)).fault).toEqual({ position, fault: expect.stringMatching(fault) });
  });

  it('finds a chain that was written anew, by an end that was noted', async () => {
    const { url, database, rows } = await freshAudit();
    await rows.append([record({ tool: 'a' }), record({ tool: 'b' })]);
    const { head } = await verifyAudit(url);
    await rows.append([record({ tool: 'c' })]);
    expect((await verifyAudit(url, head)).fault).toBeUndefined();
    const { head: late } = await verifyAudit(url);

    await database.$executeRaw`TRUNCATE audit_records`;
    await database.$executeRaw`UPDATE audit_chain SET head_position = 0, head_hash = repeat('0', 64)`;
    await rows.append([record({ tool: 'x' }), record({ tool: 'y' })]);
    expect((await verifyAudit(url)).fault).toBeUndefined();
    expect((await verifyAudit(url, head)).fault).toEqual({
      position: 2,
      fault: expect.stringMatching(/written anew$/),
    });
    expect((await verifyAudit(url, late)).fault).toEqual({
      position: 3,
      fault: 'record 3 is not the one that was noted: the chain was written anew',
    });
  });
});
