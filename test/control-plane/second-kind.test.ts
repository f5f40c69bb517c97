import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { resourceKey, type ResourceRef } from '@mcp-gateway/common/contracts';
import { adapterRows, type AdapterRows, toolRows, type ToolRows } from '@mcp-gateway/database';
import { developmentSignIn } from '@mcp-gateway/identity';
import { closeServer, listen, HookedResponse } from '@mcp-gateway/platform/serving';
import { processLogs } from '@mcp-gateway/runtime/logs';
import { afterTest } from '../support/clean-up.js';
import { connect, freshDatabase, silent, temporaryFolder } from '../support/postgres.js';
import { bodyOf, open } from '../support/http.js';
import { caller, type Answer, type Caller } from './support/callers.js';
import { specOf, toolOf } from './support/control-plane.js';
import {
  adapterDefinition,
  createApp,
  logRoutes,
  resourceRoutes,
  resourceService,
  toolDefinition,
  type Representation,
  type ResourceDefinition,
} from './support/sources.js';

const PRIVILEGES = {
  mayUseWorkloadIdentity: () => true,
  checkCredential: () => {},
  checkSharedCredential: () => {},
  toolsOf: async () => [],
  toolsetsOf: async () => [],
  findAdapter: async () => undefined,
};

let rows: { adapters: AdapterRows; tools: ToolRows };
let queued: ResourceRef[];
let alice: Caller;
let url: string;
/** The folder with the logs of replicas. */
let folder: string;

beforeEach(async () => {
  const database = connect(await freshDatabase());
  rows = {
    adapters: adapterRows(database),
    tools: toolRows(database),
  };
  queued = [];
  folder = await temporaryFolder();
  const logs = processLogs(folder);
  const queue = { reconcile: async (ref: ResourceRef) => void queued.push(ref) };
  function mount<S extends { name: string; requiredRoles: string[]; replicaCount: number }, R extends Representation>(
    definition: ResourceDefinition<S, R>,
  ) {
    const service = resourceService(definition, { queue, log: silent });
    return [resourceRoutes({ definition, service }), logRoutes({ definition, service, logs, logCheckMs: 20 })];
  }
  const app = createApp({
    collections: {
      '/adapters': mount(adapterDefinition(rows.adapters, PRIVILEGES)),
      '/tools': mount(toolDefinition(rows.tools, PRIVILEGES)),
    },
    verifier: developmentSignIn(() => {}),
    access: { allowedOrigins: [], allowedHosts: [], loopback: true },
    isReady: async () => {},
    log: silent,
  });
  const server = createServer({ ServerResponse: HookedResponse }, app);
  const port = await listen(server, { host: '127.0.0.1', port: 0 });
  afterTest(() => closeServer(server, 0));
  url = `http://127.0.0.1:${port}`;
  alice = caller(url, 'alice');
});

const tool = (name: string, more: object = {}) => toolOf(name, { requiredRoles: [], ...more });
const postTool = (who: Caller, body: object) => who.call('POST', '/tools', body);
const namesIn = ({ json }: Answer) => json.map(({ name }: { name: string }) => name);

