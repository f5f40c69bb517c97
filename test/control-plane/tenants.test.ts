import { beforeEach, describe, expect, it } from '@jest/globals';
import { followTenants, quotaKeys, quotaLedger } from '@mcp-gateway/quotas';
import { sessionRecords } from '@mcp-gateway/sessions';
import { connectRedis, freshPrefix } from '../support/redis.js';
import { silent } from '../support/postgres.js';
import { sessionRecord } from '../support/session-record.js';
import { afterTest } from '../support/clean-up.js';
import { waitFor } from '../support/wait.js';
import { caller, type Answer, type Caller } from './support/callers.js';
import { specOf, startControlPlane, type ControlPlane } from './support/control-plane.js';

const ACME = {
  id: 'acme',
  displayName: 'Acme',
  members: { subjects: [], claims: [], roles: ['office'] },
  admins: { subjects: ['ann'], roles: [] },
};

let plane: ControlPlane;
let root: Caller;
let ann: Caller;
let member: Caller;
let stranger: Caller;
beforeEach(async () => {
  plane = await startControlPlane();
  root = caller(plane.url, 'root', 'mcp.admin');
  ann = caller(plane.url, 'ann');
  member = caller(plane.url, 'mia', 'Office');
  stranger = caller(plane.url, 'eve');
  await root.call('POST', '/tenants', ACME);
});

const outcome = ({ status, json }: Answer) => (status < 400 ? String(status) : `${status} ${json.code}`);
const ids = ({ json }: Answer) => (json as { id: string }[]).map(({ id }) => id);
const names = ({ json }: Answer) => (json as { name: string }[]).map(({ name }) => name);

describe('tenants', () => {
  it('are created, read, changed, listed and removed', async () => {
    const created = await root.call('POST', '/tenants', { id: 'zebra' });
    expect([created.status, created.headers.get('location')]).toEqual([201, '/tenants/zebra']);
    const empty = { subjects: [], roles: [] };
    expect(created.json).toEqual({
      id: 'zebra',
      displayName: '',
      members: { ...empty, claims: [] },
      admins: empty,
      createdAt: expect.any(String),
      lastUpdatedAt: expect.any(String),
    });
    expect((await root.get('/tenants/zebra')).json).toEqual(created.json);
    const changed = await root.call('PUT', '/tenants/zebra', { id: 'zebra', displayName: 'Zoo' });
    expect(changed.json).toMatchObject({ displayName: 'Zoo', createdAt: created.json.createdAt });
    expect(ids(await root.get('/tenants'))).toEqual(['acme', 'default', 'zebra']);
    const page = await root.get('/tenants?limit=2');
    expect(ids(page)).toEqual(['acme', 'default']);
    const next = /^<(.+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1] ?? '';
    expect(ids(await root.get(next))).toEqual(['zebra']);
    expect((await root.call('DELETE', '/tenants/zebra')).status).toBe(204);
    expect((await root.get('/tenants/zebra')).status).toBe(404);
  });

  it.each<[string, string, unknown, Record<'root' | 'ann' | 'member' | 'stranger', unknown>]>([
    ['GET', '/tenants/acme', undefined, { root: 200, ann: 200, member: 404, stranger: 404 }],
    ['GET', '/tenants/acme/quota', undefined, { root: 200, ann: 200, member: 200, stranger: 404 }],
    ['GET', '/tenants/missing', undefined, { root: 404, ann: 404, member: 404, stranger: 404 }],
    ['GET', '/tenants/missing/quota', undefined, { root: 404, ann: 404, member: 404, stranger: 404 }],
    ['GET', '/tenants/default/quota', undefined, { root: 200, ann: 200, member: 404, stranger: 200 }],
    ['POST', '/tenants', { id: 'acme' }, { root: 409, ann: 403, member: 403, stranger: 403 }],
    ['POST', '/tenants', { id: 'default' }, { root: 409, ann: 403, member: 403, stranger: 403 }],
    ['PUT', '/tenants/acme/quota', {}, { stranger: 404, member: 404, ann: 403, root: 200 }],
    ['PUT', '/tenants/missing/quota', {}, { stranger: 404, member: 404, ann: 404, root: 404 }],
    ['PUT', '/tenants/acme', ACME, { stranger: 404, member: 404, ann: 403, root: 200 }],
    ['DELETE', '/tenants/default', undefined, { stranger: 404, member: 404, ann: 404, root: 403 }],
    ['DELETE', '/tenants/acme', undefined, { stranger: 404, member: 404, ann: 403, root: 204 }],
  ])('answer %s %s to each caller as it may', async (method, path, body, expected) => {
    const callers = { root, ann, member, stranger };
    const found: [string, number][] = [];
    for (const who of Object.keys(expected) as (keyof typeof callers)[]) {
      found.push([who, (await callers[who].call(method, path, body)).status]);
    }
    expect(Object.fromEntries(found)).toEqual(expected);
  });

  it.each([
    ['/tenants/acme', ACME, { ...ACME, displayName: 'Other' }],
    ['/tenants/acme/quota', {}, { requests: { hour: 5 } }],
    ['/tenants/default', { id: 'default' }, { id: 'default', displayName: 'All' }],
    ['/tenants/default/quota', {}, { adapters: 5 }],
  ])('%s changes only as it was read when If-Match says so', async (path, before, after) => {
    const tag = async (answer: Promise<Answer>) => (await answer).headers.get('etag') ?? '';
    const put = (body: unknown, ifMatch?: string) =>
      root.call('PUT', path, body, ifMatch === undefined ? {} : { 'if-match': ifMatch });
    const first = await tag(root.get(path));
    expect(first).toMatch(/^"[\w-]{22}"$/);
    const second = await tag(put(after, first));
    expect(second).not.toBe(first);
    expect(await tag(root.get(path))).toBe(second);
    expect((await put(before, first)).json).toMatchObject({ status: 412, code: 'EDIT_CONFLICT' });
    expect(await tag(root.get(path))).toBe(second);
    const raced = await Promise.all([1, 2, 3].map(() => put(before, second)));
    expect(raced.map(outcome).toSorted((one, other) => one.localeCompare(other))).toEqual([
      '200',
      '412 EDIT_CONFLICT',
      '412 EDIT_CONFLICT',
    ]);
    expect(await tag(put(after))).toBe(second);
    expect((await put(after, '*')).status).toBe(200);
  });

  it('are removed only as they were read when If-Match says so', async () => {
    const remove = (ifMatch: string) => root.call('DELETE', '/tenants/acme', undefined, { 'if-match': ifMatch });
    const { headers } = await root.get('/tenants/acme');
    expect(outcome(await remove('"stale"'))).toBe('412 EDIT_CONFLICT');
    expect((await remove(headers.get('etag') ?? '')).status).toBe(204);
  });

  it('say what is wrong in a body', async () => {
    expect((await root.call('POST', '/tenants', { id: 'A B', member: {} })).json).toMatchObject({
      errors: [
        { pointer: '#/id', detail: 'must be lower-case letters, digits and inner hyphens' },
        { pointer: '#/member', detail: 'is not a known field; did you mean "members"?' },
      ],
    });
    expect((await root.call('PUT', '/tenants/acme', { id: 'other' })).status).toBe(400);
    expect((await root.call('PUT', '/tenants/acme/quota', { requests: { hour: -1 } })).json).toMatchObject({
      detail: '#/requests/hour must be at least 0',
    });
  });
});

