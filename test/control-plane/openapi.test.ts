import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { auditRows } from '@mcp-gateway/database';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { connect } from '../support/postgres.js';
import { giveApiKeyAnswers, unheededPublisher } from './support/api-key-answers.js';
import { giveAuditAnswers } from './support/audit.js';
import { giveEventAnswers, giveRegistryAnswers } from './support/event-answers.js';
import { caller, type Answer, type Caller } from './support/callers.js';
import { specOf, startControlPlane } from './support/control-plane.js';
import { METHODS, undescribed } from './support/descriptions.js';
import { routesOf } from './support/routes-of.js';
import { openApiDocument } from './support/sources.js';
import { giveToolAnswers } from './support/tool-answers.js';
import { giveToolsetAnswers } from './support/toolset-answers.js';
import { condition, oneSession, replica, session } from './support/statuses.js';

const COMPONENT = 'https://mcp-gateway.test/';

interface Response {
  headers?: Record<string, unknown>;
  content?: Record<string, { schema: object }>;
}
interface Operation {
  tags: string[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, Response>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

const document = openApiDocument() as unknown as Document;
/** Served for operators and people, and not part of the API. */
const OPERATIONAL = ['GET /errors', 'GET /livez', 'GET /openapi.json', 'GET /readyz'];

const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
ajv.addFormat('uuid', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
// ajv follows references to whole schemas, not into a document.
const resolved = JSON.parse(JSON.stringify(document).replaceAll('#/components/schemas/', COMPONENT)) as Document;
for (const [name, schema] of Object.entries(resolved.components.schemas)) ajv.addSchema(schema, COMPONENT + name);

const everyOperation = Object.entries(resolved.paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    .filter(([method]) => METHODS.includes(method))
    .map(([method, { tags, responses }]) => ({
      operation: `${method.toUpperCase()} ${path}`,
      isMcp: tags.includes('mcp'),
      responses,
    })),
);
// The data plane serves the MCP operations (test/data-plane/documented.test.ts).
const operations = everyOperation.filter(({ isMcp }) => !isMcp);
const documented = operations.flatMap(({ operation, responses }) =>
  Object.entries(responses).map(([status, response]) => ({ operation, status: Number(status), response })),
);

describe('the OpenAPI document', () => {
  it('is the file in openapi/ and the answer of GET /openapi.json', async () => {
    const file = await readFile(new URL('../../openapi/mcp-gateway.openapi.json', import.meta.url), 'utf8');
    expect(file).toBe(`${JSON.stringify(document, null, 2)}\n`);
    const { url } = await startControlPlane();
    const { status, headers, text } = await caller(url, 'alice').get('/openapi.json');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    const served = JSON.parse(text) as { servers: { url: string }[] };
    expect({ ...served, servers: [] }).toEqual({ ...document, servers: [] });
  });

  it('names the gateway that serves it, also behind the path prefix of a proxy', async () => {
    const { url } = await startControlPlane();
    const { text } = await caller(url, 'alice').get('/openapi.json');
    const { servers } = JSON.parse(text) as { servers: { url: string }[] };
    const seenAt = 'https://tools.example.com/gw/openapi.json';
    expect(servers.map((server) => new URL(server.url, seenAt).href)).toEqual(['https://tools.example.com/gw/']);
  });

  it('has exactly the routes that are served', async () => {
    const apiKeys = { publisher: unheededPublisher, maxDays: 365 };
    const served = routesOf((await startControlPlane({ apiKeys })).app).filter((route) => !OPERATIONAL.includes(route));
    expect(served).toEqual(operations.map(({ operation }) => operation).toSorted());
  });

  it('has the target of every reference', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(
      ([, path]) => path as string,
    );
    expect(references.length).toBeGreaterThan(0);
    const find = (path: string) =>
      path.split('/').reduce<unknown>((node, part) => (node as Record<string, unknown> | undefined)?.[part], document);
    expect(references.filter((path) => find(path) === undefined)).toEqual([]);
  });

  it('accepts and refuses the same specs as the API', () => {
    const valid = ajv.compile(
      resolved.paths['/adapters']?.['post']?.requestBody?.content['application/json']?.schema ?? {},
    );
    expect(valid(specOf('echo'))).toBe(true);
    expect(valid(specOf('echo', { replicaCount: 65 }))).toBe(false);
    expect(valid(specOf('Echo'))).toBe(false);
    expect(valid(specOf('echo', { extra: 1 }))).toBe(false);
    expect(valid({ name: 'echo' })).toBe(false);
    expect(valid({ name: 'echo', remote: { url: 'https://mcp.example.com/mcp' } })).toBe(true);
    expect(valid({ ...specOf('echo'), id: 'x', generation: 1, createdBy: 'a', lastUpdatedAt: '' })).toBe(true);
  });

  it('describes every operation, parameter, answer and field', () => {
    expect(undescribed(document.paths, ['paths'])).toEqual([]);
    expect(undescribed(document.components, ['components'])).toEqual([]);
  });

  it('requires a name and an image, or a remote server, of a spec and gives no request field a default, so that generated clients may omit the others', () => {
    const { AdapterBody, SessionLimits } = document.components.schemas;
    expect(AdapterBody).toMatchObject({
      required: ['name'],
      else: { required: ['imageName', 'imageVersion'] },
    });
    expect(JSON.stringify([AdapterBody, SessionLimits])).not.toContain('"default"');
    expect(JSON.stringify(AdapterBody)).toContain('Default: `8000`.');
  });
});

describe('every documented answer', () => {
  const answers = new Map<string, Answer>();

  beforeAll(async () => {
    const apiKeys = { publisher: unheededPublisher, maxDays: 365 };
    const plane = await startControlPlane({ sessions: oneSession, apiKeys });
    const alice = caller(plane.url, 'alice');
    const reader = caller(plane.url, 'bob', 'staff');
    const outageUrl = (await startControlPlane({ database: connect('postgresql://a@127.0.0.1:1/b'), apiKeys })).url;
    const outage = caller(outageUrl, 'alice');
    const stale = { 'if-match': '"stale"' };
    const text = { 'content-type': 'text/plain' };
    const large = specOf('large', { description: 'x'.repeat(1024 * 1024) });
    const given = async (operation: string, ...those: Answer[]) =>
      those.forEach((answer) => answers.set(`${operation} ${answer.status}`, answer));

    for (const { operation } of operations) {
      const [method, path] = operation.split(' ') as [string, string];
      const url = path.replace('{name}', 'echo').replace('{id}', session.id);
      const unsigned = await alice.call(method, url, undefined, { 'x-dev-userid': 'a'.repeat(257) });
      const page = await alice.call(method, url, undefined, { origin: 'https://evil.example' });
      await given(operation, unsigned, page);
    }

    const shared = specOf('echo', { requiredRoles: ['staff'], environmentVariables: { A: 'b' } });
    await given(
      'POST /adapters',
      await alice.post(shared),
      await alice.post(shared),
      await alice.post({}),
      await alice.post(large),
      await alice.post(shared, text),
      await outage.post(shared),
    );
    await alice.post(specOf('second'));
    const row = await plane.rows.find('echo');
    if (row) await plane.rows.saveStatus(row, { phase: 'Degraded', conditions: [condition], replicas: [replica(0)] });
    await given(
      'GET /adapters',
      await alice.get('/adapters?limit=1'),
      await alice.get('/adapters?limit=0'),
      await outage.get('/adapters'),
    );
    for (const path of ['', '/status', '/logs']) {
      await given(
        `GET /adapters/{name}${path}`,
        await alice.get(`/adapters/echo${path}`),
        await alice.get(`/adapters/unknown${path}`),
        await outage.get(`/adapters/echo${path}`),
      );
    }
    const root = caller(plane.url, 'root', 'mcp.admin');
    const acme = { id: 'acme', admins: { subjects: ['alice'] } };
    const post = (who: Caller, body: unknown, headers = {}) => who.call('POST', '/tenants', body, headers);
    const refusedBodies = (method: string, path: string) =>
      Promise.all([
        root.call(method, path, { wrong: 1 }),
        root.call(method, path, large),
        root.call(method, path, acme, text),
        outage.call(method, path, acme),
      ]);
    await given('POST /tenants', await post(root, acme), await post(root, acme), await post(reader, acme));
    await given('POST /tenants', ...(await refusedBodies('POST', '/tenants')));
    await root.call('POST', '/tenants', { id: 'zebra' });
    await given(
      'GET /tenants',
      await root.get('/tenants?limit=1'),
      await root.get('/tenants?limit=0'),
      await outage.get('/tenants'),
    );
    for (const [name, path, body] of [
      ['/tenants/{id}', '/tenants/acme', acme],
      ['/tenants/{id}/quota', '/tenants/acme/quota', { requests: { hour: 9 } }],
    ] as const) {
      await given(`GET ${name}`, await alice.get(path), await reader.get(path), await outage.get(path));
      await given(
        `PUT ${name}`,
        ...(await refusedBodies('PUT', path)),
        await alice.call('PUT', path, body),
        await reader.call('PUT', path, body),
        await root.call('PUT', path, body),
        await root.call('PUT', path, body, stale),
      );
    }
    await root.call('PUT', '/tenants/default/quota', { adapters: 2, replicas: 3 });
    await given('POST /adapters', await alice.post(specOf('third')));
    await given('PUT /adapters/{name}', await alice.put('second', specOf('second', { replicaCount: 4 })));
    await root.call('PUT', '/tenants/zebra', { id: 'zebra', members: { roles: ['zebras'] } });
    await caller(plane.url, 'zoe', 'zebras').post(specOf('of-zebra'));
    await given(
      'DELETE /tenants/{id}',
      await alice.call('DELETE', '/tenants/acme'),
      await reader.call('DELETE', '/tenants/acme'),
      await outage.call('DELETE', '/tenants/acme'),
      await root.call('DELETE', '/tenants/acme', undefined, stale),
      await root.call('DELETE', '/tenants/zebra'),
      await root.call('DELETE', '/tenants/acme'),
    );
    await giveToolAnswers(given, { alice, reader, outage, root });
    await giveToolsetAnswers(given, { alice, reader, outage });
    const sessions = '/adapters/echo/sessions';
    await given(
      'GET /adapters/{name}/sessions',
      await alice.get(sessions),
      await alice.get(`${sessions}?limit=x`),
      await alice.get('/adapters/unknown/sessions'),
      await outage.get(sessions),
    );
    await given(
      'DELETE /adapters/{name}/sessions/{id}',
      await alice.call('DELETE', `${sessions}/${session.id}`),
      await alice.call('DELETE', `${sessions}/unknown`),
      await outage.call('DELETE', `${sessions}/${session.id}`),
    );
    const explain = '/permissions/explain?resource=adapter/';
    await given(
      'GET /permissions/explain',
      await alice.get(`${explain}echo`),
      await alice.get(`${explain}echo&action=x`),
      await alice.get(`${explain}unknown`),
      await outage.get(`${explain}echo`),
    );
    await giveAuditAnswers(given, {
      root,
      adminInOutage: caller(outageUrl, 'root', 'mcp.admin'),
      rows: auditRows(plane.database),
    });
    await giveEventAnswers(given, { alice, outage, url: plane.url });
    await giveRegistryAnswers(given, { alice, outage });
    await giveApiKeyAnswers(given, { alice, outage, apiKeys: plane.apiKeys });
    await given('GET /adapters/{name}/logs', await alice.get('/adapters/echo/logs?tail=x'));
    await given(
      'PUT /adapters/{name}',
      await alice.put('echo', shared),
      await alice.put('echo', {}),
      await alice.put('echo', large),
      await alice.put('echo', shared, text),
      await reader.put('echo', shared),
      await alice.put('unknown', specOf('unknown')),
      await alice.put('echo', shared, stale),
      await outage.put('echo', shared),
    );
    await given(
      'DELETE /adapters/{name}',
      await reader.remove('echo'),
      await alice.remove('echo', stale),
      await alice.remove('echo'),
      await alice.remove('echo'),
      await outage.remove('echo'),
    );
  });

  it('occurs, and no undocumented answer does', () => {
    expect([...answers.keys()].toSorted()).toEqual(
      documented.map(({ operation, status }) => `${operation} ${status}`).toSorted(),
    );
  });

  it.each(documented)('$operation $status matches its description', ({ operation, status, response }) => {
    const answer = answers.get(`${operation} ${status}`) as Answer;
    for (const name of Object.keys(response.headers ?? {})) expect(answer.headers.get(name)).toBeTruthy();
    const [type] = Object.keys(response.content ?? {});
    const validate = ajv.compile((type && response.content?.[type]?.schema) || { type: 'string', const: '' });
    expect(answer.headers.get('content-type')?.split(';')[0]).toBe(type);
    validate(answer.json ?? answer.text);
    expect(validate.errors ?? []).toEqual([]);
  });
});
