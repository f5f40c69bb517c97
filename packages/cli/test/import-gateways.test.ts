import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { importMicrosoft } from '../src/import/microsoft.js';
import { accepted, notesOf, planOf, skippedOf, specsOf } from './support/imports.js';

describe('resources of ToolHive', () => {
  const server = (spec: string) =>
    `apiVersion: toolhive.stacklok.dev/v1alpha1\nkind: MCPServer\nmetadata: { name: search, namespace: th }\nspec:\n${spec}`;
  it('become adapters with their Secrets, and say what is left', () => {
    const plan = planOf(
      server(`  image: ghcr.io/acme/search:0.2
  transport: streamable-http
  mcpPort: 8080
  env: [{ name: MODE, value: fast }]
  secrets: [{ name: search-keys, key: token, targetEnvName: SEARCH_TOKEN }]
  permissionProfile: { type: builtin, name: network }
  resources: { limits: { cpu: 100m, memory: 64Mi } }
`),
    );
    expect(specsOf(plan)).toEqual([
      {
        kind: 'adapter',
        name: 'search',
        imageName: 'acme/search',
        imageVersion: '0.2',
        port: 8080,
        environmentVariables: { MODE: 'fast' },
        secretEnvironment: { SEARCH_TOKEN: { secret: 'search-keys', key: 'token' } },
        resources: { limits: { cpu: '100m', memory: '64Mi' } },
      },
    ]);
    expect(notesOf(plan)).toEqual([
      expect.stringContaining('its registry ghcr.io'),
      'its Secrets must be in the namespace of the adapters',
      'not taken: permissionProfile',
    ]);
  });
  it('are not imported when the image speaks stdio or needs arguments', () => {
    expect(skippedOf(planOf(server('  image: x\n  transport: stdio\n')))).toEqual([
      expect.stringContaining('speaks stdio'),
    ]);
    expect(skippedOf(planOf(server('  image: x\n  transport: sse\n  args: [a]\n')))).toEqual([
      expect.stringContaining('it has args'),
    ]);
  });
  it('that are remote become remote adapters', () => {
    const proxy =
      'apiVersion: toolhive.stacklok.dev/v1beta1\nkind: MCPRemoteProxy\nmetadata: { name: crm }\nspec: { remoteUrl: https://crm.example/mcp }\n';
    expect(specsOf(planOf(proxy))).toEqual([
      { kind: 'adapter', name: 'crm', remote: { url: 'https://crm.example/mcp' } },
    ]);
  });
});

it('resources of Kuadrant become remote adapters, tools that list them, and toolsets', () => {
  const route = (name: string, ref: string) =>
    `apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: { name: ${name}, namespace: mcp }\nspec: { rules: [{ backendRefs: [${ref}] }] }\n---\n`;
  const registration = (name: string, to: string) =>
    `apiVersion: mcp.kuadrant.io/v1\nkind: MCPServerRegistration\nmetadata: { name: ${name}, namespace: mcp }\nspec: { prefix: ${name}_, targetRef: { kind: HTTPRoute, name: ${to} } }\n---\n`;
  const plan = planOf(
    route('inside', '{ name: weather, port: 9090 }') +
      route('outside', '{ kind: Hostname, group: networking.istio.io, name: api.example.com, port: 443 }') +
      registration('weather', 'inside') +
      registration('api', 'outside') +
      registration('lost', 'nowhere') +
      'apiVersion: mcp.kuadrant.io/v1alpha1\nkind: MCPVirtualServer\nmetadata: { name: team }\nspec: { description: ours, tools: [weather_today, other] }\n',
  );
  expect(specsOf(plan)).toEqual([
    { kind: 'adapter', name: 'weather', remote: { url: 'http://weather.mcp.svc.cluster.local:9090/mcp' } },
    { kind: 'tool', name: 'weather', source: { type: 'adapter', adapter: 'weather', prefix: 'weather_' } },
    { kind: 'adapter', name: 'api', remote: { url: 'https://api.example.com/mcp' } },
    { kind: 'tool', name: 'api', source: { type: 'adapter', adapter: 'api', prefix: 'api_' } },
    {
      kind: 'toolset',
      name: 'team',
      description: 'ours',
      tools: [{ name: 'weather_today', source: { kind: 'tool', name: 'weather' } }, { name: 'other' }],
    },
  ]);
  expect(skippedOf(plan)).toEqual([
    'MCPServerRegistration lost: the HTTPRoute nowhere with its address is not in the files',
  ]);
});

describe('a configuration of agentgateway', () => {
  const targets = [
    { name: 'every', stdio: { cmd: 'npx', args: ['server-everything'], env: { A: 'b' } } },
    { name: 'far', mcp: { host: 'https://far.example/mcp' } },
    { name: 'split', mcp: { host: 'h.example', port: 443, path: '/m' } },
    { name: 'old', sse: { host: 'h.example', port: 8080 } },
    { name: 'api', openapi: { host: 'h' } },
  ];
  it.each([
    [
      'binds',
      {
        binds: [
          { port: 3000, listeners: [{ routes: [{ policies: { cors: {} }, backends: [{ mcp: { targets } }] }] }] },
        ],
      },
    ],
    ['mcp', { mcp: { port: 3000, policies: { cors: {} }, targets } }],
  ])('with %s becomes adapters', (_form, file) => {
    const plan = planOf(file);
    expect(specsOf(plan)).toMatchObject([
      { name: 'every', environmentVariables: { MCP_COMMAND: 'npx', MCP_ARGS: 'server-everything', A: 'b' } },
      { name: 'far', remote: { url: 'https://far.example/mcp' } },
      { name: 'split', remote: { url: 'https://h.example/m' } },
      { name: 'old', environmentVariables: { MCP_PROXY_URL: 'http://h.example:8080/sse' } },
    ]);
    expect(
      plan.resources.every(({ notes }) => notes.some((note) => note.includes('policies are not taken (cors)'))),
    ).toBe(true);
    expect(skippedOf(plan)).toEqual([expect.stringContaining('it makes tools of an OpenAPI document')]);
  });
});

describe("Microsoft's gateway", () => {
  const answers: Record<string, unknown> = {
    '/adapters': [
      {
        id: 'echo',
        Name: 'echo',
        ImageName: 'mcp-example',
        imageVersion: '1',
        requiredRoles: ['a'],
        createdBy: 'eve',
        createdAt: 'x',
      },
    ],
    '/tools': [
      {
        name: 'weather',
        imageName: 'weather-tool',
        imageVersion: '1',
        toolDefinition: {
          tool: { name: 'weather', type: 'http', inputSchema: { type: 'object' } },
          port: 8000,
          path: '/score',
        },
      },
    ],
  };
  const server = createServer((req, res) => {
    if (req.headers.authorization !== 'Bearer t') return void res.writeHead(401).end();
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answers[req.url ?? ''] ?? []));
  });
  let url: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('has its adapters and tools taken over as they are, without what it sets itself', async () => {
    const plan = accepted(await importMicrosoft(`${url}/`, fetch, 'Bearer t'));
    expect(specsOf(plan)).toEqual([
      { kind: 'adapter', name: 'echo', imageName: 'mcp-example', imageVersion: '1', requiredRoles: ['a'] },
      { kind: 'tool', ...(answers['/tools'] as object[])[0] },
    ]);
    expect(notesOf(plan)).toEqual(['belongs to you from here on; there, to eve']);
  });

  it('says when it wants another sign-in', async () => {
    await expect(importMicrosoft(url, fetch)).rejects.toThrow('/adapters wants another sign-in');
  });
});