describe('an adapter and a tool of the same name', () => {
  it('are two resources: each is created, read, changed and removed alone', async () => {
    const { json: adapter } = await alice.post(specOf('echo'));
    const created = await postTool(alice, tool('echo'));
    expect(created).toMatchObject({
      status: 201,
      json: { name: 'echo', generation: 1, toolDefinition: { path: '/score' } },
    });
    expect(created.headers.get('location')).toBe('/tools/echo');

    const changed = await alice.call('PUT', '/tools/echo', tool('echo', { replicaCount: 3 }));
    expect(changed).toMatchObject({ status: 200, json: { generation: 2, replicaCount: 3 } });
    expect((await alice.get('/adapters/echo')).json).toEqual(adapter);
    expect((await alice.get('/tools/echo/status')).json).toMatchObject({ desiredReplicas: 3 });
    expect((await alice.get('/adapters/echo/status')).json).toMatchObject({ desiredReplicas: 1, phase: 'Pending' });

    expect((await alice.remove('echo')).status).toBe(204);
    expect((await alice.get('/tools/echo')).status).toBe(200);
    expect((await rows.tools.find('echo'))?.kind).toBe('tool');
    expect((await rows.adapters.find('echo'))?.deletedAt).not.toBeNull();
  });

  it('have ETags of their own', async () => {
    const { headers: ofAdapter } = await alice.post(specOf('echo'));
    const { headers: ofTool } = await postTool(alice, tool('echo'));
    const [adapterTag, toolTag] = [ofAdapter.get('etag') ?? '', ofTool.get('etag') ?? ''];
    expect(adapterTag).not.toBe(toolTag);
    const put = (etag: string) => alice.call('PUT', '/tools/echo', tool('echo'), { 'if-match': etag });
    expect((await put(adapterTag)).status).toBe(412);
    expect((await put(toolTag)).status).toBe(200);
  });

  it('are on pages of their own, whose links stay with the kind', async () => {
    for (const name of ['a', 'b', 'c']) await alice.post(specOf(name));
    for (const name of ['b', 'c', 'd']) await postTool(alice, tool(name));
    const first = await alice.get('/tools?limit=2');
    expect(namesIn(first)).toEqual(['b', 'c']);
    const [, next = ''] = /^<(.+)>; rel="next"$/.exec(first.headers.get('link') ?? '') ?? [];
    expect(next).toMatch(/^\/tools\?/);
    expect(namesIn(await alice.get(next))).toEqual(['d']);
    expect(namesIn(await alice.get(next.replace('/tools', '/adapters')))).toEqual([]);
    expect(namesIn(await alice.get('/adapters'))).toEqual(['a', 'b', 'c']);
  });

  it('are two entries of the queue', async () => {
    await alice.post(specOf('echo'));
    await postTool(alice, tool('echo'));
    expect(queued.map(resourceKey)).toEqual(['adapter/echo', 'tool/echo']);
  });

  it('have permissions of their own', async () => {
    const bob = caller(url, 'bob');
    await alice.post(specOf('echo'));
    expect((await postTool(bob, tool('echo'))).status).toBe(201);
    expect(await alice.get('/tools/echo')).toMatchObject({ status: 404, json: { code: 'TOOL_NOT_FOUND' } });
    expect(await bob.get('/adapters/echo')).toMatchObject({ status: 404, json: { code: 'ADAPTER_NOT_FOUND' } });
    expect(await bob.remove('echo')).toMatchObject({ status: 404 });
    expect((await bob.call('DELETE', '/tools/echo')).status).toBe(204);
    expect((await alice.get('/adapters/echo')).status).toBe(200);
    const shared = tool('shared', { requiredRoles: ['mcp.dev'] });
    await postTool(alice, shared);
    expect(await bob.call('PUT', '/tools/shared', shared)).toMatchObject({
      status: 403,
      json: { detail: 'only the creator of this tool, an administrator of its tenant or mcp.admin may change it' },
    });
  });

  it('answer errors that name their kind', async () => {
    await postTool(alice, tool('echo'));
    expect((await postTool(alice, tool('echo'))).json).toMatchObject({
      detail: 'echo exists already; choose another name, or change it with PUT /tools/echo if it is yours',
    });
    expect(await alice.call('PUT', '/tools/echo', tool('other'))).toMatchObject({
      json: { detail: '#/name must be the name in the URL; the name of the tool cannot change' },
    });
    const { json } = await alice.call('POST', '/tools/echo', tool('echo'));
    expect(json.detail).toBe('POST is not possible on /tools/echo; use one of HEAD, GET, PUT, DELETE, OPTIONS');
    expect((await alice.get('/tools/echo/logs')).text).toContain('/tools/echo/status says how it is');
  });

  it('end a followed log when their own kind has them no more', async () => {
    await alice.post(specOf('echo'));
    const { json } = await postTool(alice, tool('echo'));
    await mkdir(join(folder, `tool.echo.${json.id}`));
    await writeFile(join(folder, `tool.echo.${json.id}`, '0.log'), 'first\n');
    const stream = await open(`${url}/tools/echo/logs?follow=true`, { method: 'GET' });
    await once(stream, 'data');
    await alice.call('DELETE', '/tools/echo');
    expect((await bodyOf(stream)).toString()).toBe('');
    expect((await alice.get('/adapters/echo')).status).toBe(200);
  });
});
