import { beforeEach, describe, expect, it } from '@jest/globals';
import { caller, type Answer, type Caller } from './support/callers.js';
import { startControlPlane } from './support/control-plane.js';

const responses = { 200: { description: 'fine' } };
const document = {
  openapi: '3.1.1',
  info: { title: 'Pets', version: '1' },
  servers: [{ url: 'https://pets.example/api?broken' }],
  paths: { '/pets': { get: { operationId: 'listPets', responses } } },
};
const API = {
  name: 'pets',
  remote: { url: 'https://pets.example/v3' },
  source: { type: 'openapi', document, operations: ['listPets'] },
  requiredRoles: ['team'],
};
const MCP = { name: 'far', remote: { url: 'https://mcp.example/mcp?key=7' }, source: { type: 'mcp' } };
const HTTP = {
  name: 'score',
  remote: { url: 'https://score.example/v1/score?key=7' },
  toolDefinition: { tool: { name: 'score', inputSchema: { type: 'object' } } },
};

const at = (source: object) => ({ ...API, source: { type: 'openapi', operations: ['*'], ...source } });

const errorsOf = ({ status, json }: Answer) =>
  (status === 400 ? json.errors : [status]) as { pointer: string; detail: string }[];

describe('a tool whose server runs elsewhere', () => {
  let alice: Caller;
  beforeEach(async () => {
    alice = caller((await startControlPlane()).url, 'alice');
  });

  it.each([API, MCP, HTTP])('is registered without an image, and takes back what it shows: $name', async (spec) => {
    const created = await alice.call('POST', '/tools', spec);
    expect([created.status, created.json.errors]).toEqual([201, undefined]);
    expect(created.json).toMatchObject({ remote: { ...spec.remote, headers: {} } });
    for (const field of ['imageName', 'replicaCount', 'healthCheck', 'environmentVariables', 'resources']) {
      expect(created.json).not.toHaveProperty(field);
    }
    expect(created.json).not.toHaveProperty('source.port');
    const path = `/tools/${spec.name}`;
    const changed = await alice.call('PUT', path, { ...created.json, description: 'now described' });
    expect([changed.status, changed.json.errors]).toEqual([200, undefined]);
    const status = (await alice.get(`${path}/status`)).json as Record<string, unknown>;
    expect(status).toMatchObject({ desiredReplicas: 0, replicaStatus: 'a remote server, which has no replicas here' });
    expect(status).not.toHaveProperty('image');
    expect((await alice.get(`${path}/logs`)).json).toMatchObject({
      status: 404,
      detail: expect.stringContaining('no logs of it'),
    });
  });

  it('may have its document at the server', async () => {
    const documentUrl = 'https://pets.example/openapi.yaml';
    const source = { type: 'openapi', documentUrl, operations: ['*'], approval: 'required', whileChanged: 'hidden' };
    const created = await alice.call('POST', '/tools', { ...API, source });
    expect([created.status, created.json.source]).toEqual([201, source]);
    const local = {
      name: 'local',
      imageName: 'pets',
      imageVersion: '1',
      source: { ...source, documentUrl: '/openapi.json' },
    };
    expect((await alice.call('POST', '/tools', local)).status).toBe(201);
  });

  it('becomes one with replicas, and gets the defaults of those', async () => {
    await alice.call('POST', '/tools', API);
    const { remote: _, ...local } = API;
    const source = { ...API.source, document: { ...document, servers: [] } };
    const changed = await alice.call('PUT', '/tools/pets', { ...local, source, imageName: 'pets', imageVersion: '1' });
    expect([changed.status, changed.json]).toEqual([
      200,
      expect.objectContaining({ replicaCount: 1, source: expect.objectContaining({ port: 8000 }) as unknown }),
    ]);
  });

  it.each<[spec: object, pointer: string, detail: string]>([
    [{ ...API, imageName: 'pets' }, '#/imageName', 'the gateway runs nothing'],
    [{ ...API, source: { ...API.source, port: 9000 } }, '#/source/port', 'the port is in remote.url'],
    [{ ...MCP, source: { type: 'mcp', path: '/mcp' } }, '#/source/path', 'the path is in remote.url'],
    [
      { ...HTTP, toolDefinition: { ...HTTP.toolDefinition, path: '/score' } },
      '#/toolDefinition/path',
      'the path is in',
    ],
    [{ ...API, remote: { url: 'https://pets.example/v3?key=7' } }, '#/remote/url', 'must not have a query'],
    [{ ...API, remote: { url: 'https://pets.example/a%2fb' } }, '#/remote/url', 'has a path that must not encode'],
    [{ ...API, remote: { url: 'https://bob:pw@pets.example/' } }, '#/remote/url', 'must not have a user'],
    [{ ...API, remote: { url: 'https://pets.example/' } }, '#/source/document/servers/0/url', 'set source.path'],
    [
      { ...API, remote: { ...API.remote, headers: { Authorization: 'x' } } },
      '#/remote/headers/Authorization',
      'upstreamAuth',
    ],
    [
      { name: 'x', remote: MCP.remote, source: { type: 'adapter', adapter: 'crm' } },
      '#/remote',
      'the adapter has the server',
    ],
    [
      at({ documentUrl: 'https://other.example/openapi.json' }),
      '#/source/documentUrl',
      'must be at the origin of remote.url',
    ],
    [
      at({ documentUrl: 'http://pets.example/openapi.json' }),
      '#/source/documentUrl',
      'must be at the origin of remote.url',
    ],
    [at({ documentUrl: 'https://a:b@pets.example/x' }), '#/source/documentUrl', 'must not have a user'],
    [at({ documentUrl: '//other.example/openapi.json' }), '#/source/documentUrl', 'must be a path at the server'],
    [at({ documentUrl: '/\\\\other.example' }), '#/source/documentUrl', 'must be a path at the server'],
    [at({ documentUrl: 'file:///etc/passwd' }), '#/source/documentUrl', 'must be a path at the server'],
    [at({ documentUrl: '/a#b' }), '#/source/documentUrl', 'must not have a fragment'],
    [at({ document, documentUrl: '/a' }), '#/source/documentUrl', 'must be absent beside "document"'],
    [at({}), '#/source/document', 'is required, unless documentUrl'],
    [at({ document, approval: 'required' }), '#/source/approval', 'which changes with PUT only'],
    [
      { ...at({ documentUrl: 'https://pets.example/a' }), remote: undefined, imageName: 'pets', imageVersion: '1' },
      '#/source/documentUrl',
      'must be a path, such as /openapi.json',
    ],
  ])('is refused: %j', async (spec, pointer, detail) => {
    const errors = errorsOf(await alice.call('POST', '/tools', spec));
    expect(errors).toMatchObject([{ pointer, detail: expect.stringContaining(detail) }]);
  });
});
