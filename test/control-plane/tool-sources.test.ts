import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../support/postgres.js';
import { becomesTrue } from '../support/wait.js';
import { caller } from './support/callers.js';
import { specOf, startControlPlane } from './support/control-plane.js';

const selection = (changes: object = {}) => ({
  name: 'crm-reader',
  source: { type: 'adapter', adapter: 'crm', tools: ['get_*'], prompts: [] },
  requiredRoles: ['support'],
  ...changes,
});

describe('a tool with the source adapter', () => {
  it('has no image and no replicas, and can be read, changed and removed', async () => {
    const { url, hints } = await startControlPlane();
    const alice = caller(url, 'alice');
    await alice.post(specOf('crm'));
    const created = await alice.call('POST', '/tools', selection());
    expect(created).toMatchObject({ status: 201, json: { ...selection(), replicaCount: 0 } });
    expect((await alice.get('/tools/crm-reader/status')).json).toMatchObject({
      phase: 'Pending',
      desiredReplicas: 0,
      image: '',
      replicaStatus: 'it has no replicas: the adapter has the server',
    });
    expect((await alice.call('PUT', '/tools/crm-reader', created.json)).status).toBe(200);
    const image = await alice.call('PUT', '/tools/crm-reader', selection({ imageName: 'crm', imageVersion: '1' }));
    expect(image.json.errors).toEqual(
      ['imageName', 'imageVersion'].map((field) => ({
        pointer: `#/${field}`,
        detail: 'must be absent: the adapter has the server',
      })),
    );
    // Its status tells whether the adapter exists, so the worker looks at it when that changes.
    hints.length = 0;
    await alice.call('DELETE', '/adapters/crm');
    await becomesTrue('the hints', () => expect(hints.toSorted()).toEqual(['crm', 'crm-reader']));
    expect((await alice.call('DELETE', '/tools/crm-reader')).status).toBe(204);
  });

  it('needs the right to use the adapter, and does not tell whether there is one', async () => {
    const { url } = await startControlPlane();
    await caller(url, 'alice').post(specOf('crm', { requiredRoles: ['sales'] }));
    const bob = caller(url, 'bob', 'support');
    const refused = await bob.call('POST', '/tools', selection());
    const unknown = await bob.call('POST', '/tools', selection({ source: { type: 'adapter', adapter: 'other' } }));
    const detail = 'is no adapter that you may use; GET /adapters lists those that you may';
    expect(refused).toMatchObject({ status: 400, json: { errors: [{ pointer: '#/source/adapter', detail }] } });
    expect({ ...unknown.json, requestId: '' }).toEqual({ ...refused.json, requestId: '' });

    const seller = caller(url, 'carol', 'sales');
    expect((await seller.call('POST', '/tools', selection())).status).toBe(201);
    await caller(url, 'alice').put('crm', specOf('crm'));
    expect((await seller.call('PUT', '/tools/crm-reader', selection())).status).toBe(400);
    expect((await bob.get('/tools/crm-reader')).status).toBe(200);
  });
});

const OK = { responses: { 200: { description: 'fine' } } };
const pets = {
  openapi: '3.0.3',
  info: { title: 'Pets', version: '1', description: 'x'.repeat(10_000) },
  servers: [{ url: 'https://pets.example/api' }],
  paths: {
    '/pets/{petId}': {
      get: {
        operationId: 'getPet',
        parameters: [{ name: 'petId', in: 'path', required: true, schema: { $ref: '#/components/schemas/Id' } }],
        ...OK,
      },
      delete: { operationId: 'deletePet', ...OK },
    },
  },
  components: { schemas: { Id: { type: 'integer', nullable: true }, Other: { $ref: 'file:///etc/passwd' } } },
};
const api = (source: object = {}, changes: object = {}) => ({
  name: 'pets',
  imageName: 'team/pets',
  imageVersion: '1.0.0',
  source: { type: 'openapi', document: pets, operations: ['getPet'], ...source },
  ...changes,
});

