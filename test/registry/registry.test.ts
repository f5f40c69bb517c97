import { readFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { caller, type Caller } from '../control-plane/support/callers.js';
import { specOf, startControlPlane, toolsetOf, type ControlPlane } from '../control-plane/support/control-plane.js';
import { startGateway } from '../data-plane/support/gateway.js';
import { startIssuer } from '../support/issuer.js';

/** Schema 2025-12-11 of `server.json`, as the Go module github.com/modelcontextprotocol/registry v1.8.9 has it (MIT, Apache-2.0). */
const OFFICIAL = new URL('fixtures/server.schema.json', import.meta.url);
const NAME = (resource: string) => encodeURIComponent(`com.example.tools/${resource}`);
const PATH = '/registry/v0.1/servers';
const PIXEL = 'data:image/png;base64,iVBORw0KGgo=';

describe('the registry of the servers that a caller may use', () => {
  let plane: ControlPlane;
  let [alice, bob, eve]: Caller[] = [];
  beforeEach(async () => {
    plane = await startControlPlane({ publicUrl: 'https://tools.example.com/gw' });
    [alice, bob, eve] = [
      caller(plane.url, 'alice'),
      caller(plane.url, 'bob', 'team'),
      caller(plane.url, 'eve', 'other'),
    ];
  });
  const namesIn = ({ json }: { json: { servers: { server: { name: string } }[] } }) =>
    json.servers.map(({ server }) => server.name.replace('com.example.tools/', ''));

  it('says at its root where the servers are', async () => {
    expect(await alice?.get('/registry')).toMatchObject({
      status: 200,
      json: {
        registry: 'https://tools.example.com/gw/registry',
        servers: 'https://tools.example.com/gw/registry/v0.1/servers',
      },
    });
    expect((await alice?.get('/registry/v0'))?.status).toBe(404);
  });

  it('has each adapter and toolset in the official format, with a URL at the gateway', async () => {
    await alice?.post(
      specOf('echo', {
        title: 'Echo '.repeat(40),
        description: `Says it again. ${'ü'.repeat(200)}\nSecond line`,
        icons: [
          { src: PIXEL },
          { src: 'https://example.com/a.gif', mimeType: 'image/gif', sizes: ['any'], theme: 'dark' },
        ],
        tags: ['a'],
        documentation: 'https://example.com/echo',
        owner: 'team',
      }),
    );
    await alice?.post(specOf('bare', { documentation: '# Markdown' }));
    await alice?.call('PUT', '/toolsets/support', toolsetOf('support'));
    const answer = await alice?.get(PATH);
    const { servers, metadata } = answer?.json ?? {};
    expect(metadata).toEqual({ count: 4 });
    const validate = new Ajv({ strict: false, allErrors: true, formats: { uri: true } }).compile(
      JSON.parse(await readFile(OFFICIAL, 'utf8')) as object,
    );
    for (const { server } of servers) {
      validate(server);
      expect(validate.errors ?? []).toEqual([]);
    }
    expect(
      servers.map(({ server }: { server: { name: string; remotes: object } }) => [server.name, server.remotes]),
    ).toEqual(
      [
        ['com.example.tools/bare', 'adapters/bare/mcp'],
        ['com.example.tools/echo', 'adapters/echo/mcp'],
        ['com.example.tools/toolset.all', 'mcp'],
        ['com.example.tools/toolset.support', 'mcp/t/support'],
      ].map(([name, path]) => [name, [{ type: 'streamable-http', url: `https://tools.example.com/gw/${path}` }]]),
    );
    expect(servers[1].server).toMatchObject({
      version: '1.0.1',
      websiteUrl: 'https://example.com/echo',
      icons: [{ src: 'https://example.com/a.gif', sizes: ['any'], theme: 'dark' }],
      _meta: {
        'io.modelcontextprotocol.registry/publisher-provided': {
          kind: 'adapter',
          name: 'echo',
          tags: ['a'],
          owner: 'team',
        },
      },
    });
    expect(servers[1]._meta['io.modelcontextprotocol.registry/official']).toMatchObject({
      status: 'active',
      isLatest: true,
    });
    expect(servers[0].server).not.toHaveProperty('websiteUrl');
    expect(servers[0].server.description).toBe('The adapter bare');
  });

  it('lists what the caller may use, in pages, whatever the filters', async () => {
    for (const name of ['alpha', 'beta', 'gamma'])
      await alice?.post(specOf(name, { requiredRoles: name === 'beta' ? [] : ['team'] }));
    for (const name of ['s', 't']) await alice?.call('PUT', `/toolsets/${name}`, toolsetOf(name));
    const pages: string[][] = [];
    for (let cursor = ''; ;) {
      const answer = await bob?.get(`${PATH}?limit=2${cursor}`);
      pages.push(namesIn(answer as never));
      const next = answer?.json.metadata.nextCursor;
      if (next === undefined) break;
      cursor = `&cursor=${next}`;
    }
    expect(pages).toEqual([['alpha', 'gamma'], ['toolset.all', 'toolset.s'], ['toolset.t']]);
    const found = async (query: string, who = bob) => namesIn((await who?.get(`${PATH}?${query}`)) as never);
    expect(await found('', eve)).toEqual(['toolset.all']);
    expect(await found('search=com.example.tools/ALPHA')).toEqual(['alpha']);
    expect(await found('search=example.TOOLS')).toHaveLength(5);
    expect(await found('search=toolset.t')).toEqual(['toolset.t']);
    expect(await found('updated_since=2099-01-01T00:00:00Z')).toEqual([]);
    expect(await found('updated_since=2026-06-01T00:00:00Z')).toEqual(['alpha', 'gamma', 'toolset.s', 'toolset.t']);
    await alice?.put('alpha', specOf('alpha', { requiredRoles: ['team'], replicaCount: 2 }));
    expect(await found('version=1.0.2')).toEqual(['alpha']);
    expect(await found('version=latest&include_deleted=true')).toHaveLength(5);
    expect(await found('version=9.9.9')).toEqual([]);
  });

  it('has one version of each, and tells a stranger of none', async () => {
    await alice?.post(specOf('echo', { requiredRoles: ['team'] }));
    for (const version of ['latest', '1.0.1']) {
      const answer = await bob?.get(`${PATH}/${NAME('echo')}/versions/${version}`);
      expect([answer?.status, answer?.json.server.name]).toEqual([200, 'com.example.tools/echo']);
      expect((await eve?.get(`${PATH}/${NAME('echo')}/versions/${version}`))?.status).toBe(404);
    }
    expect(namesIn((await bob?.get(`${PATH}/${NAME('echo')}/versions`)) as never)).toEqual(['echo']);
    expect((await eve?.get(`${PATH}/${NAME('toolset.all')}/versions/latest`))?.status).toBe(200);
    for (const other of [
      'echo/versions/1.0.2',
      'echo/versions/2',
      'other/versions/latest',
      'toolset.echo/versions',
      'a%2Fb/versions',
    ]) {
      const [resource = '', ...rest] = other.split('/');
      expect((await bob?.get(`${PATH}/${NAME(resource)}/${rest.join('/')}`))?.status).toBe(404);
    }
    expect((await bob?.get(`${PATH}/${encodeURIComponent('com.example/echo')}/versions/latest`))?.status).toBe(404);
  });
});

describe('the registry behind a data plane', () => {
  const ORIGIN = { origin: 'vscode-file://vscode-app' };

  it('names the URL that the client calls, where none is configured', async () => {
    const secrets = () => ['s'.repeat(32)];
    const plane = await startControlPlane({ credentials: { folder: undefined, secrets } });
    const gateway = await startGateway({ controlPlane: plane.url, internalSecrets: secrets });
    const answer = await fetch(`${gateway.url}${PATH}`, { headers: { 'x-dev-userid': 'alice' } });
    const { servers } = (await answer.json()) as {
      servers: { server: { name: string; remotes: { url: string }[] } }[];
    };
    expect(servers[0]?.server.remotes[0]?.url).toBe(`${gateway.url}/mcp`);
    const { name = '' } = servers[0]?.server ?? {};
    const path = `${PATH}/${encodeURIComponent(name)}/versions/latest`;
    expect((await fetch(gateway.url + path, { headers: { 'x-dev-userid': 'alice' } })).status).toBe(200);
    expect((await fetch(gateway.url + path, { headers: ORIGIN })).status).toBe(403); // a page could sign in as anyone

    const says = { 'x-dev-userid': 'alice', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'elsewhere.example' };
    const direct = await (await fetch(plane.url + PATH, { headers: says })).text();
    expect(direct).toContain(`${plane.url}/mcp`); // and not what a caller says without a secret of the gateway
  });

  it('can be read by pages of any origin that have a token, and by nobody without', async () => {
    const issuer = await startIssuer();
    const issuers = [{ issuer: issuer.issuer, audiences: ['gateway'] }];
    const plane = await startControlPlane({ issuers, publicUrl: 'https://tools.example.com' });
    const gateway = await startGateway({ controlPlane: plane.url, issuers });
    const url = `${gateway.url}${PATH}`;
    const preflight = await fetch(url, {
      method: 'OPTIONS',
      headers: { ...ORIGIN, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
    });
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-headers': 'authorization',
    });
    const authorization = `Bearer ${await issuer.token({ sub: 'alice', roles: [] })}`;
    const signedIn = await fetch(url, { headers: { ...ORIGIN, 'sec-fetch-site': 'cross-site', authorization } });
    expect([signedIn.status, signedIn.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
    const anonymous = await fetch(url, { headers: ORIGIN });
    expect([anonymous.status, anonymous.headers.get('access-control-allow-origin')]).toEqual([401, '*']);
    expect((await fetch(`${gateway.url}/adapters`, { headers: { ...ORIGIN, authorization } })).status).toBe(403);
    await issuer.stop();
  });
});
