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
    expect(records.map(({ reason, resource }) => [reason, resource?.tenant])).toEqual([
      ['creator', 'default'],
      [undefined, undefined],
      ['creator', 'default'],
      ['no rule permits it', 'default'],
      ['no rule permits it', 'default'],
      [undefined, undefined],
      ['creator', 'default'],
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

const ONLY_ADMINS = 'only mcp.admin and the administrators of a tenant may read the audit';

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
      expect([status, json]).toMatchObject([403, { code: 'FORBIDDEN', detail: ONLY_ADMINS }]);
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

describe('the audit of a tenant', () => {
  const ACME = { id: 'acme', members: { subjects: ['mia'] }, admins: { subjects: ['ann'] } };
  const shown = (records: AuditRecord[]) =>
    records.map(({ caller: by, action, resource, reason, outcome }) => [
      by?.subject,
      action,
      ...(resource ? [`${resource.kind}/${resource.name}`, resource.tenant] : []),
      outcome === 'success' ? reason : `${outcome}: ${reason}`,
    ]);

  /** mia is a member of acme and ann its administrator; eve and root belong to `default`. */
  async function ofAcme() {
    const audit = await audited();
    const { admin, url } = audit;
    const [mia, ann, eve] = [caller(url, 'mia'), caller(url, 'ann'), caller(url, 'eve')];
    await admin.call('POST', '/tenants', ACME);
    await eve.post(specOf('of-eve'));
    await mia.post(specOf('of-mia'));
    await mia.get('/adapters/of-eve');
    await mia.get('/adapters/unknown');
    await eve.remove('of-mia');
    await ann.put('of-mia', specOf('of-mia', { replicaCount: 2 }));
    await admin.remove('of-mia');
    await admin.call('PUT', '/tenants/acme/quota', {});
    await waitFor('the records', async () => (await audit.rows.head()) >= 9);
    return { ...audit, ann, mia, eve };
  }
  const EXPECTED = [
    ['root', 'tenant.create', 'tenant/acme', 'acme', 'admin'],
    ['mia', 'adapter.create', 'adapter/of-mia', 'acme', 'creator'],
    ['mia', 'adapter.read', 'adapter/of-eve', undefined, 'refused: undefined'],
    ['mia', 'adapter.read', 'adapter/unknown', undefined, 'refused: undefined'],
    ['eve', 'adapter.delete', 'adapter/of-mia', 'acme', 'refused: no rule permits it'],
    ['ann', 'adapter.update', 'adapter/of-mia', 'acme', 'tenant-admin'],
    ['root', 'adapter.delete', 'adapter/of-mia', 'acme', 'admin'],
    ['root', 'tenant.quota.update', 'tenant/acme', 'acme', 'admin'],
  ];

  it('has what its members did and what was done to its resources, and does not tell of resources of others', async () => {
    const { ann, admin, verify } = await ofAcme();
    const { status, text } = await ann.get('/audit/export');
    expect(status).toBe(200);
    const lines = text.trimEnd().split('\n');
    const entries = lines.map((line) => JSON.parse(line) as AuditEntry);
    expect(shown(entries)).toEqual(EXPECTED);
    expect(entries.flatMap(({ hash }) => hash ?? [])).toEqual([]);

    const pages: AuditEntry[] = [];
    for (let path: string | undefined = '/audit?limit=3&until=2100-01-01T00:00:00Z'; path;) {
      const page = await ann.get(path);
      pages.push(...(page.json as AuditEntry[]));
      path = /^<(.+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1];
    }
    expect(shown(pages.toReversed())).toEqual(EXPECTED);
    const mine = async (query: string) => shown((await ann.get(`/audit?${query}`)).json as AuditEntry[]);
    expect(await mine('subject=eve')).toEqual([EXPECTED[4]]);
    expect(await mine('tenant=acme&action=tenant.*')).toEqual([EXPECTED[7], EXPECTED[0]]);
    expect(await mine('tenant=default')).toEqual([]);
    const all = (await admin.get('/audit?tenant=acme')).json as AuditEntry[];
    expect(all.map(({ reason, hash }) => [reason, hash?.length]).slice(4, 6)).toEqual([
      ['no such resource', 64],
      ['no rule permits it', 64],
    ]);
    expect((await verify()).fault).toBeUndefined();
  });

  it('is closed to its members, and to an administrator whom it loses', async () => {
    const { ann, mia, admin, stored } = await ofAcme();
    expect((await mia.get('/audit')).json).toMatchObject({ code: 'FORBIDDEN', detail: ONLY_ADMINS });
    await ann.get('/audit');
    await admin.call('PUT', '/tenants/acme', { ...ACME, admins: {} });
    expect((await ann.get('/audit/export')).status).toBe(403);
    const reads = (await stored(9)).filter(({ action }) => action.startsWith('audit.'));
    expect(shown(reads)).toEqual([
      ['mia', 'audit.read', 'refused: no rule permits it'],
      ['ann', 'audit.read', 'tenant-admin'],
      ['ann', 'audit.export', 'refused: no rule permits it'],
    ]);
  });
});