describe('an adapter', () => {
  it('belongs to the tenant of its creator, whose administrators read and change it', async () => {
    expect((await member.post(specOf('of-acme'))).json).toMatchObject({ tenant: 'acme', createdBy: 'mia' });
    expect((await stranger.post(specOf('of-nobody'))).json).toMatchObject({ tenant: 'default' });
    expect(names(await ann.get('/adapters'))).toEqual(['of-acme']);
    expect(names(await root.get('/adapters'))).toEqual(['of-acme', 'of-nobody']);
    expect(names(await stranger.get('/adapters'))).toEqual(['of-nobody']);
    expect((await ann.get('/adapters/of-nobody')).status).toBe(404);
    expect((await ann.put('of-acme', specOf('of-acme', { replicaCount: 2 }))).json).toMatchObject({ tenant: 'acme' });
    expect((await root.call('DELETE', '/tenants/acme')).json).toMatchObject({ code: 'TENANT_IN_USE' });
    expect((await ann.remove('of-acme')).status).toBe(204);
  });

  it('loses the administrators that its tenant loses', async () => {
    await member.post(specOf('of-acme'));
    expect((await ann.get('/adapters/of-acme')).status).toBe(200);
    await root.call('PUT', '/tenants/acme', { ...ACME, admins: {} });
    expect((await ann.get('/adapters/of-acme')).status).toBe(404);
  });
});

