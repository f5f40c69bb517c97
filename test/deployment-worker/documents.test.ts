import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { RequestListener } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { ToolSpec } from '@mcp-gateway/common/contracts';
import { adapterRows, countResources, toolRows } from '@mcp-gateway/database';
import { createEgress } from '@mcp-gateway/platform/egress';
import { followTools, routePublisher } from '@mcp-gateway/routing';
import type { LookupFunction } from 'node:net';
import { named, resolverOf } from '../data-plane/support/remote.js';
import { startUpstream } from '../data-plane/support/upstream.js';
import { afterTest } from '../support/clean-up.js';
import { connect, freshDatabase, silent } from '../support/postgres.js';
import { connectRedis, freshPrefix } from '../support/redis.js';
import { becomesTrue } from '../support/wait.js';
import { FakeRuntime } from './support/fake-runtime.js';
import { composeWorker, documents, remoteServers, toolKind } from './support/sources.js';

const REF = { kind: 'tool', name: 'pets' } as const;
const responses = { 200: { description: 'fine' } };
const documentOf = (...operations: string[]) =>
  JSON.stringify({
    openapi: '3.1.1',
    info: { title: 'Pets', version: '1' },
    paths: Object.fromEntries(operations.map((id) => [`/${id}`, { get: { operationId: id, responses } }])),
  });

interface Options {
  allowed?: string[];
  lookup?: LookupFunction;
}

async function setUp({ allowed = ['127.0.0.1'], lookup }: Options = {}) {
  const prefix = freshPrefix();
  const [redis, observer] = [await connectRedis(), await connectRedis()];
  const database = connect(await freshDatabase());
  const [adapters, rows] = [adapterRows(database), toolRows(database)];
  const fake = new FakeRuntime();
  const egress = createEgress({ allowedNetworks: allowed, lookup });
  const table = followTools(observer, prefix, silent);
  afterTest(() => table.close());

  /** A worker that has just been started. */
  function start() {
    const remotes = remoteServers({ egress, everyMs: 50 });
    const read = documents({ egress, everyMs: { read: 50, failed: 50 } });
    const published = routePublisher(redis, prefix).definition;
    const kinds = [toolKind(rows, adapters, { remotes, documents: read, published })];
    const parts = { kinds, countResources: () => countResources(database), runtime: fake };
    const worker = composeWorker({ ...parts, redis, prefix, remotes, documents: read, log: silent });
    const close = async () => {
      for (const each of [remotes, read]) each.close();
      await worker.close();
    };
    afterTest(close);
    return { worker, close };
  }

  return {
    rows,
    fake,
    start,
    create: (spec: object) => rows.create(ToolSpec.parse({ name: 'pets', requiredRoles: ['team'], ...spec }), 'alice'),
    toolsAre: (what: string, ...names: string[]) =>
      becomesTrue(what, () => {
        const definition = table.definition(REF);
        if (definition?.type !== 'openapi') throw new Error('no definition');
        expect(definition.operations.map(({ tool }) => tool.name)).toEqual(names);
      }),
    statusIs: (what: string, phase: string, reason: string, message: RegExp) =>
      becomesTrue(what, async () => {
        const row = await rows.find('pets');
        const condition = row?.conditions.find(({ type }) => type === 'Document');
        expect([row?.phase, condition?.reason, condition?.message]).toEqual([
          phase,
          reason,
          expect.stringMatching(message),
        ]);
      }),
    fault: () => (table.definition(REF) as { fault?: string } | undefined)?.fault,
  };
}

const remoteSpec = (url: string, source: object = {}) => ({
  replicaCount: 0,
  remote: { url, headers: { 'X-Api-Version': '2' } },
  source: { type: 'openapi', documentUrl: '/openapi.json', operations: ['*'], ...source },
});

