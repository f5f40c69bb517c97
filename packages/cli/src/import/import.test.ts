import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AdapterRequest, ToolRequest, ToolsetRequest } from '@mcp-gateway/common/contracts';
import { planImport } from './documents.js';
import { importMicrosoft } from './microsoft.js';
import type { ImportOptions, ImportPlan } from './plan.js';
import { planText } from './plan-text.js';

const OPTIONS: ImportOptions = { bridgeVersion: '1.0', includeSecrets: false };
const CONTRACTS = { adapter: AdapterRequest, tool: ToolRequest, toolset: ToolsetRequest };

/** The plan of one file, whose resources the API accepts. */
function planOf(content: object | string, options: Partial<ImportOptions> = {}, name = 'file'): ImportPlan {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  const plan = planImport([{ name, text }], { ...OPTIONS, ...options });
  for (const { kind, spec } of plan.resources) CONTRACTS[kind].parse(spec);
  return plan;
}
const specsOf = (plan: ImportPlan) => plan.resources.map(({ kind, spec }) => ({ kind, ...spec }));
const skippedOf = ({ skipped }: ImportPlan) => skipped.map(({ from, why }) => `${from}: ${why}`);
const notesOf = ({ resources }: ImportPlan) => resources.flatMap(({ notes }) => notes);

describe('a configuration of a client', () => {
  const stdio = { command: 'npx', args: ['-y', 'server-memory'] };
  it.each([
    ['Claude and Cursor', { mcpServers: { Mem_ory: stdio } }],
    ['VS Code', { inputs: [], servers: { Mem_ory: { type: 'stdio', ...stdio } } }],
    ['the settings of VS Code', { 'editor.fontSize': 12, mcp: { servers: { Mem_ory: stdio } } }],
    ['Zed', { context_servers: { Mem_ory: stdio } }],
    ['Continue', 'name: x\nmcpServers:\n  - name: Mem_ory\n    command: npx\n    args: ["-y", "server-memory"]\n'],
  ])('of %s: a stdio server becomes an adapter of the bridge', (_client, file) => {
    expect(specsOf(planOf(file))).toEqual([
      {
        kind: 'adapter',
        name: 'mem-ory',
        imageName: 'mcp-proxy',
        imageVersion: '1.0',
        environmentVariables: { MCP_COMMAND: 'npx', MCP_ARGS: '-y server-memory' },
      },
    ]);
  });

  it('of Codex, which is TOML', () => {
    const toml = '[mcp_servers.docs]\nurl = "https://docs.example/mcp"\nhttp_headers = { "X-Region" = "eu" }\n';
    expect(specsOf(planOf(toml, {}, 'config.toml'))).toEqual([
      { kind: 'adapter', name: 'docs', remote: { url: 'https://docs.example/mcp', headers: { 'X-Region': 'eu' } } },
    ]);
  });

  it.each([
    ['streamable HTTP', { type: 'http', url: 'https://h.example/mcp' }, { remote: { url: 'https://h.example/mcp' } }],
    ['Windsurf', { serverUrl: 'https://h.example/mcp' }, { remote: { url: 'https://h.example/mcp' } }],
    ['Gemini', { httpUrl: 'https://h.example/x' }, { remote: { url: 'https://h.example/x' } }],
    [
      'the older transport',
      { type: 'sse', url: 'https://h.example/events' },
      { imageName: 'mcp-proxy', environmentVariables: { MCP_PROXY_URL: 'https://h.example/events' } },
    ],
    ['a URL that ends in sse', { url: 'https://h.example/sse' }, { environmentVariables: { MCP_PROXY_URL: 'https://h.example/sse' } }],
  ])('a URL: %s', (_what, server, spec) => {
    expect(specsOf(planOf({ mcpServers: { a: server } }))).toMatchObject([{ name: 'a', ...spec }]);
  });

  it.each([
    ['GITHUB_TOKEN', 'x'],
    ['BRAVE_API_KEY', 'x'],
    ['DB_PASSWORD', 'x'],
    ['DATABASE', 'postgres://me:secret@db/x'],
    ['WHATEVER', 'ghp_0123456789abcdef'],
    ['LOOKED_UP', '${input:token}'],
    ['IN_SHELL', '$HOME_TOKEN'],
  ])('names %s and does not copy %s', (name, value) => {
    const file = { mcpServers: { a: { ...stdio, env: { [name]: value, LOG_LEVEL: 'debug' } } } };
    const plan = planOf(file);
    expect(specsOf(plan)[0]).toMatchObject({ environmentVariables: { LOG_LEVEL: 'debug' } });
    expect(JSON.stringify(specsOf(plan)) + planText(plan)).not.toContain(value === 'x' ? `"x"` : value);
    expect(notesOf(plan)).toEqual([expect.stringContaining(`${name}: secret or set elsewhere, and not copied`)]);
    expect(specsOf(planOf(file, { secretsFrom: 'keys' }))[0]).toMatchObject({
      secretEnvironment: { [name]: { secret: 'keys', key: name } },
    });
  });

  it('copies a secret only if it is asked to', () => {
    const file = { mcpServers: { a: { ...stdio, env: { GITHUB_TOKEN: 'ghp_x' } } } };
    expect(specsOf(planOf(file, { includeSecrets: true }))[0]).toMatchObject({ environmentVariables: { GITHUB_TOKEN: 'ghp_x' } });
  });

  it('has a credential in place of secret headers', () => {
    const file = { mcpServers: { a: { url: 'https://h.example/mcp', headers: { Authorization: 'Bearer x', 'X-Team': 'a', Accept: 'b' } } } };
    expect(notesOf(planOf(file))).toEqual([
      'headers Accept are not taken: the gateway sets them',
      expect.stringContaining('headers Authorization are secrets, and not copied'),
    ]);
    expect(specsOf(planOf(file, { credential: 'crm' }))[0]).toMatchObject({
      remote: { headers: { 'X-Team': 'a' } },
      upstreamAuth: { credential: 'crm' },
    });
  });

  it('keeps arguments with spaces whole, and gives equal names apart', () => {
    const server = { command: 'node', args: ['a b', '--x'] };
    expect(specsOf(planOf({ mcpServers: { A: server, a: server } }))).toMatchObject([
      { name: 'a', environmentVariables: { MCP_ARGS: '["a b","--x"]' } },
      { name: 'a-2' },
    ]);
  });

  it('says what it does not import, and why', () => {
    const plan = planOf({
      mcpServers: {
        box: { command: 'docker', args: ['run', '-i', 'x'] },
        off: { command: 'npx', disabled: true },
        empty: {},
        open: { url: 'https://{tenant}.example/mcp' },
      },
    });
    expect(plan.resources).toEqual([]);
    expect(skippedOf(plan)).toEqual([
      expect.stringMatching(/^mcpServers\.box: it starts a container with docker/),
      'mcpServers.off: it is disabled',
      'mcpServers.empty: it has neither a command nor a URL',
      expect.stringMatching(/^mcpServers\.open: its URL .* has places to fill in/),
    ]);
    expect(planText(plan)).toContain('Nothing to register.\n\n4 not imported:\n  - mcpServers.box\n');
  });

  it.each([
    ['{"a": }', 'file is no JSON: ValueExpected'],
    ['a: [', 'file is no YAML'],
  ])('does not guess what %j means', (text, why) => {
    expect(() => planOf(text)).toThrow(why);
  });

  it('knows when it does not know a format', () => {
    expect(skippedOf(planOf({ hello: 1 }))).toEqual(['file: it is of no known format']);
  });
});