describe('the quota of a tenant', () => {
  it('limits its adapters and replicas, also when many are made at once', async () => {
    await root.call('PUT', '/tenants/acme/quota', { adapters: 2, replicas: 3 });
    const made = await Promise.all([1, 2, 3, 4, 5].map((n) => member.post(specOf(`a-${n}`))));
    expect(made.map(outcome).toSorted((one, other) => one.localeCompare(other))).toEqual([
      '201',
      '201',
      ...Array<string>(3).fill('429 QUOTA_EXCEEDED'),
    ]);
    expect(made.find(({ status }) => status === 429)?.json).toMatchObject({
      detail:
        'tenant acme may have 2 adapters and tools and has 2; scale down or remove one, or ask mcp.admin to raise the quota',
    });
    const [mine = ''] = names(await member.get('/adapters'));
    for (const by of [member, ann, root])
      // root belongs to another tenant, which has no quota
      expect(outcome(await by.put(mine, specOf(mine, { replicaCount: 3 })))).toBe('429 QUOTA_EXCEEDED');
    expect(outcome(await member.put(mine, specOf(mine, { replicaCount: 2 })))).toBe('200');
    expect((await stranger.post(specOf('other'))).status).toBe(201);
    expect((await ann.get('/tenants/acme/quota')).json).toEqual({
      limits: { requests: {}, adapters: 2, replicas: 3 },
      use: {
        requests: [],
        adapters: { limit: 2, used: 2, remaining: 0 },
        replicas: { limit: 3, used: 3, remaining: 0 },
      },
    });
    await member.remove(mine);
    expect((await member.post(specOf('again'))).status).toBe(201);
  });

  it('limits calls of each tool only beside a limit that holds for made-up tools, too', async () => {
    const perTool = { requests: { day: 5 } };
    const set = async (quota: object) => (await root.call('PUT', '/tenants/acme/quota', quota)).json;
    expect(await set({ perTool })).toMatchObject({
      code: 'INVALID_REQUEST',
      detail: expect.stringMatching(/^#\/perTool\/requests needs requests beside it/),
    });
    for (const beside of [{ requests: { hour: 9 } }, { perCaller: { requests: { hour: 9 } } }])
      expect(await set({ perTool, ...beside })).toMatchObject({ limits: { perTool } });
    expect(await set({ perTool: { concurrentRequests: 2 } })).toHaveProperty('limits');
  });

  it('reaches the data planes with its members within a moment, and shows what they have counted', async () => {
    const redis = await connectRedis();
    const prefix = freshPrefix();
    const { url } = await startControlPlane({ quotas: { redis, prefix } });
    const admin = caller(url, 'root', 'mcp.admin');
    const table = followTenants(redis, prefix, silent);
    afterTest(() => table.close());
    await admin.call('POST', '/tenants', ACME);
    await waitFor('the tenant', () => table.all().length === 1, 5_000);
    const quota = { requests: { hour: 1000 }, concurrentRequests: 4, sessions: 9 };
    expect((await admin.call('PUT', '/tenants/acme/quota', quota)).status).toBe(200);
    const { members, admins } = ACME;
    await waitFor('the quota', () => table.all().some((tenant) => tenant.quota.concurrentRequests === 4));
    expect(table.all()).toEqual([{ id: 'acme', members, admins, quota }]);

    const ledger = quotaLedger(redis, prefix);
    const keys = quotaKeys(prefix, 'acme');
    const hour = { key: keys.requests('tenant', 'hour'), seconds: 3600, limit: 1000, owed: 0, owedWindow: 0 };
    await ledger.lease([{ ...hour, need: 3, want: 0 }]);
    const slots = { key: keys.slots('tenant', 'concurrentRequests'), limit: 4, inUse: 0, want: 1 };
    await ledger.takeSlots('one', [slots]);
    await ledger.takeSlots('two', [slots]);
    const now = Math.floor(Date.now() / 1000);
    const record = sessionRecord({ tenant: 'acme', openedAt: now });
    const bounds = { max: 9, maxPerCaller: 9, maxOfTenant: 9, idleSince: 0, keepSeconds: 60 };
    await sessionRecords(redis, prefix).create({ id: 's', ...record }, record, bounds);
    const { json } = await admin.get('/tenants/acme/quota');
    expect(json.use).toEqual({
      requests: [{ window: 'hour', limit: 1000, used: 3, remaining: 997, resetsAt: expect.any(String) }],
      concurrentRequests: { limit: 4, used: 2, remaining: 2 },
      sessions: { limit: 9, used: 1, remaining: 8 },
    });
    const left = Date.parse(json.use.requests[0].resetsAt) - Date.now();
    expect(left).toBeGreaterThan(-5_000);
    expect(left).toBeLessThanOrEqual(3_600_000);
    expect(Date.parse(json.use.requests[0].resetsAt) % 3_600_000).toBe(0); // the same in each read of a window
    await admin.call('DELETE', '/tenants/acme');
    await waitFor('its end', () => table.all().length === 0, 5_000);
  });
});