describe('a tool with the source openapi', () => {
  it('keeps the part of the document that its operations need', async () => {
    const { url } = await startControlPlane();
    const alice = caller(url, 'alice');
    const created = await alice.call('POST', '/tools', api());
    expect(created.status).toBe(201);
    const source = created.json.source as { document: typeof pets };
    expect(Object.keys(source.document.paths['/pets/{petId}'])).toEqual(['get']);
    expect(source.document.components).toEqual({ schemas: { Id: { type: 'integer', nullable: true } } });
    expect(JSON.stringify(created.json).length).toBeLessThan(2_000);
    const again = await alice.call('PUT', '/tools/pets', created.json);
    expect(again).toMatchObject({ status: 200, json: { source } });
  });

  it.each<[pointer: string, detail: string, source: object]>([
    ['#/source/operations/1', 'did you mean "getPet"?', { operations: ['getPet', 'getPets'] }],
    ['#/source/document/openapi', 'must be a version of OpenAPI', { document: { swagger: '2.0' } }],
    [
      '#/source/document/components/schemas/Id/$ref',
      'the gateway reads no other document',
      { document: { ...pets, components: { schemas: { Id: { $ref: 'http://169.254.169.254/latest' } } } } },
    ],
    ['#/source/document/paths/~1pets~1%7BpetId%7D', 'must have a parameter "petId"', { operations: ['deletePet'] }],
    [
      '#/source/document',
      'refers to itself without end',
      { document: { ...pets, components: { schemas: { Id: { allOf: [{ $ref: '#/components/schemas/Id' }] } } } } },
    ],
    ['#/source/path', 'must not contain ".." segments', { path: '/../admin' }],
  ])('is refused at %s: it %s', async (pointer, detail, source) => {
    const { url } = await startControlPlane();
    const { status, json } = await caller(url, 'alice').call('POST', '/tools', api(source));
    expect([status, json.errors]).toEqual([400, [{ pointer, detail: expect.stringContaining(detail) as unknown }]]);
  });
});

describe('a credential of a tool', () => {
  const SECRET = 'a-secret-of-thirty-two-characters-1';

  async function withCredentials() {
    const folder = await temporaryFolder();
    const write = (name: string, credential: object) =>
      writeFile(join(folder, `${name}.json`), JSON.stringify({ roles: ['team'], ...credential }));
    await write('pets', { type: 'header', header: 'X-Api-Key', value: 'abc' });
    await write('exchanged', {
      type: 'token-exchange',
      tokenEndpoint: 'https://login.example/token',
      clientId: 'gateway',
      clientSecret: 'secret',
    });
    const plane = await startControlPlane({ credentials: { folder, secrets: () => [SECRET] } });
    const issue = async (body: object) => {
      const headers = { 'x-mcp-gateway-secret': SECRET, 'content-type': 'application/json' };
      const request = { method: 'POST', headers, body: JSON.stringify(body) };
      const answer = await fetch(`${plane.url}/internal/credentials`, request);
      return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
    };
    return { ...plane, issue };
  }

  it('is given to services for the tool that names it', async () => {
    const { url, issue } = await withCredentials();
    const member = caller(url, 'alice', 'team');
    const { json } = await member.call('POST', '/tools', api({}, { upstreamAuth: { credential: 'pets' } }));
    const asked = { kind: 'tool', name: 'pets', resourceId: json.id };
    expect(await issue(asked)).toMatchObject({
      status: 200,
      json: { header: 'x-api-key', value: 'abc', shared: true },
    });
    expect((await issue({ ...asked, kind: 'adapter' })).status).toBe(404);
    expect((await issue({ ...asked, resourceId: 'other' })).status).toBe(404);
  });

  it.each([
    ['team', 'pets', 201],
    ['other', 'pets', 403],
    ['other', 'not-there', 403],
    ['team', 'exchanged', 400],
  ])('may be named by a caller with the role %s: %s gives %s', async (role, credential, status) => {
    const { url } = await withCredentials();
    const answer = await caller(url, 'alice', role).call('POST', '/tools', api({}, { upstreamAuth: { credential } }));
    expect(answer.status).toBe(status);
  });
});