describe('a server.json of the registry', () => {
  const npm = {
    name: 'io.github.acme/weather',
    description: 'Weather',
    version: '1.2.0',
    packages: [
      {
        registryType: 'npm',
        identifier: '@acme/weather',
        version: '1.2.0',
        transport: { type: 'stdio' },
        packageArguments: [
          { type: 'positional', value: 'serve' },
          { type: 'named', name: '--units', default: 'metric' },
          { type: 'positional', valueHint: 'folder', isRequired: true },
        ],
        environmentVariables: [
          { name: 'ACCOUNT', isRequired: true },
          { name: 'FORECAST', isRequired: true, isSecret: true },
          { name: 'LOG', default: 'info' },
        ],
      },
    ],
  };
  it('starts a package of npm with its arguments, and says what needs a value', () => {
    const plan = planOf(npm);
    expect(specsOf(plan)).toEqual([
      {
        kind: 'adapter',
        name: 'weather',
        description: 'Weather',
        imageName: 'mcp-proxy',
        imageVersion: '1.0',
        environmentVariables: { MCP_COMMAND: 'npx', MCP_ARGS: '-y @acme/weather@1.2.0 serve --units metric', LOG: 'info' },
      },
    ]);
    expect(notesOf(plan)).toEqual([
      expect.stringContaining('FORECAST: secret'),
      'ACCOUNT: needs a value in environmentVariables',
      'folder: needs a value in MCP_ARGS',
    ]);
  });

  it('prefers a server that runs elsewhere, and names its secret headers', () => {
    const remote = { type: 'streamable-http', url: 'https://w.example/mcp', headers: [{ name: 'X-Api-Key', isSecret: true }] };
    const plan = planOf({ servers: [{ server: { ...npm, remotes: [{ type: 'sse', url: 'https://w.example/sse' }, remote] } }] });
    expect(specsOf(plan)).toMatchObject([{ name: 'weather', remote: { url: 'https://w.example/mcp' } }]);
    expect(notesOf(plan)).toEqual([expect.stringContaining('headers X-Api-Key are secrets')]);
  });

  it('takes the spelling of 2025, uvx for PyPI, and an image that speaks HTTP', () => {
    const pypi = { name: 'a/time', packages: [{ registry_type: 'pypi', identifier: 'time-server', version: '1', environment_variables: [{ name: 'ZONE', value: 'UTC' }] }] };
    expect(specsOf(planOf(pypi))).toMatchObject([{ environmentVariables: { MCP_COMMAND: 'uvx', MCP_ARGS: 'time-server@1', ZONE: 'UTC' } }]);
    const oci = { name: 'a/b', packages: [{ registryType: 'oci', identifier: 'ghcr.io/acme/b:2.0', transport: { type: 'streamable-http', url: 'http://localhost:9000/x' } }] };
    const plan = planOf(oci);
    expect(specsOf(plan)).toEqual([{ kind: 'adapter', name: 'b', imageName: 'acme/b', imageVersion: '2.0', port: 9000, path: '/x' }]);
    expect(notesOf(plan)).toEqual([expect.stringContaining('its registry ghcr.io is not taken')]);
  });

  it.each([
    ['mcpb', {}, 'a package of mcpb, which the bridge cannot start'],
    ['oci', { transport: { type: 'stdio' } }, 'its image speaks stdio'],
  ])('says why a package of %s is not imported', (registryType, more, why) => {
    const plan = planOf({ name: 'a/b', packages: [{ registryType, identifier: 'x', version: '1', ...more }] });
    expect(skippedOf(plan)).toEqual([expect.stringContaining(why)]);
  });
});

