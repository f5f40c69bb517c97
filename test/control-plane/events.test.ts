import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Principal } from '@mcp-gateway/common/principal';
import { changeRows } from '@mcp-gateway/database';
import { eventStream } from '../support/events.js';
import { condition } from './support/statuses.js';
import { caller, type Caller, invalid } from './support/callers.js';
import { specOf, startControlPlane, toolOf, toolsetOf, type ControlPlane } from './support/control-plane.js';

let plane: ControlPlane;
let alice: Caller;
beforeEach(async () => {
  plane = await startControlPlane();
  alice = caller(plane.url, 'alice');
});

const as = (subject: string, roles = 'mcp.dev') => ({ 'x-dev-userid': subject, 'x-dev-roles': roles });
const follow = (query = '', headers: Record<string, string> = as('alice')) =>
  eventStream(`${plane.url}/events${query}`, headers);
/** The beginning has been read, so what happens from now on is in the stream. */
async function following(query = '', headers: Record<string, string> = as('alice')) {
  const stream = await follow(query, headers);
  expect((await stream.next())?.event).toBe('start');
  return stream;
}

describe('GET /events', () => {
  it('is a stream that no cache and no proxy keeps back', async () => {
    const { answer, next } = await follow();
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-store',
      'x-accel-buffering': 'no',
    });
    expect(await next()).toEqual({ event: 'start', id: expect.stringMatching(/^\d{16}$/), data: {} });
    expect((await alice.call('HEAD', '/events')).headers.get('content-type')).toMatch('text/event-stream');
  });

  it('tells of resources of every kind in the order of their changes, whoever makes them', async () => {
    const stream = await following();
    await alice.post(specOf('echo'));
    await alice.call('POST', '/tools', toolOf('weather'));
    await alice.call('PUT', '/toolsets/team', toolsetOf('team'));
    await alice.put('echo', specOf('echo', { replicaCount: 2 }));
    const row = await plane.rows.find('echo');
    const status = { phase: 'Degraded' as const, conditions: [condition], replicas: [] };
    if (row) await plane.rows.saveStatus(row, status); // the worker does
    if (row) await plane.rows.saveStatus(row, status); // nothing changes
    await alice.remove('echo');
    if (row) await plane.rows.purge(row);
    await alice.post(specOf('echo'));
    expect(await stream.words(3)).toEqual(['created adapter/echo', 'created tool/weather', 'created toolset/team']);
    const changes = [await stream.next(), await stream.next(), await stream.next(), await stream.next()];
    const ofRow = { kind: 'adapter', name: 'echo', id: row?.id, time: expect.stringMatching(/^20.*Z$/) };
    expect(changes.map((each) => each?.data)).toEqual([
      { type: 'updated', ...ofRow, generation: 2, phase: 'Pending' },
      { type: 'status', ...ofRow, generation: 2, phase: 'Degraded' },
      { type: 'deleted', ...ofRow },
      { type: 'created', ...ofRow, id: expect.not.stringMatching(String(row?.id)), generation: 1, phase: 'Pending' },
    ]);
    expect(changes.map((each) => each?.event)).toEqual(['updated', 'status', 'deleted', 'created']);
  });

  it('tells a stranger nothing, a reader what lists show, and who loses the right that it is gone', async () => {
    const [bob, eve, root] = [
      await following('', as('bob', 'Team')),
      await following('', as('eve', 'other')),
      await following('', as('root', 'mcp.admin')),
    ];
    await alice.post(specOf('shared'));
    await alice.put('shared', specOf('shared', { requiredRoles: ['team'] }));
    await alice.put('shared', specOf('shared', { requiredRoles: ['TEAM'], description: 'x' }));
    await alice.put('shared', specOf('shared'));
    await alice.remove('shared');
    await caller(plane.url, 'eve').post(specOf('own'));
    expect(await bob.words(3)).toEqual(['created adapter/shared', 'updated adapter/shared', 'deleted adapter/shared']);
    expect(await eve.words(1)).toEqual(['created adapter/own']);
    expect(await root.words(6)).toEqual([
      'created adapter/shared',
      ...Array(3).fill('updated adapter/shared'),
      'deleted adapter/shared',
      'created adapter/own',
    ]);
  });

  it('tells of tenants and their quotas to administrators, and of a quota to members', async () => {
    const root = caller(plane.url, 'root', 'mcp.admin');
    const acme = { id: 'acme', members: { subjects: ['bob'] }, admins: { subjects: ['ann'] } };
    await root.call('POST', '/tenants', acme);
    const [bob, ann, eve] = [
      await following('', as('bob')),
      await following('', as('ann')),
      await following('', as('eve')),
    ];
    await root.call('PUT', '/tenants/acme', { ...acme, displayName: 'Acme' });
    await root.call('PUT', '/tenants/acme/quota', { adapters: 9 });
    await caller(plane.url, 'bob').post(specOf('of-bob'));
    expect(await ann.words(3)).toEqual(['updated tenant/acme', 'updated quota/acme', 'created adapter/of-bob']);
    await root.call('PUT', '/tenants/acme', { ...acme, admins: {} });
    await new Promise((resolve) => setTimeout(resolve, 1_200)); // what is known of a caller may be a second old
    await root.call('PUT', '/tenants/acme/quota', { adapters: 8 });
    await caller(plane.url, 'eve').post(specOf('of-eve'));
    await caller(plane.url, 'ann').post(specOf('of-ann'));
    expect(await bob.words(3)).toEqual(['updated quota/acme', 'created adapter/of-bob', 'updated quota/acme']);
    const ofAnn = await ann.words('created adapter/of-ann');
    expect(ofAnn.filter((each) => each !== 'updated tenant/acme')).toEqual(['created adapter/of-ann']);
    expect(await eve.words(1)).toEqual(['created adapter/of-eve']);
  });

  it('selects by kind and name', async () => {
    const [tools, echo] = [await following('?kind=tool'), await following('?name=echo&kind=adapter')];
    await alice.post(specOf('other'));
    await alice.post(specOf('echo'));
    await alice.call('POST', '/tools', toolOf('weather'));
    expect(await tools.words(1)).toEqual(['created tool/weather']);
    expect(await echo.words(1)).toEqual(['created adapter/echo']);
  });

  it.each([
    ['since=yesterday', 'since', 'must be the id of an event, or a time such as 2026-11-30T08:00:00Z'],
    ['kind=session', 'kind', 'must be one of adapter, tool, toolset, tenant, quota'],
    ['page=2', 'page', 'is not a known parameter; known are since, kind, name'],
  ])('refuses ?%s', async (query, parameter, detail) => {
    expect((await alice.get(`/events?${query}`)).json).toEqual(invalid({ parameter, detail }));
  });
});