describe('the document of a server that runs elsewhere', () => {
  it('becomes tools, again when it changes, and the last tools stay while it cannot be used', async () => {
    const { start, create, toolsAre, statusIs } = await setUp();
    let answer: RequestListener = (_req, res) => res.end(documentOf('listPets'));
    const api = await startUpstream((req, res) =>
      req.url === '/openapi.json' ? answer(req, res) : res.writeHead(404).end(),
    );
    start();
    await create({ ...remoteSpec(`${api.endpoint.url}/v3`), upstreamAuth: { credential: 'pets' } });
    await toolsAre('the tool', 'listPets');
    await statusIs('the status', 'Ready', 'DocumentRead', /describes one tool/);
    const asked = api.seen.find(({ url }) => url === '/openapi.json');
    expect([asked?.header('x-api-version'), asked?.header('authorization')]).toEqual([['2'], []]);

    answer = (_req, res) =>
      res.end('openapi: 3.1.1\ninfo: {title: Pets, version: "1"}\npaths:\n  /a: {get: {operationId: a}}\n');
    await toolsAre('the tool of the changed document', 'a');
    answer = (_req, res) => res.writeHead(500).end('internal-secret');
    await statusIs(
      'the outage',
      'Degraded',
      'DocumentNotRead',
      /at \/openapi\.json is answered with 500\. The tools of the last document stay/,
    );
    await toolsAre('the tools that stay', 'a');
    answer = (_req, res) => res.end(documentOf('b', 'c'));
    await toolsAre('the tools of the next document', 'b', 'c');
  });

  it('keeps its tools when the worker is started again while the server is down', async () => {
    const { rows, start, create, toolsAre, statusIs } = await setUp();
    let isDown = false;
    const api = await startUpstream((_req, res) => (isDown ? res.destroy() : res.end(documentOf('listPets'))));
    const first = start();
    const row = await create(remoteSpec(api.endpoint.url));
    await toolsAre('the tool', 'listPets');
    await first.close();
    isDown = true;
    // Another generation of the same document, as an approval makes it.
    if (row) await rows.update(row, ToolSpec.parse({ name: 'pets', ...remoteSpec(api.endpoint.url) }));
    await start().worker.queue.reconcile(REF);
    await statusIs('the outage', 'Failed', 'DocumentNotRead', /cannot be read: .*breaks off/);
    await toolsAre('the tool', 'listPets');
  });

  it('gives no tools that a changed spec does not choose, even while it cannot be read', async () => {
    const { rows, start, create, toolsAre, fault } = await setUp();
    let isDown = false;
    const api = await startUpstream((_req, res) => (isDown ? res.writeHead(503).end() : res.end(documentOf('a', 'b'))));
    const { worker } = start();
    const row = await create(remoteSpec(api.endpoint.url));
    await toolsAre('the tools', 'a', 'b');
    isDown = true;
    if (row)
      await rows.update(row, ToolSpec.parse({ name: 'pets', ...remoteSpec(api.endpoint.url, { operations: ['b'] }) }));
    await worker.queue.reconcile(REF);
    await toolsAre('no tools');
    expect(fault()).toContain('GET /tools/pets/status says why');
    isDown = false;
    await toolsAre('the tool', 'b');

    const other = await startUpstream((_req, res) => res.writeHead(503).end());
    const now = await rows.find('pets');
    const spec = ToolSpec.parse({ name: 'pets', ...remoteSpec(other.endpoint.url, { operations: ['b'] }) });
    if (now) await rows.update(now, spec);
    await worker.queue.reconcile(REF);
    await toolsAre('no tools of the document of another server');
  });

  it.each<[what: string, answer: RequestListener, reason: string, message: RegExp]>([
    [
      'that is a web page',
      (_req, res) => res.end('<!doctype html>internal-secret'),
      'DocumentNotRead',
      /is a web page or XML/,
    ],
    ['that is no JSON', (_req, res) => res.end('{"internal-secret'), 'DocumentInvalid', /is not valid JSON/],
    [
      'that needs a credential',
      (_req, res) => res.writeHead(401).end(),
      'DocumentNotRead',
      /answered with 401, because .* without a credential/,
    ],
    [
      'without the operation',
      (_req, res) => res.end(documentOf('listPets')),
      'DocumentInvalid',
      /did you mean "listPets"\?/,
    ],
    [
      'of another version',
      (_req, res) => res.end('{"swagger": "2.0"}'),
      'DocumentInvalid',
      /\/openapi must be a version of OpenAPI/,
    ],
    [
      'that is elsewhere',
      (_req, res) => res.writeHead(302, { location: 'http://169.254.169.254/latest?k=secret' }).end(),
      'DocumentNotRead',
      /redirected to http:\/\/169\.254\.169\.254, which is another server/,
    ],
    [
      'that is redirected without end',
      (req, res) => res.writeHead(302, { location: req.url }).end(),
      'DocumentNotRead',
      /again and again/,
    ],
    [
      'that is compressed',
      (_req, res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
      'DocumentNotRead',
      /is compressed/,
    ],
    [
      'that says it is too large',
      (_req, res) => void res.writeHead(200, { 'content-length': String(2 ** 30) }).write('{'),
      'DocumentNotRead',
      /has more than 8388608 bytes/,
    ],
    [
      'that is too large and does not end',
      (_req, res) => void res.write(' '.repeat(8_400_000)),
      'DocumentNotRead',
      /has more than 8388608 bytes/,
    ],
  ])('%s gives no tools, and the status says why', async (_what, answer, reason, message) => {
    const { start, create, toolsAre, statusIs, fault, rows } = await setUp();
    const api = await startUpstream((req, res) => (req.url?.startsWith('/openapi') ? answer(req, res) : res.end('ok')));
    start();
    await create(remoteSpec(api.endpoint.url, { operations: ['listPet'] }));
    await statusIs('the status', 'Failed', reason, message);
    await toolsAre('no tools');
    expect(fault()).toMatch(/cannot be used/);
    expect(JSON.stringify((await rows.find('pets'))?.conditions)).not.toContain('secret');
  });

  it('is read at permitted addresses only, whatever its name leads to a moment later', async () => {
    const api = await startUpstream((_req, res) => res.setHeader('connection', 'close').end(documentOf('listPets')));
    const { lookup } = resolverOf(['127.0.0.1'], ['127.0.0.1'], ['10.0.0.1']);
    const { start, create, statusIs } = await setUp({ lookup });
    start();
    await create(remoteSpec(named(api.endpoint, '/')));
    await statusIs('the refusal', 'Failed', 'DocumentNotRead', /leads to a private address/);
  });
});

describe('the document of a server that the gateway runs', () => {
  it('is read when a replica is ready', async () => {
    const { fake, start, create, toolsAre, statusIs } = await setUp({ allowed: [] });
    const api = await startUpstream((_req, res) => res.end(documentOf('listPets')));
    const { observe } = fake;
    fake.observe = async (ref) => {
      const seen = await observe(ref);
      const replicas = seen.replicas.map((each) => ({
        ...each,
        endpoint: each.endpoint && { ...each.endpoint, url: api.endpoint.url },
      }));
      return { ...seen, replicas };
    };
    start();
    const source = { type: 'openapi', documentUrl: '/docs/openapi.yaml?v=1', operations: ['*'] };
    await create({ imageName: 'pets', imageVersion: '1', source });
    await statusIs('the wait', 'Progressing', 'DocumentNotReadYet', /No replica is ready/);
    expect(api.seen).toEqual([]);
    fake.pass();
    fake.watcher?.changed(REF);
    await toolsAre('the tool', 'listPets');
    await statusIs('the status', 'Ready', 'DocumentRead', /one tool/);
    expect(api.seen[0]?.url).toBe('/docs/openapi.yaml?v=1');
  });
});

it('says in the status which arguments tool routers leave to the server', async () => {
  const { start, create, rows } = await setUp();
  const parameters = [{ name: 'id', in: 'query', schema: { type: 'string', pattern: '^(?!-)' } }];
  const get = { operationId: 'find', parameters, responses };
  const api = await startUpstream((_req, res) =>
    res.end(JSON.stringify({ openapi: '3.1.1', info: { title: 'x', version: '1' }, paths: { '/a': { get } } })),
  );
  start();
  await create(remoteSpec(api.endpoint.url));
  await becomesTrue('the condition', async () =>
    expect((await rows.find('pets'))?.conditions).toContainEqual(
      expect.objectContaining({
        type: 'Arguments',
        reason: 'NotChecked',
        message: expect.stringMatching(/^The inputSchema of find has the pattern "\^\(\?!-\)", which is not checked/),
      }),
    ),
  );
});

it('reads a document that others have written, in YAML', async () => {
  const { start, create, toolsAre } = await setUp();
  const path = createRequire(import.meta.url).resolve('@readme/oas-examples/3.0/yaml/star-trek.yaml');
  const yaml = readFileSync(path, 'utf8');
  const api = await startUpstream((_req, res) => res.end(yaml));
  start();
  await create(remoteSpec(`${api.endpoint.url}/api/v1/rest`, { operations: ['GET /animal', 'POST /animal/search'] }));
  await toolsAre('its tools', 'GET_animal', 'POST_animal_search');
});
