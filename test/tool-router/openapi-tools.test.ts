import { createRequire } from 'node:module';
import { buffer } from 'node:stream/consumers';
import { chosenPart, compileOperations } from '@mcp-gateway/openapi';
import { describe, expect, it } from '@jest/globals';
import { getHttpOperationsFromSpec } from '@stoplight/prism-http';
import { createServer } from '@stoplight/prism-http-server';
import { afterTest } from '../support/clean-up.js';
import { becomesTrue } from '../support/wait.js';
import { modernClient, startRouter, textOf } from './support/router.js';
import { startServer } from './support/servers.js';

const require = createRequire(import.meta.url);
type Document = Parameters<typeof chosenPart>[0];

const readMe = require('@readme/oas-examples/3.1/json/readme.json') as Document;
const starTrek = require('@readme/oas-examples/3.0/json/star-trek.json') as Document;

const quiet = {
  info() {},
  warn() {},
  error() {},
  debug() {},
  success() {},
  trace() {},
  fatal() {},
  child: () => quiet,
};

/** A server made from the document. It refuses with 422 what the document does not permit, and answers with examples. */
async function startMock(document: Document): Promise<string> {
  const config = {
    mock: { dynamic: false },
    isProxy: false as const,
    checkSecurity: false,
    errors: false,
    validateRequest: true,
    validateResponse: true,
  };
  const server = createServer(await getHttpOperationsFromSpec(document), {
    // oxlint-disable-next-line typescript/no-unnecessary-type-assertion -- it depends on which pino pnpm hoists
    components: { logger: quiet as never }, // what its type is depends on the pino that the package manager hoists
    config: config as never,
    cors: false,
  });
  const url = await server.listen(0, '127.0.0.1');
  afterTest(() => server.close());
  return url;
}

/** A router with the tools, as the control plane and the worker make them of the document. */
async function routerFor(document: Document, operations: string[], url: string) {
  const source = { document: chosenPart(document, operations), operations, path: '/' };
  const router = await startRouter();
  const definition = { type: 'openapi' as const, operations: await compileOperations(source) };
  await router.publish('api', { definition, urls: [url] });
  const client = await modernClient(router.url);
  await becomesTrue('the tools', async () => {
    const { tools } = await client.listTools(undefined, { cacheMode: 'refresh' });
    expect(tools).toHaveLength(definition.operations.length);
  });
  return client;
}

describe('an API that others described, behind a server that checks every request by the description', () => {
  it('is called with path, query, header and JSON bodies', async () => {
    const subdomain = 'owlbert';
    const api_key_id = '0123456789abcdef01234567';
    const branch = 'stable';
    const calls: [tool: string, given: Record<string, unknown>][] = [
      ['getAPIKeys', { subdomain, page: 2, per_page: 50 }],
      ['createAPIKey', { subdomain, label: 'a "label" & more' }],
      ['updateAPIKey', { subdomain, api_key_id, label: 'other' }],
      ['deleteAPIKey', { subdomain, api_key_id }],
      ['getCategory', { branch, section: 'guides', title: 'Getting started / 100%?' }],
      ['createChangelog', { title: 'New', type: 'added', privacy: { view: 'public' }, content: { body: 'x' } }],
      ['search', { query: 'a&b=c #d', section: 'guides', projects: ['one', 'two'] }],
      ['getBranches', { sort_by: 'created', prefix: '2.0' }],
      ['createBranch', { body: { name: 'v2.0_draft' } }],
      ['getReference', { branch, slug: 'get-user', dereference: 'true' }],
    ];
    const client = await routerFor(
      readMe,
      calls.map(([tool]) => tool),
      await startMock(readMe),
    );
    for (const [tool, given] of calls) {
      const result = await client.callTool({ name: `api_${tool}`, arguments: given });
      expect([tool, result.isError ?? false, textOf(result)]).toEqual([
        tool,
        false,
        expect.not.stringMatching(/UNPROCESSABLE/),
      ]);
    }
  });

  it('is called with forms', async () => {
    const operations = ['POST /animal/search', 'GET /animal', 'POST /book/search'];
    const client = await routerFor(starTrek, operations, await startMock(starTrek));
    for (const [name, given] of [
      ['POST_animal_search', { pageNumber: 1, sort: 'name,ASC', name: 'tribble & co', earthAnimal: false }],
      ['GET_animal', { uid: 'ANMA0000264633' }],
      ['POST_book_search', { title: 'Ü', publishedYearFrom: 1990 }],
    ] as const) {
      const result = await client.callTool({ name: `api_${name}`, arguments: given });
      expect([name, result.isError ?? false, textOf(result)]).toEqual([name, false, expect.stringContaining('{')]);
    }
  });

  it('is not called with what its document does not permit', async () => {
    const client = await routerFor(readMe, ['getAPIKeys'], 'http://127.0.0.1:1');
    const result = await client.callTool({ name: 'api_getAPIKeys', arguments: { subdomain: 'x', per_page: 500 } });
    expect(result).toMatchObject({ isError: true });
    expect(textOf(result)).toMatch(/per_page/);
  });
});

