import { beforeEach, describe, expect, it } from '@jest/globals';
import { caller, FORBIDDEN, NOT_FOUND, type Answer, type Caller } from './support/callers.js';
import { specOf, startControlPlane, type ControlPlane } from './support/control-plane.js';

const MISSING = 'missing';

describe('visibility', () => {
  let plane: ControlPlane;
  let callers: Record<'creator' | 'reader' | 'admin' | 'stranger', Caller>;

  beforeEach(async () => {
    plane = await startControlPlane();
    const { url } = plane;
    callers = {
      creator: caller(url, 'alice'),
      reader: caller(url, 'bob', 'x', 'TEAM.a'),
      admin: caller(url, 'root', 'MCP.Admin'),
      stranger: caller(url, 'mallory', 'team', 'team.ab', 'mcp.admins', 'alice'),
    };
    await callers.creator.post(specOf('private'));
    await callers.creator.post(specOf('shared', { requiredRoles: ['nobody', 'Team.A'] }));
    await callers.reader.post(specOf('bobs'));
    plane.hints.length = 0;
  });

  const all = ['creator', 'reader', 'admin', 'stranger'] as const;
  const visible = {
    creator: ['private', 'shared'],
    reader: ['bobs', 'shared'],
    admin: ['bobs', 'private', 'shared'],
    stranger: [],
  };

  it.each(all)('a list has exactly the adapters that the %s may read, ordered by name', async (who) => {
    const { status, json } = await callers[who].get('/adapters');
    expect(status).toBe(200);
    expect(json.map(({ name }: { name: string }) => name)).toEqual(visible[who]);
    for (const item of json) expect((await callers[who].get(`/adapters/${item.name}`)).json).toEqual(item);
  });

  it.each(all)('the %s reads the adapters of its list with status and logs, and no other adapter', async (who) => {
    for (const name of visible.admin) {
      const expected = (visible[who] as string[]).includes(name) ? 200 : 404;
      for (const path of ['', '/status', '/logs']) {
        expect((await callers[who].get(`/adapters/${name}${path}`)).status).toBe(expected);
      }
    }
  });

  const attempts: [string, (who: Caller, name: string) => Promise<Answer>][] = [
    ['GET', (who, name) => who.get(`/adapters/${name}`)],
    ['GET /status', (who, name) => who.get(`/adapters/${name}/status`)],
    ['GET /logs', (who, name) => who.get(`/adapters/${name}/logs`)],
    ['PUT', (who, name) => who.put(name, specOf(name))],
    ['DELETE', (who, name) => who.remove(name)],
  ];
  it.each(attempts)(
    'a stranger gets the same bytes for %s of an existing and of a missing adapter',
    async (_name, attempt) => {
      const answers = [await attempt(callers.stranger, 'private'), await attempt(callers.stranger, MISSING)];
      const [there, missing] = answers.map(({ status, headers, text }) => ({
        status,
        headers: [...headers].filter(([name]) => !/^(date|x-request-id)$/.test(name)),
        text: text.replace(headers.get('x-request-id') ?? '', 'ID'),
      }));
      expect(there).toEqual(missing);
      expect(answers[0]).toMatchObject({ status: 404, json: NOT_FOUND });
      expect(plane.hints).toEqual([]);
    },
  );

  it('a reader gets 403 for a change, and nothing changes', async () => {
    const { json: before } = await callers.creator.get('/adapters/shared');
    const stale = { 'if-match': '"stale"' }; // the permission counts first
    const answers = [
      await callers.reader.put('shared', specOf('shared')),
      await callers.reader.put('shared', specOf('shared'), stale),
      await callers.reader.remove('shared'),
      await callers.reader.remove('shared', stale),
    ];
    for (const { status, headers, json } of answers) {
      expect(status).toBe(403);
      expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect(json).toEqual(FORBIDDEN);
    }
    expect((await callers.creator.get('/adapters/shared')).json).toEqual(before);
    expect(plane.hints).toEqual([]);
  });

  it('an admin changes and removes adapters of others; the creator stays the same', async () => {
    const { status, json } = await callers.admin.put('private', specOf('private', { replicaCount: 2 }));
    expect(status).toBe(200);
    expect(json).toMatchObject({ createdBy: 'alice', replicaCount: 2 });
    expect((await callers.admin.remove('shared')).status).toBe(204);
    expect((await callers.creator.get('/adapters')).json).toEqual([json]);
  });

  it('a change of the roles takes effect at once', async () => {
    await callers.creator.put('private', specOf('private', { requiredRoles: ['X'] }));
    await callers.creator.put('shared', specOf('shared'));
    const { json } = await callers.reader.get('/adapters');
    expect(json.map(({ name }: { name: string }) => name)).toEqual(['bobs', 'private']);
  });

  it('a caller without sign-in headers is dev with the role mcp.dev', async () => {
    await callers.creator.put('private', specOf('private', { requiredRoles: ['mcp.dev'] }));
    const anonymous = await fetch(`${plane.url}/adapters`);
    expect(((await anonymous.json()) as { name: string }[]).map(({ name }) => name)).toEqual(['private']);
    const headers = { 'content-type': 'application/json' };
    const made = await fetch(`${plane.url}/adapters`, {
      method: 'POST',
      headers,
      body: JSON.stringify(specOf('mine')),
    });
    expect(await made.json()).toMatchObject({ createdBy: 'dev' });
  });
});
