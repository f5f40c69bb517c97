import { beforeEach, describe, expect, it } from '@jest/globals';
import { caller, type Answer, type Caller } from './support/callers.js';
import { specOf, startControlPlane } from './support/control-plane.js';

const URL = 'https://mcp.example.com/v2/mcp?tenant=7';
const REMOTE = { name: 'far', remote: { url: URL }, requiredRoles: ['team'] };

const errorsOf = ({ status, json }: Answer) =>
  (status === 400 ? json.errors : [status]) as { pointer: string; detail: string }[];

describe('a remote adapter', () => {
  let alice: Caller;
  beforeEach(async () => {
    alice = caller((await startControlPlane()).url, 'alice');
  });
  const read = async (path = '/adapters/far') => (await alice.get(path)).json as Record<string, unknown>;

  it('is registered without an image, and shows no fields about replicas', async () => {
    const created = await alice.post(REMOTE);
    expect(created.status).toBe(201);
    expect(Object.keys(await read()).toSorted()).toEqual(
      [
        'name',
        'description',
        'icons',
        'tags',
        'requiredRoles',
        'remote',
        'policies',
        'affinity',
        'sessionRecovery',
        'sessions',
        'id',
      ]
        .concat(['generation', 'createdBy', 'tenant', 'createdAt', 'lastUpdatedAt'])
        .toSorted(),
    );
    expect(await read()).toMatchObject({ remote: { url: URL, headers: {} }, createdBy: 'alice' });
    expect(await read('/adapters')).toMatchObject([{ name: 'far', remote: { url: URL } }]);
  });

  it('takes back what it shows, and becomes an adapter with replicas and again a remote one', async () => {
    await alice.post(REMOTE);
    const same = await alice.put('far', { ...(await read()), description: 'now described' });
    expect(same.status).toBe(200);
    const image = await alice.put('far', specOf('far', { replicaCount: 2 }));
    expect([image.status, await read()]).toEqual([200, expect.objectContaining({ replicaCount: 2, port: 8000 })]);
    expect((await alice.put('far', REMOTE)).status).toBe(200);
    expect(await read()).not.toHaveProperty('imageName');
  });

  it('has a status without replicas, and no logs', async () => {
    await alice.post(REMOTE);
    const status = await read('/adapters/far/status');
    expect(status).toMatchObject({ phase: 'Pending', desiredReplicas: 0, readyReplicas: 0, replicas: [] });
    expect(status['replicaStatus']).toBe('a remote server, which has no replicas here');
    expect(status).not.toHaveProperty('image');
    const logs = await alice.get('/adapters/far/logs');
    expect(logs.json).toMatchObject({
      status: 404,
      code: 'NO_LOGS',
      detail: expect.stringContaining('has no logs of it'),
    });
  });

  it.each([
    ['imageName', 'mcp-example', 'the gateway runs nothing'],
    ['imageVersion', '1.0.0', 'the gateway runs nothing'],
    ['replicaCount', 1, 'the gateway runs nothing'],
    ['REPLICACOUNT', 2, 'the gateway runs nothing'],
    ['environmentVariables', {}, 'headers are in remote.headers'],
    ['secretEnvironment', {}, 'name a credential'],
    ['useWorkloadIdentity', false, 'the gateway runs nothing'],
    ['port', 8000, 'the port is in remote.url'],
    ['path', '/mcp', 'the path is in remote.url'],
    ['healthCheck', {}, 'the gateway runs nothing'],
    ['preserveHost', true, 'a remote server gets its own host'],
    ['resources', {}, 'the gateway runs nothing'],
  ])('cannot have %s', async (field, value, why) => {
    const answer = await alice.post({ ...REMOTE, [field]: value });
    const errors = errorsOf(answer);
    expect(errors).toMatchObject([{ detail: expect.stringContaining(why) }]);
    expect(errors[0]?.pointer.toLowerCase()).toBe(`#/${field.toLowerCase()}`);
  });

  it.each([
    ['mcp.example.com', 'must be an http or https URL'],
    ['ftp://mcp.example.com/', 'must be an http or https URL'],
    ['https://', 'must be an http or https URL'],
    ['https://user:pass@mcp.example.com/', 'must not have a user or a password'],
    ['https://mcp.example.com/mcp#part', 'must not have a fragment'],
    [`https://mcp.example.com/${'x'.repeat(2048)}`, 'must be at most 2048 characters'],
  ])('cannot have the URL %s', async (url, why) => {
    const answer = await alice.post({ ...REMOTE, remote: { url } });
    expect(errorsOf(answer)).toMatchObject([{ pointer: '#/remote/url', detail: expect.stringContaining(why) }]);
  });

  it.each([
    ['Host', 'is a header that the gateway sets itself'],
    ['Mcp-Session-Id', 'is a header that the gateway sets itself'],
    ['X-Forwarded-For', 'is a header that the gateway sets itself'],
    ['Authorization', 'name a credential in upstreamAuth'],
    ['X-Api-Key', 'name a credential in upstreamAuth'],
    ['X Y', 'must be the name of a header'],
  ])('cannot have the header %s', async (name, why) => {
    const answer = await alice.post({ ...REMOTE, remote: { url: URL, headers: { [name]: 'x' } } });
    expect(JSON.stringify(errorsOf(answer))).toContain(why);
  });

  it('cannot have TLS settings for a server without TLS, nor a header of two lines', async () => {
    const plain = await alice.post({ ...REMOTE, remote: { url: 'http://mcp.example.com/' }, tls: {} });
    expect(errorsOf(plain)).toMatchObject([{ pointer: '#/tls', detail: 'needs an https URL in remote.url' }]);
    const split = await alice.post({ ...REMOTE, remote: { url: URL, headers: { 'X-A': 'a\r\nX-B: b' } } });
    expect(JSON.stringify(errorsOf(split))).toContain('must be printable ASCII');
  });

  it('needs an image when it is not remote', async () => {
    const answer = await alice.post({ name: 'far', requiredRoles: 7 });
    const errors = errorsOf(answer);
    expect(errors.map(({ pointer }) => pointer).toSorted()).toEqual([
      '#/imageName',
      '#/imageVersion',
      '#/requiredRoles',
    ]);
  });
});
