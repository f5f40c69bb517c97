import { describe, expect, it } from '@jest/globals';
import { auditStream, auditTrail } from '@mcp-gateway/audit';
import type { AuditEntry, AuditRecord } from '@mcp-gateway/common/contracts';
import { auditRows, verifyAudit } from '@mcp-gateway/database';
import { afterTest } from '../support/clean-up.js';
import { connect, freshDatabase, silent } from '../support/postgres.js';
import { connectRedis, freshPrefix } from '../support/redis.js';
import { waitFor } from '../support/wait.js';
import { drain, record } from './support/audit.js';
import { caller } from './support/callers.js';
import { specOf, startControlPlane } from './support/control-plane.js';

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