describe('resources of ToolHive', () => {
  const server = (spec: string) => `apiVersion: toolhive.stacklok.dev/v1alpha1\nkind: MCPServer\nmetadata: { name: search, namespace: th }\nspec:\n${spec}`;
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
    expect(skippedOf(planOf(server('  image: x\n  transport: stdio\n')))).toEqual([expect.stringContaining('speaks stdio')]);
    expect(skippedOf(planOf(server('  image: x\n  transport: sse\n  args: [a]\n')))).toEqual([expect.stringContaining('it has args')]);
  });
  it('that are remote become remote adapters', () => {
    const proxy = 'apiVersion: toolhive.stacklok.dev/v1beta1\nkind: MCPRemoteProxy\nmetadata: { name: crm }\nspec: { remoteUrl: https://crm.example/mcp }\n';
    expect(specsOf(planOf(proxy))).toEqual([{ kind: 'adapter', name: 'crm', remote: { url: 'https://crm.example/mcp' } }]);
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
  expect(skippedOf(plan)).toEqual(['MCPServerRegistration lost: the HTTPRoute nowhere with its address is not in the files']);
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
    ['binds', { binds: [{ port: 3000, listeners: [{ routes: [{ policies: { cors: {} }, backends: [{ mcp: { targets } }] }] }] }] }],
    ['mcp', { mcp: { port: 3000, policies: { cors: {} }, targets } }],
  ])('with %s becomes adapters', (_form, file) => {
    const plan = planOf(file);
    expect(specsOf(plan)).toMatchObject([
      { name: 'every', environmentVariables: { MCP_COMMAND: 'npx', MCP_ARGS: 'server-everything', A: 'b' } },
      { name: 'far', remote: { url: 'https://far.example/mcp' } },
      { name: 'split', remote: { url: 'https://h.example/m' } },
      { name: 'old', environmentVariables: { MCP_PROXY_URL: 'http://h.example:8080/sse' } },
    ]);
    expect(plan.resources.every(({ notes }) => notes.some((note) => note.includes('policies are not taken (cors)')))).toBe(true);
    expect(skippedOf(plan)).toEqual([expect.stringContaining('it makes tools of an OpenAPI document')]);
  });
});

describe("Microsoft's gateway", () => {
  const answers: Record<string, unknown> = {
    '/adapters': [{ id: 'echo', Name: 'echo', ImageName: 'mcp-example', imageVersion: '1', requiredRoles: ['a'], createdBy: 'eve', createdAt: 'x' }],
    '/tools': [
      {
        name: 'weather',
        imageName: 'weather-tool',
        imageVersion: '1',
        toolDefinition: { tool: { name: 'weather', type: 'http', inputSchema: { type: 'object' } }, port: 8000, path: '/score' },
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
    const plan = await importMicrosoft(`${url}/`, fetch, 'Bearer t');
    for (const { kind, spec } of plan.resources) CONTRACTS[kind].parse(spec);
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
