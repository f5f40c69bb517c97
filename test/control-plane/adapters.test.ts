import { beforeEach, describe, expect, it } from '@jest/globals';
import { caller, CONFLICT, invalid, NOT_FOUND, problem, type Caller } from './support/callers.js';
import { specOf, startControlPlane, type ControlPlane } from './support/control-plane.js';

const AT = new Date('2026-01-02T03:04:05.678Z');
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The defaults of a minimal spec. */
const DEFAULTS = {
  environmentVariables: {},
  secretEnvironment: {},
  replicaCount: 1,
  description: '',
  useWorkloadIdentity: false,
  requiredRoles: [],
  policies: [],
  port: 8000,
  path: '/mcp',
  healthCheck: { path: '/healthz' },
  affinity: 'session',
  sessionRecovery: 'replay',
  sessions: {},
  preserveHost: false,
  resources: {},
  icons: [],
  tags: [],
};

let plane: ControlPlane;
let alice: Caller;
let now: Date;

beforeEach(async () => {
  now = AT;
  plane = await startControlPlane({ now: () => now });
  alice = caller(plane.url, 'alice');
});

describe('POST /adapters', () => {
  it('answers 201 with the resource, its Location and its ETag', async () => {
    const { status, headers, json } = await alice.post(specOf('echo'));
    expect(status).toBe(201);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('location')).toBe('/adapters/echo');
    expect(headers.get('etag')).toBe(`"${json.id.slice(0, 8)}-1"`);
    expect(json).toEqual({
      ...specOf('echo'),
      ...DEFAULTS,
      id: expect.stringMatching(UUID),
      generation: 1,
      createdBy: 'alice',
      tenant: 'default',
      createdAt: AT.toISOString(),
      lastUpdatedAt: AT.toISOString(),
    });
    expect(plane.hints).toEqual(['echo']);
  });

  it('keeps every field of a spec', async () => {
    const spec = specOf('every-thing-0', {
      imageName: 'team/mcp_example.server',
      imageVersion: 'v1.2.3-rc_1',
      environmentVariables: { API_URL: 'https://x.example/?a=b', EMPTY: '', _1: 'ünï\u{1F600}\n' },
      replicaCount: 64,
      description: 'said in "any" script: 王',
      useWorkloadIdentity: true,
      requiredRoles: ['Team.A', 'b'],
      port: 65535,
      path: '/a/b.c~d',
      healthCheck: { path: '/up' },
      affinity: 'none',
      sessionRecovery: 'terminate',
      resources: { requests: { cpu: '250m' }, limits: { cpu: '1.5', memory: '256Mi' } },
    });
    expect(await alice.post(spec)).toMatchObject({ status: 201, json: spec });
    expect((await alice.get('/adapters/every-thing-0')).json).toMatchObject(spec);
  });

  it('accepts the requests of clients of other gateways', async () => {
    const spec = specOf('mcp-example', {
      description: 'an example',
      environmentVariables: { A: 'b' },
      replicaCount: 1,
    });
    expect((await alice.post(spec, { 'content-type': 'application/json; charset=utf-8' })).status).toBe(201);
  });

  it.each(['alice', 'bob'])(
    'answers 409 to %s when the name is taken, and does not change the adapter',
    async (who) => {
      const first = await alice.post(specOf('echo'));
      const { status, headers, json } = await caller(plane.url, who).post(specOf('echo', { imageName: 'other' }));
      expect(status).toBe(409);
      expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect(json).toEqual(
        problem(409, 'ADAPTER_EXISTS', 'The adapter name is taken', {
          detail: 'echo exists already; choose another name, or change it with PUT /adapters/echo if it is yours',
        }),
      );
      expect((await alice.get('/adapters/echo')).json).toEqual(first.json);
      expect(plane.hints).toEqual(['echo']);
    },
  );

  it('gives the name to one of many requests at once', async () => {
    const answers = Array.from({ length: 8 }, (_, i) => caller(plane.url, `user-${i}`).post(specOf('echo')));
    const statuses = (await Promise.all(answers)).map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
  });
});

describe('GET /adapters', () => {
  it('has no ETag, and neither has a status: an ETag names a generation', async () => {
    await alice.post(specOf('echo'));
    for (const path of ['/adapters', '/adapters/echo/status', '/openapi.json']) {
      const { status, headers } = await alice.get(path);
      expect(status).toBe(200);
      expect(headers.get('etag')).toBeNull();
    }
  });
});

describe('GET /adapters/{name}', () => {
  it('answers the same as POST did', async () => {
    const created = await alice.post(specOf('echo'));
    const { status, headers, json } = await alice.get('/adapters/echo');
    expect(status).toBe(200);
    expect(json).toEqual(created.json);
    expect(headers.get('etag')).toBe(created.headers.get('etag'));
  });

  it.each(['unknown', 'ECHO', 'echo%20', 'echo%00', 'e'.repeat(64), '__proto__', 'constructor', 'a%2Fb'])(
    'answers 404 for a name that does not exist: %s',
    async (name) => {
      await alice.post(specOf('echo'));
      for (const path of ['', '/status', '/logs']) {
        const { status, headers, json } = await alice.get(`/adapters/${name}${path}`);
        expect(status).toBe(404);
        expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
        expect(json).toEqual(NOT_FOUND);
      }
    },
  );
});

