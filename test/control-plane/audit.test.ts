import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { auditStream, auditTrail, type AuditStream } from '@mcp-gateway/audit';
import type { AuditEntry, AuditRecord } from '@mcp-gateway/common/contracts';
import { auditRows, connectDatabase, verifyAudit } from '@mcp-gateway/database';
import { afterTest } from '../support/clean-up.js';
import { connect, freshDatabase, silent } from '../support/postgres.js';
import { connectRedis, freshPrefix } from '../support/redis.js';
import { waitFor } from '../support/wait.js';
import { caller } from './support/callers.js';
import { specOf, startControlPlane } from './support/control-plane.js';
import { drainAudit, type DrainParts } from './support/sources.js';

const record = (fields: Partial<AuditRecord> = {}): AuditRecord => ({
  id: randomUUID(),
  time: '2026-11-30T08:00:00.000Z',
  service: 'data-plane',
  action: 'mcp.tools/call',
  outcome: 'success',
  caller: { subject: 'ada', name: 'Ada', roles: [], tenant: 'default' },
  resource: { kind: 'adapter', name: 'echo' },
  ...fields,
});
const QUICK = { everyMs: 5, retryMs: 5, retentionMs: 5 };

function drain(parts: Pick<DrainParts, 'stream' | 'rows'> & Partial<DrainParts>) {
  const end = drainAudit({ retentionDays: 90, log: silent, timing: QUICK, ...parts });
  afterTest(end);
  return end;
}

/** A control plane that stores what it records, and administrators see. */
async function audited() {
  const url = await freshDatabase();
  const database = connect(url);
  const stream = auditStream(await connectRedis(), freshPrefix());
  const trail = auditTrail({ service: 'control-plane', stream, log: silent, limits: { gatherMs: 1 } });
  afterTest(() => trail.close());
  const rows = auditRows(database);
  const controlPlane = await startControlPlane({ database, trail });
  drain({ stream, rows });
  const admin = caller(controlPlane.url, 'root', 'mcp.admin');
  return {
    url: controlPlane.url,
    database,
    stream,
    rows,
    admin,
    verify: () => verifyAudit(url),
    /** Also while the control plane holds the chain. */
    add: (records: string[]) => waitFor('the chain', async () => (await rows.append(records)) !== 'busy'),
    /** The oldest records of what callers other than the admin did. */
    async stored(count: number): Promise<AuditRecord[]> {
      return waitFor(`${count} stored records`, async () => {
        const found = await rows.list({}, { limit: 1_000, order: 'oldest first' });
        const records = found
          .map(({ record: text }) => JSON.parse(text) as AuditRecord)
          .filter(({ caller: by }) => by?.subject !== 'root');
        return records.length >= count && records;
      });
    },
  };
}

describe('the audit of management requests', () => {
  it('records each change and each refusal, with the caller and the resource, and no value of the body', async () => {
    const { url, stored, verify } = await audited();
    const [alice, bob] = [caller(url, 'alice', 'staff'), caller(url, 'bob')];
    const spec = specOf('echo', { environmentVariables: { KEY: 's3cret' }, requiredRoles: ['other'] });
    await alice.post(spec, { 'x-request-id': 'r-1', 'user-agent': 'a client' });
    await alice.post(spec);
    await alice.get('/adapters/echo');
    await alice.put('echo', { ...spec, replicaCount: 2 });
    await bob.get('/adapters/echo?token=s3cret');
    await bob.remove('echo');
    await bob.post({ name: 'not valid: s3cret' });
    await alice.remove('echo');
    const records = await stored(7);
    expect(
      records.map(({ action, outcome, status, code, resource, caller: by }) => [
        by?.subject,
        action,
        resource?.name,
        outcome,
        status,
        code,
      ]),
    ).toEqual([
      ['alice', 'adapter.create', 'echo', 'success', 201, undefined],
      ['alice', 'adapter.create', 'echo', 'refused', 409, 'ADAPTER_EXISTS'],
      ['alice', 'adapter.update', 'echo', 'success', 200, undefined],
      ['bob', 'adapter.read', 'echo', 'refused', 404, 'ADAPTER_NOT_FOUND'],
      ['bob', 'adapter.delete', 'echo', 'refused', 404, 'ADAPTER_NOT_FOUND'],
      ['bob', 'adapter.create', undefined, 'refused', 400, 'INVALID_REQUEST'],
      ['alice', 'adapter.delete', 'echo', 'success', 204, undefined],
    ]);
    expect(records[0]).toMatchObject({
      service: 'control-plane',
      requestId: 'r-1',
      userAgent: 'a client',
      address: '127.0.0.1',
      caller: { roles: ['staff'], tenant: 'default', signIn: 'development' },
      requestBytes: JSON.stringify(spec).length,
    });
    expect(JSON.stringify(records)).not.toContain('s3cret');
    expect((await verify()).fault).toBeUndefined();
  });

  it('records failed sign-ins', async () => {
    const { url, stored } = await audited();
    await caller(url, 'x'.repeat(300)).get('/adapters');
    expect(await stored(1)).toMatchObject([
      { action: 'sign-in.failure', outcome: 'refused', code: 'SIGN_IN_REQUIRED' },
    ]);
  });
});

