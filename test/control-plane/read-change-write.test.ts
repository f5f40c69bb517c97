import { beforeEach, describe, expect, it } from '@jest/globals';
import { connectDatabase } from '@mcp-gateway/database';
import { afterTest } from '../support/clean-up.js';
import { freshDatabase } from '../support/postgres.js';
import { caller, CONFLICT, type Answer, type Caller } from './support/callers.js';
import { specOf, startControlPlane } from './support/control-plane.js';

interface Adapter {
  name: string;
}

let alice: Caller;
let url: string;
beforeEach(async () => {
  ({ url } = await startControlPlane());
  alice = caller(url, 'alice');
});

describe('the answer of GET', () => {
  it('with a change in it is a valid body of PUT', async () => {
    await alice.post(specOf('echo', { environmentVariables: { Token_A: 'x' } }));
    const { json: read } = await alice.get('/adapters/echo');
    const { status, json } = await alice.put('echo', { ...read, replicaCount: 3 });
    expect(status).toBe(200);
    expect(json).toEqual({ ...read, replicaCount: 3, generation: 2, lastUpdatedAt: json.lastUpdatedAt });
  });

  it('gets 412 in a PUT when another caller has changed the adapter since', async () => {
    await alice.post(specOf('echo'));
    const { json: read } = await alice.get('/adapters/echo');
    const { json: changed } = await alice.put('echo', specOf('echo', { replicaCount: 2 }));
    expect(await alice.put('echo', { ...read, replicaCount: 3 })).toMatchObject({ status: 412, json: CONFLICT });
    expect((await alice.get('/adapters/echo')).json).toEqual(changed);
  });

  it('gets 412 in a PUT when another adapter has the name now', async () => {
    await alice.post(specOf('echo'));
    const { json: read } = await alice.get('/adapters/echo');
    await alice.remove('echo');
    const { json: other } = await alice.post(specOf('echo'));
    expect(other).toMatchObject({ generation: expect.any(Number) });
    expect(await alice.put('echo', { ...read, generation: other.generation })).toMatchObject({ status: 412 });
    expect(await alice.put('echo', { ...read, id: other.id, generation: null })).toMatchObject({ status: 200 });
  });

  it.each([
    [{ createdBy: 'mallory', createdAt: 'yesterday', lastUpdatedAt: 7 }, 200],
    [{ id: null, generation: null }, 200],
    [{ GENERATION: 1 }, 200],
    [{ generation: 2 }, 412],
    [{ Generation: '1' }, 412],
    [{ id: 'echo' }, 412],
  ])('decides together with If-Match whether PUT makes a change: %j gives %d', async (more, status) => {
    const { json, headers } = await alice.post(specOf('echo'));
    const answer = await alice.put('echo', { ...specOf('echo'), ...more }, { 'if-match': String(headers.get('etag')) });
    expect(answer.status).toBe(status);
    const unchanged = { createdBy: 'alice', createdAt: json.createdAt };
    expect((await alice.get('/adapters/echo')).json).toMatchObject(unchanged);
    expect((await alice.put('echo', { ...specOf('echo'), ...more }, { 'if-match': '"stale"' })).status).toBe(412);
  });
});

describe('a change that loses against other changes again and again', () => {
  it.each(['PUT', 'DELETE'])(
    'ends: %s answers 503, when to try again, and that nothing was changed',
    async (method) => {
      const database = connectDatabase(await freshDatabase(), { poolSize: 2 });
      afterTest(() => database.$disconnect());
      const plane = await startControlPlane({ database });
      const bob = caller(plane.url, 'bob');
      const { json: before } = await bob.post(specOf('echo'));
      // PostgreSQL leaves a row as it is when its trigger returns NULL, as if the row had changed a moment before.
      await database.$executeRaw`
      CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`;
      await database.$executeRaw`
      CREATE TRIGGER lose BEFORE UPDATE ON adapters FOR EACH ROW EXECUTE FUNCTION lose()`;

      const answer = await bob.call(method, '/adapters/echo', method === 'PUT' ? specOf('echo') : undefined);
      expect(answer).toMatchObject({
        status: 503,
        json: { code: 'WRITE_CONTENTION', type: '/errors#WRITE_CONTENTION' },
      });
      expect(answer.headers.get('retry-after')).toBe('1');
      expect((await bob.get('/adapters/echo')).json).toEqual(before);
      expect(plane.hints).toEqual(['echo']);
    },
  );
});

describe('POST', () => {
  it('accepts the field names of other gateways and gives the adapter a new id', async () => {
    const body = { Id: 'echo', Name: 'echo', ImageName: 'team/echo', ImageVersion: '1', RequiredRoles: null };
    const { status, json } = await alice.post({ ...body, EnvironmentVariables: { Path_A: '1' }, CreatedBy: 'root' });
    expect(status).toBe(201);
    expect(json).toMatchObject({ name: 'echo', environmentVariables: { Path_A: '1' }, createdBy: 'alice' });
    expect(json.id).not.toBe('echo');
  });

  it.each(['sha256:', '1.0.0@sha256:'])('accepts an image by its digest: %s…', async (beginning) => {
    const imageVersion = beginning + 'ab'.repeat(32);
    await alice.post(specOf('echo', { imageName: 'team__a/echo--b', imageVersion }));
    const { json } = await alice.get('/adapters/echo/status');
    expect(json.image).toBe(`team__a/echo--b${beginning.startsWith('sha') ? '@' : ':'}${imageVersion}`);
  });
});

describe('the whole list of GET /adapters', () => {
  const ofServer = ['id', 'generation', 'createdAt', 'lastUpdatedAt'];
  const withoutOwn = (adapters: object[]) =>
    adapters.map((adapter) => Object.fromEntries(Object.entries(adapter).filter(([key]) => !ofServer.includes(key))));

  async function everything(who: Caller): Promise<Adapter[]> {
    const found: Adapter[] = [];
    for (let next: string | undefined = '/adapters?limit=2'; next !== undefined;) {
      const answer: Answer = await who.get(next);
      found.push(...(answer.json as Adapter[]));
      next = /^<(.+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    return found;
  }

  it('restores the adapters when each entry is posted to an empty gateway', async () => {
    await alice.post(specOf('plain'));
    await alice.post(
      specOf('rich', {
        imageVersion: `sha256:${'0'.repeat(64)}`,
        environmentVariables: { Case_Stays: 'x', imageName: 'y' },
        secretEnvironment: { TOKEN: { secret: 'rich', key: 'token' } },
        requiredRoles: ['Staff'],
        sessions: { maxOpen: 5 },
        resources: { limits: { cpu: '1' } },
        affinity: 'none',
        healthCheck: { path: '/up' },
      }),
    );
    await alice.post(specOf('third', { replicaCount: 0 }));
    await alice.put('plain', specOf('plain', { description: 'changed' }));
    const exported = await everything(alice);
    expect(exported.map(({ name }) => name)).toEqual(['plain', 'rich', 'third']);

    const database = connectDatabase(await freshDatabase(), { poolSize: 2 });
    afterTest(() => database.$disconnect());
    const empty = caller((await startControlPlane({ database })).url, 'alice');
    for (const adapter of exported) expect((await empty.post(adapter)).status).toBe(201);
    expect(withoutOwn(await everything(empty))).toEqual(withoutOwn(exported));
  });
});