describe('PUT /adapters/{name}', () => {
  it('replaces the spec: absent fields get their defaults, and the fields of the gateway stay', async () => {
    const { json: before } = await alice.post(specOf('echo', { description: 'first', replicaCount: 3 }));
    now = new Date('2026-02-02T00:00:00.000Z');
    const { status, headers, json } = await alice.put('echo', specOf('echo', { imageVersion: '2.0.0' }));
    expect(status).toBe(200);
    expect(json).toEqual({
      ...before,
      ...DEFAULTS,
      imageVersion: '2.0.0',
      generation: 2,
      lastUpdatedAt: now.toISOString(),
    });
    expect(headers.get('etag')).toBe(`"${before.id.slice(0, 8)}-2"`);
    expect((await alice.get('/adapters/echo')).json).toEqual(json);
    expect(plane.hints).toEqual(['echo', 'echo']);
  });

  it('answers 400 when the name is not the one in the URL', async () => {
    await alice.post(specOf('echo'));
    const { status, json } = await alice.put('echo', specOf('other'));
    expect(status).toBe(400);
    expect(json).toEqual(
      invalid({ pointer: '#/name', detail: 'must be the name in the URL; the name of the adapter cannot change' }),
    );
    expect((await alice.get('/adapters/other')).status).toBe(404);
    expect((await alice.get('/adapters/echo')).json.generation).toBe(1);
  });

  it('answers 404 for a missing adapter and does not create it', async () => {
    expect(await alice.put('echo', specOf('echo'))).toMatchObject({ status: 404, json: NOT_FOUND });
    expect((await alice.get('/adapters')).json).toEqual([]);
    expect(plane.hints).toEqual([]);
  });

  it('applies each of many changes that arrive at once', async () => {
    await alice.post(specOf('echo'));
    const changes = await Promise.all(
      Array.from({ length: 6 }, (_, i) => alice.put('echo', specOf('echo', { replicaCount: i }))),
    );
    expect(changes.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    const generations = changes.map(({ json }) => json.generation as number).toSorted((a, b) => a - b);
    expect(generations).toEqual([2, 3, 4, 5, 6, 7]);
  });
});

describe('DELETE /adapters/{name}', () => {
  it('answers 204 once, then 404', async () => {
    await alice.post(specOf('echo'));
    expect(await alice.remove('echo')).toMatchObject({ status: 204, text: '' });
    expect(await alice.remove('echo')).toMatchObject({ status: 404, json: NOT_FOUND });
    for (const path of ['/adapters/echo', '/adapters/echo/status', '/adapters/echo/logs']) {
      expect(await alice.get(path)).toMatchObject({ status: 404, json: NOT_FOUND });
    }
    expect(await alice.put('echo', specOf('echo'))).toMatchObject({ status: 404, json: NOT_FOUND });
    expect((await alice.get('/adapters')).json).toEqual([]);
    expect(plane.hints).toEqual(['echo', 'echo']);
  });

  it('frees the name for every caller before the worker has removed the replicas', async () => {
    const { json: old, headers } = await alice.post(specOf('echo', { requiredRoles: ['staff'] }));
    await alice.remove('echo');
    const bob = caller(plane.url, 'bob');
    const { status, json: created } = await bob.post(specOf('echo'));
    expect(status).toBe(201);
    expect(created.id).not.toBe(old.id);
    expect(created.createdBy).toBe('bob');
    expect(created.requiredRoles).toEqual([]);
    expect((await alice.get('/adapters/echo')).status).toBe(404);
    const stale = { 'if-match': headers.get('etag') ?? '' };
    expect(await bob.remove('echo', stale)).toMatchObject({ status: 412, json: CONFLICT });
    expect((await bob.remove('echo')).status).toBe(204);
  });

  it('succeeds for one of many requests at once', async () => {
    await alice.post(specOf('echo'));
    const answers = await Promise.all(Array.from({ length: 6 }, () => alice.remove('echo')));
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([204, 404, 404, 404, 404, 404]);
  });
});

describe('If-Match', () => {
  const change = specOf('echo', { description: 'changed' });
  let etag: string;

  beforeEach(async () => {
    etag = (await alice.post(specOf('echo'))).headers.get('etag') ?? '';
  });

  const accepted: [string, () => string][] = [
    ['the current ETag', () => etag],
    ['any generation', () => '*'],
    ['a list that has the current ETag', () => `"old-1", ${etag} , W/"weak-1"`],
  ];
  it.each(accepted)('lets a change through: %s', async (_name, value) => {
    expect((await alice.put('echo', change, { 'if-match': value() })).status).toBe(200);
  });
  it.each(accepted)('lets a removal through: %s', async (_name, value) => {
    expect((await alice.remove('echo', { 'if-match': value() })).status).toBe(204);
  });

  const refused: [string, () => string][] = [
    ['a weak one: the comparison is strong', () => `W/${etag}`],
    ['an older generation', () => etag.replace('-1"', '-0"')],
    ['without its quotes', () => etag.replaceAll('"', '')],
    ['a list of others', () => '"a", "b"'],
    ['nothing', () => ''],
  ];
  it.each(refused)('stops a change and a removal: %s', async (_name, value) => {
    const headers = { 'if-match': value() };
    for (const answer of [await alice.put('echo', change, headers), await alice.remove('echo', headers)]) {
      expect(answer.status).toBe(412);
      expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect(answer.json).toEqual(CONFLICT);
    }
    expect((await alice.get('/adapters/echo')).json).toMatchObject({ generation: 1, description: '' });
    expect(plane.hints).toEqual(['echo']);
  });

  it('lets one of two changes through that have read the same generation', async () => {
    const both = await Promise.all(
      [1, 2].map((replicaCount) => alice.put('echo', { ...change, replicaCount }, { 'if-match': etag })),
    );
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412]);
  });

  it('does not reveal to a stranger that the adapter exists', async () => {
    const bob = caller(plane.url, 'bob');
    expect(await bob.put('echo', change, { 'if-match': '"a"' })).toMatchObject({ status: 404, json: NOT_FOUND });
    expect(await bob.remove('echo', { 'if-match': '*' })).toMatchObject({ status: 404, json: NOT_FOUND });
  });
});