describe('a client that connects again', () => {
  it('gets each change exactly once and in order, from any control plane, while many are made', async () => {
    const other = await startControlPlane({ database: plane.database });
    const names = Array.from({ length: 40 }, (_, i) => `a-${i}`);
    const making = Promise.all(
      names.map((name, i) => caller(i % 2 ? plane.url : other.url, 'alice').post(specOf(name))),
    );
    const seen: { id: string; name: string }[] = [];
    let last: string | undefined;
    for (let round = 0; seen.length < names.length; round += 1) {
      const since = last === undefined ? { 'last-event-id': '0' } : { 'last-event-id': last };
      const url = round % 2 ? plane.url : other.url;
      const stream = await eventStream(`${url}/events?kind=adapter&since=1`, { ...as('alice'), ...since });
      for (let taken = 0; taken < 3 && seen.length < names.length; taken += 1) {
        const event = await stream.next();
        if (event?.event === 'reset') {
          last = String((await changeRows(plane.database).ends()).oldest);
          break;
        }
        if (event && names.includes(event.data.name)) seen.push({ id: event.id, name: event.data.name });
        else taken -= 1;
        last = event?.id;
      }
      stream.close();
    }
    await making;
    expect(seen.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
    expect(seen.map(({ id }) => id)).toEqual(seen.map(({ id }) => id).toSorted());
  }, 60_000);

  it('begins after an id, at a time, or anew where changes are missing', async () => {
    const before = new Date(Date.now() - 1).toISOString();
    const live = await following();
    await alice.post(specOf('one'));
    await alice.post(specOf('two'));
    const [one] = [await live.next(), await live.next()];
    expect(await (await follow(`?since=${one?.id}`)).words(1)).toEqual(['created adapter/two']);
    expect(await (await follow('?since=1', { ...as('alice'), 'last-event-id': String(one?.id) })).words(1)).toEqual([
      'created adapter/two',
    ]);
    expect(await (await follow(`?since=${before}`)).words(2)).toEqual(['created adapter/one', 'created adapter/two']);
    expect(await (await follow('?since=2020-01-01T00:00:00Z')).words('created adapter/two')).not.toContain('reset');
    await changeRows(plane.database).trim(1);
    for (const since of [one?.id, '1', '2020-01-01T00:00:00Z', '9999999999999999']) {
      const late = await follow(`?since=${since}`);
      const reset = { event: 'reset', data: { reason: 'changes are missing here; list what you need anew' } };
      expect(await late.next()).toMatchObject(reset);
      late.close();
    }
    const anew = await follow('?since=1');
    await alice.post(specOf('three'));
    expect(await anew.words(2)).toEqual(['reset', 'created adapter/three']);
  });
});

describe('a stream', () => {
  it('ends when the sign-in of its caller ends, without a further event', async () => {
    let isHeld = true;
    const principal: Principal = { subject: 'alice', name: 'alice', roles: [], tenant: 'default' };
    plane = await startControlPlane({
      verifier: async () => principal,
      isHeld: () => isHeld,
      logCheckMs: 20,
    });
    const [idle, busy] = [await following(), await following()];
    isHeld = false;
    expect(await idle.next()).toBeUndefined();
    await alice.post(specOf('echo'));
    expect(await busy.next()).toBeUndefined();
  });

  it('ends when the token of its caller ends', async () => {
    const expiresAt = Date.now() / 1000 + 3;
    plane = await startControlPlane({
      verifier: async () => ({ subject: 'alice', name: 'alice', roles: [], tenant: 'default', expiresAt }),
      isHeld: () => true,
      logCheckMs: 20,
    });
    expect(await (await following()).next()).toBeUndefined();
  });

  it('is refused beyond twenty of one caller, until one of them ends', async () => {
    const streams = [];
    for (let i = 0; i < 20; i += 1) streams.push(await following());
    const refused = await alice.get('/events');
    expect([refused.status, refused.json.code]).toEqual([429, 'STREAM_LIMIT']);
    expect(refused.headers.get('retry-after')).toBe('5');
    await following('', as('bob'));
    streams[0]?.close();
    for (;;) {
      const again = await follow();
      if (again.answer.status === 200) break;
    }
  });
});
