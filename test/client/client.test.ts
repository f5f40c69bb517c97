import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { ConnectionError, createGatewayClient, GatewayError, operations } from '@mcp-gateway/client';
import { errorCatalogue } from '@mcp-gateway/common/errors';
import { auditRows } from '@mcp-gateway/database';
import { specOf, startControlPlane } from '../control-plane/support/control-plane.js';
import { record } from '../control-plane/support/audit.js';
import { json, startServer } from './server.js';

const as = (subject: string, roles = 'mcp.dev') => ({ 'x-dev-userid': subject, 'x-dev-roles': roles });

async function thrownBy(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
}

describe('the client of a gateway', () => {
  it('creates, reads, changes and deletes', async () => {
    const { url } = await startControlPlane();
    const client = createGatewayClient({ url: `${url}/`, headers: as('alice') });
    await client.call('createAdapter', { body: specOf('echo') });
    const read = await client.call('getAdapter', { path: { name: 'echo' } });
    const changed = await client.call('replaceAdapter', { path: { name: 'echo' }, body: { ...read, replicaCount: 3 } });
    expect(changed).toMatchObject({ name: 'echo', generation: 2, replicaCount: 3 });
    expect(await client.call('deleteAdapter', { path: { name: 'echo' } })).toBeUndefined();
  });

  it('lists all pages', async () => {
    const { url } = await startControlPlane();
    const client = createGatewayClient({ url, headers: as('alice') });
    for (const name of ['a', 'b', 'c', 'd', 'e']) await client.call('createAdapter', { body: specOf(name) });
    const adapters = await client.list('listAdapters', { query: { limit: 2 } });
    expect(adapters.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('takes no API key to another server', async () => {
    const other = await startServer(json(200, []));
    const { url } = await startServer((res) => void res.writeHead(307, { location: `${other.url}/adapters` }).end());
    const client = createGatewayClient({
      url,
      credentials: { headers: () => ({ 'x-api-key': 'mcpg_secret' }) },
      maxRetries: 0,
    });
    const error = await thrownBy(client.call('listAdapters'));
    expect(error).toBeInstanceOf(ConnectionError);
    expect((error as Error).message).toContain(`is redirected to ${other.url}, which is not followed`);
    expect(other.requests).toEqual([]);
  });

  it('throws what the gateway says is wrong', async () => {
    const { url } = await startControlPlane();
    const client = createGatewayClient({ url, headers: { ...as('alice'), 'x-request-id': 'mine' } });
    const error = await thrownBy(client.call('createAdapter', { body: specOf('echo', { replicaCount: 65 }) }));
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({
      code: 'INVALID_REQUEST',
      status: 400,
      title: errorCatalogue.INVALID_REQUEST.title,
      detail: expect.stringContaining('#/replicaCount'),
      errors: [{ pointer: '#/replicaCount' }],
      requestId: 'mine',
      remedy: errorCatalogue.INVALID_REQUEST.remedy,
    });
  });

  it('streams records of the audit one by one, and ends the request when its reader leaves', async () => {
    const { url, database } = await startControlPlane();
    await auditRows(database).append(['a', 'b', 'c'].map((tool) => JSON.stringify(record({ tool }))));
    const client = createGatewayClient({ url, headers: as('root', 'mcp.admin') });
    const tools: unknown[] = [];
    for await (const entry of client.stream('exportAuditRecords', { query: { action: 'mcp.*' } })) {
      tools.push(entry.tool);
      if (tools.length === 2) break;
    }
    expect(tools).toEqual(['a', 'b']);
  });
});

describe('a request of the client', () => {
  const adapter = { name: 'echo' };
  const get = (url: string, more = {}) => createGatewayClient({ url, ...more }).call('getAdapter', { path: adapter });

  it('is sent again after 503 and as Retry-After says', async () => {
    const { url, requests } = await startServer(json(503, {}, { 'retry-after': '0' }), json(200, adapter));
    expect(await get(url)).toEqual(adapter);
    expect(requests).toHaveLength(2);
  });

  it('fails with the last answer', async () => {
    const { url, requests } = await startServer(
      json(503, { code: 'UNAVAILABLE', title: 'Away' }, { 'retry-after': '0' }),
    );
    expect(await thrownBy(get(url))).toMatchObject({ code: 'UNAVAILABLE', retryAfterSeconds: 0 });
    expect(requests).toHaveLength(3);
  });

  it('that changes something is sent once', async () => {
    const { url, requests } = await startServer(
      json(503, { code: 'UNAVAILABLE', title: 'Away' }, { 'retry-after': '0' }),
    );
    const remove = createGatewayClient({ url }).call('deleteAdapter', { path: adapter });
    expect(await thrownBy(remove)).toMatchObject({ code: 'UNAVAILABLE' });
    expect(requests).toHaveLength(1);
  });

  it('signs in anew once after 401', async () => {
    let token = 'old';
    const credentials = {
      headers: () => ({ authorization: token }),
      refresh: async () => (token = 'new') === 'new',
    };
    const { url, requests } = await startServer(json(401, {}), json(200, adapter), json(401, {}));
    expect(await get(url, { credentials })).toEqual(adapter);
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(['old', 'new']);
    expect(await thrownBy(get(url, { credentials }))).toMatchObject({ status: 401 });
    expect(requests).toHaveLength(4);
  });

  it('ends when no answer comes in time, also in the middle of a body', async () => {
    const { url } = await startServer((res) => res.writeHead(200, { 'content-type': 'application/json' }).write('{'));
    expect(await thrownBy(get(url, { timeoutMs: 100, maxRetries: 0 }))).toMatchObject({
      name: 'ConnectionError',
      reason: 'timeout',
      message: `GET ${url}/adapters/echo was not answered within 0.1 seconds`,
    });
  });

  it('ends with the signal of its caller', async () => {
    const { url } = await startServer(() => {});
    const client = createGatewayClient({ url });
    const call = client.call('getAdapter', { path: adapter, signal: AbortSignal.timeout(50) });
    expect(await thrownBy(call)).toMatchObject({ name: 'TimeoutError' });
  });

  it('says why nothing answers', async () => {
    const error = await thrownBy(get('http://127.0.0.1:2', { maxRetries: 0 }));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ reason: 'unreachable', message: expect.stringContaining('ECONNREFUSED') });
  });

  it('names an answer that is not of a gateway', async () => {
    const { url } = await startServer((res) => res.writeHead(404).end('<h1>Not here</h1>'));
    expect(await thrownBy(get(url))).toMatchObject({ code: 'UNKNOWN', status: 404, detail: 'Not here' });
  });
});

describe('a stream of the client', () => {
  const logs = (url: string) => createGatewayClient({ url }).stream('getAdapterLogs', { path: { name: 'echo' } });
  const text = { 'content-type': 'text/plain' };

  it('gives lines as they arrive, whatever the parts', async () => {
    const { url } = await startServer((res) => {
      res.writeHead(200, text).write('on');
      setTimeout(() => res.write('e\r\ntw'), 20);
      setTimeout(() => res.end(Buffer.from('ö\nthree')), 40);
    });
    const lines: string[] = [];
    for await (const line of logs(url)) lines.push(line);
    expect(lines).toEqual(['one', 'twö', 'three']);
  });

  it('says that it broke off', async () => {
    const { url } = await startServer((res) => {
      res.writeHead(200, text).write('one\n');
      setTimeout(() => res.destroy(), 20);
    });
    const lines: string[] = [];
    const read = async () => {
      for await (const line of logs(url)) lines.push(line);
    };
    expect(await thrownBy(read())).toMatchObject({ name: 'ConnectionError', reason: 'interrupted' });
    expect(lines).toEqual(['one']);
  });
});

describe('what is generated', () => {
  it('is current', async () => {
    const generator = fileURLToPath(new URL('../../packages/client/generate.mjs', import.meta.url));
    await promisify(execFile)(process.execPath, [generator, '--check']);
  });

  it('has each operation of the document', () => {
    expect(operations.getAdapter).toEqual({
      method: 'get',
      path: '/adapters/{name}',
      tag: 'adapters',
      type: 'application/json',
    });
    expect(Object.keys(operations).length).toBeGreaterThan(40);
  });
});