describe('GET /audit', () => {
  async function filled() {
    const audit = await audited();
    const texts = ['a', 'b', 'c', 'd', 'e'].map((tool, at) =>
      record({ tool, time: `2026-11-30T08:00:0${at}.000Z`, ...(at > 2 && { outcome: 'refused' }) }),
    );
    await audit.add(texts.map((each) => JSON.stringify(each)));
    return audit;
  }
  const toolsOf = (entries: AuditEntry[]) => entries.map(({ tool }) => tool);
  const CALLS = 'action=mcp.*';

  it('lists records, newest first, page by page with the same filters', async () => {
    const { admin } = await filled();
    const first = await admin.get(`/audit?${CALLS}&limit=2`);
    expect(first.status).toBe(200);
    expect(first.json).toEqual([
      {
        ...record({ tool: 'e' }),
        id: expect.any(String),
        time: '2026-11-30T08:00:04.000Z',
        outcome: 'refused',
        position: 5,
        storedAt: expect.any(String),
        hash: expect.stringMatching(/^[\da-f]{64}$/),
      },
      expect.objectContaining({ tool: 'd', position: 4 }),
    ]);
    const pages = [toolsOf(first.json as AuditEntry[])];
    for (let link = first.headers.get('link'); link;) {
      const page = await admin.get(/^<(.+)>; rel="next"$/.exec(link)?.[1] ?? '');
      pages.push(toolsOf(page.json as AuditEntry[]));
      link = page.headers.get('link');
    }
    expect(pages).toEqual([['e', 'd'], ['c', 'b'], ['a']]);
  });

  it.each([
    ['since=2026-11-30T08:00:03Z', ['e', 'd']],
    ['until=2026-11-30T09:00:01%2B01:00', ['a']],
    ['outcome=refused', ['e', 'd']],
    ['resource=adapter/echo&subject=ada&tenant=default', ['e', 'd', 'c', 'b', 'a']],
    ['resource=adapter/other', []],
  ])('filters by %s', async (query, tools) => {
    const { admin } = await filled();
    const { json } = await admin.get(`/audit?${CALLS}&${query}`);
    expect(toolsOf(json as AuditEntry[])).toEqual(tools);
  });

  it.each([
    'since=yesterday',
    'limit=0',
    'cursor=!',
    'cursor=eA',
    'resource=echo',
    'outcome=good',
    'subject=',
    'unknown=1',
  ])('refuses %s', async (query) => {
    const { admin } = await filled();
    const { status, json } = await admin.get(`/audit?${query}`);
    expect([status, (json as { code: string }).code]).toEqual([400, 'INVALID_REQUEST']);
  });

  it.each(['/audit', '/audit/export', '/audit?limit=0'])(
    'is for administrators only, and records who tried: %s',
    async (path) => {
      const { url, stored } = await audited();
      const { status, json } = await caller(url, 'bob', 'mcp.administrator').get(path);
      expect([status, json]).toMatchObject([403, { code: 'FORBIDDEN', detail: 'only mcp.admin may read the audit' }]);
      expect(await stored(1)).toMatchObject([
        {
          action: path.includes('export') ? 'audit.export' : 'audit.read',
          outcome: 'refused',
          caller: { subject: 'bob' },
        },
      ]);
    },
  );

  it('changes nothing', async () => {
    const { admin } = await audited();
    for (const method of ['POST', 'PUT', 'DELETE']) expect((await admin.call(method, '/audit')).status).toBe(405);
  });

  it('exports everything as lines, oldest first, in pages', async () => {
    const { admin, add } = await audited();
    for (let i = 0; i < 5; i += 1) {
      await add(Array.from({ length: 500 }, (_, at) => JSON.stringify(record({ tool: `${i * 500 + at}` }))));
    }
    const { status, headers, text } = await admin.get(`/audit/export?${CALLS}`);
    expect([status, headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditEntry);
    expect(toolsOf(lines)).toEqual(Array.from({ length: 2_500 }, (_, at) => String(at)));
    expect(lines.map(({ position }) => position)).toEqual(Array.from({ length: 2_500 }, (_, at) => at + 1));
  });
});

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
      for (let i = from; i < to; i += 1) trail.record(record({ tool: String(i) }));
      await waitFor('the stream to take them', async () => (await stream.length()) === to && counts['streamed'] === to);
    }
    for (let i = 20; i < 35; i += 1) trail.record(record({ tool: String(i) }));
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