it('sends a file, which is base64 in the arguments, to a server that parses forms', async () => {
  const properties = { file: { type: 'string', format: 'binary' }, title: { type: 'string' } };
  const content = { 'multipart/form-data': { schema: { type: 'object', properties, required: ['file'] } } };
  const post = {
    operationId: 'upload',
    requestBody: { required: true, content },
    responses: { 200: { description: 'ok' } },
  };
  const document = { openapi: '3.0.3', info: { title: 'Files', version: '1' }, paths: { '/files': { post } } };
  const server = await startServer(async (req, res) => {
    const init = { headers: { 'content-type': req.headers['content-type'] ?? '' } };
    const form = await new Response(await buffer(req), init).formData();
    const file = form.get('file') as File;
    res.end(
      `${form.get('title') as string}: ${file.size} bytes ${Buffer.from(await file.arrayBuffer()).toString('hex')}`,
    );
  });
  const client = await routerFor(document, ['upload'], server.url);
  const upload = (file: string) => client.callTool({ name: 'api_upload', arguments: { file, title: 'Ü' } });
  expect(textOf(await upload(Buffer.from([0, 255, 13, 10]).toString('base64')))).toBe('Ü: 4 bytes 00ff0d0a');
  const wrong = await upload('no base64');
  expect([wrong.isError, textOf(wrong)]).toEqual([true, expect.stringContaining('file must be base64')]);
});

it('lists no tools while the document of its server cannot be used, and names the source', async () => {
  const router = await startRouter();
  const definition = { type: 'openapi' as const, operations: [], fault: 'the document of tool api cannot be used' };
  await router.publish('api', { definition, urls: ['http://127.0.0.1:1'] });
  await router.publish('other', { definition: { type: 'openapi', operations: [] }, urls: [] });
  const client = await modernClient(router.url);
  await becomesTrue('the missing source', async () => {
    const listed = await client.listTools(undefined, { cacheMode: 'refresh' });
    expect([listed.tools, listed._meta?.['mcp-gateway/missing']]).toEqual([[], ['tool/api']]);
  });
});

describe('a hostile caller or server', () => {
  const parameters = [
    { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
    { name: 'X-Trace', in: 'header', schema: { type: 'string' } },
  ];
  const document = {
    openapi: '3.1.1',
    info: { title: 'files', version: '1' },
    paths: { '/public/{id}/text': { get: { operationId: 'read', parameters, responses: {} } } },
  };

  it('reaches no other path and adds no header', async () => {
    const seen: string[] = [];
    const server = await startServer(({ url, headers }, res) => {
      seen.push(JSON.stringify([url, headers['x-trace'], headers['x-mcp-userid']]));
      res.end('text');
    });
    const client = await routerFor(document, ['read'], server.url);
    const read = (given: object) => client.callTool({ name: 'api_read', arguments: { ...given } });
    for (const id of ['..', '../secret', '%2e%2e/secret', '..%5c..', 'a\r\nHost: other', '']) {
      expect(await read({ id })).toMatchObject({ isError: true });
    }
    expect(await read({ id: 'a', 'X-Trace': 'b\r\nX-Mcp-UserId: root' })).toMatchObject({ isError: true });
    expect(seen).toEqual([]);
    expect(textOf(await read({ id: 'a/b?c#d', 'X-Trace': 'ok' }))).toBe('text');
    expect(textOf(await read({ id: '@127.0.0.1:1' }))).toBe('text');
    expect(seen).toEqual([
      '["/public/a%2Fb%3Fc%23d/text","ok","alice"]',
      '["/public/%40127.0.0.1%3A1/text",null,"alice"]',
    ]);
  });

  it.each<[answer: string, status: number, headers: Record<string, string>, says: string]>([
    ['a redirect', 307, { location: 'http://169.254.169.254/latest/meta-data/' }, 'does not follow it'],
    ['an error', 404, {}, 'The tool answers 404'],
    ['a web page', 200, { 'content-type': 'text/html' }, 'a web page instead of a result'],
  ])('gets %s explained', async (_answer, status, headers, says) => {
    const server = await startServer((_req, res) => res.writeHead(status, headers).end('<html>'));
    const client = await routerFor(document, ['read'], server.url);
    const result = await client.callTool({ name: 'api_read', arguments: { id: 'a' } });
    expect(result.isError).toBe(true);
    expect(textOf(result)).toContain(says);
  });
});
