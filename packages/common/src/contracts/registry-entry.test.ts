import { describe, expect, it } from '@jest/globals';
import { AdapterRequest } from './adapter.js';
import { fromRegistryEntry, type FromRegistryEntry } from './registry-entry.js';

const entry = (more: object) => ({
  name: 'io.github.user/Weather_Server',
  description: 'Weather',
  version: '1.2.0',
  ...more,
});
const npm = (more: object = {}) =>
  entry({
    packages: [
      { registryType: 'npm', identifier: '@user/weather', version: '1.2.0', transport: { type: 'stdio' }, ...more },
    ],
  });
const oci = (more: object = {}) =>
  entry({
    packages: [
      {
        registryType: 'oci',
        identifier: 'ghcr.io/user/weather:1.2.0',
        transport: { type: 'streamable-http', url: 'http://localhost:8080/mcp' },
        ...more,
      },
    ],
  });
const remote = (more: object = {}, type = 'streamable-http') =>
  entry({ remotes: [{ type, url: 'https://weather.example.com/mcp', ...more }] });
const bridge = (args: string[], more: object = {}) => ({
  imageName: 'mcp-proxy',
  imageVersion: '0.1.0',
  environmentVariables: { MCP_COMMAND: 'npx', MCP_ARGS: JSON.stringify(args), ...more },
});
const KEY = { secret: 'weather', key: 'api-key' };

describe('an entry of a registry as an adapter', () => {
  it.each<[string, object, object, FromRegistryEntry?]>([
    ['a remote', remote(), { remote: { url: 'https://weather.example.com/mcp' } }],
    [
      'an entry as a registry answers with it',
      { server: remote(), _meta: {} },
      { remote: { url: 'https://weather.example.com/mcp' } },
    ],
    [
      'a remote with variables and headers',
      remote({
        url: 'https://{region}.example.com/mcp',
        variables: { region: { default: 'eu' } },
        headers: [{ name: 'X-Unit', value: 'celsius' }, { name: 'X-Key', isSecret: true }, { name: 'X-Other' }],
      }),
      { remote: { url: 'https://eu.example.com/mcp', headers: { 'X-Unit': 'celsius' } } },
    ],
    [
      'a remote of the older transport',
      remote({}, 'sse'),
      {
        imageName: 'mcp-proxy',
        imageVersion: '0.1.0',
        environmentVariables: { MCP_PROXY_URL: 'https://weather.example.com/mcp' },
      },
    ],
    ['a package of npm', npm(), bridge(['-y', '@user/weather@1.2.0'])],
    [
      'arguments and variables',
      npm({
        runtimeHint: 'npx',
        runtimeArguments: [
          { type: 'positional', value: '-y' },
          { type: 'named', name: '--loglevel', value: 'error' },
        ],
        packageArguments: [
          { type: 'positional', value: 'my folder' },
          { type: 'named', name: '--unit', default: 'celsius' },
          { type: 'named', name: '--city' },
          { type: 'positional', valueHint: 'place', isRequired: true },
        ],
        environmentVariables: [
          { name: 'LEVEL', default: 'info' },
          { name: 'URL', value: 'https://{host}', variables: { host: { default: 'a.example.com' } } },
          { name: 'KEY', isRequired: true, isSecret: true },
          { name: 'OPTIONAL_KEY', isSecret: true },
          { name: 'UNUSED' },
        ],
      }),
      {
        ...bridge(['-y', '--loglevel', 'error', '@user/weather@1.2.0', 'my folder', '--unit', 'celsius', 'Berlin'], {
          LEVEL: 'info',
          URL: 'https://a.example.com',
        }),
        secretEnvironment: { KEY },
      },
      { values: { place: 'Berlin' }, secrets: { KEY } },
    ],
    [
      'a package of PyPI',
      entry({
        packages: [{ registryType: 'pypi', identifier: 'weather', version: '2.0', transport: { type: 'stdio' } }],
      }),
      bridge(['weather==2.0'], { MCP_COMMAND: 'uvx' }),
    ],
    ['an image', oci(), { imageName: 'user/weather', imageVersion: '1.2.0', port: 8080, path: '/mcp' }],
    [
      'an image with a digest and a port of its own',
      oci({
        identifier: `docker.io/user/weather@sha256:${'a'.repeat(64)}`,
        version: '1.2.0',
        transport: { type: 'streamable-http', url: 'http://localhost:{PORT_}/' },
        environmentVariables: [{ name: 'PORT_', default: '9000' }],
      }),
      {
        imageName: 'user/weather',
        imageVersion: `1.2.0@sha256:${'a'.repeat(64)}`,
        port: 9000,
        path: '/',
        environmentVariables: { PORT_: '9000' },
      },
    ],
    [
      'the first that can be one',
      { ...remote({ headers: [{ name: 'Authorization', isSecret: true, isRequired: true }] }), ...npm() },
      bridge(['-y', '@user/weather@1.2.0']),
    ],
  ])('%s', (...[, found, fields, options]) => {
    const converted = fromRegistryEntry(found, options);
    if ('faults' in converted) throw new Error(converted.faults.join('; '));
    expect(converted.adapter).toEqual({ name: 'weather-server', description: 'Weather', ...fields });
    expect(AdapterRequest.safeParse(converted.adapter).error).toBeUndefined();
  });

  it.each<[string, object, string[]]>([
    [
      'no server.json',
      { packages: 7 },
      ['this is no server.json: it needs a name, and packages and remotes of the format'],
    ],
    [
      'nothing to run',
      entry({}),
      ['the entry has neither packages nor remotes, so there is nothing to run or to connect to'],
    ],
    [
      'a secret header',
      remote({ headers: [{ name: 'Authorization', isSecret: true, isRequired: true }] }),
      [
        'https://weather.example.com/mcp: the header Authorization is a secret; register the adapter with remote.url and name a credential in upstreamAuth',
      ],
    ],
    [
      'a URL with an unknown variable',
      remote({ url: 'https://{tenant}.example.com' }),
      ['https://{tenant}.example.com: {tenant} needs a value; give one'],
    ],
    [
      'a required secret',
      npm({ environmentVariables: [{ name: 'KEY', isRequired: true, isSecret: true }] }),
      ['@user/weather: KEY is a secret; name the Secret and the key that have it'],
    ],
    [
      'a required argument',
      npm({ packageArguments: [{ type: 'positional', valueHint: 'folder', isRequired: true }] }),
      ['@user/weather: folder needs a value; give one'],
    ],
    [
      'another launcher',
      npm({ runtimeHint: 'bunx' }),
      ['@user/weather: it is to be run by bunx, and the bridge has npx'],
    ],
    [
      'a package that listens',
      npm({ transport: { type: 'streamable-http', url: 'http://localhost:1/mcp' } }),
      [
        '@user/weather: the bridge runs servers that speak stdio, and this one speaks streamable-http; put it into a container image',
      ],
    ],
    [
      'an image that speaks stdio',
      oci({ transport: { type: 'stdio' } }),
      [
        'ghcr.io/user/weather:1.2.0: the image speaks stdio and does not listen for streamable HTTP; build an image from mcp-proxy that runs it',
      ],
    ],
    [
      'an image with arguments',
      oci({ packageArguments: [{ type: 'positional', value: 'serve' }] }),
      ['ghcr.io/user/weather:1.2.0: an adapter gives its image no arguments; build an image that has them'],
    ],
    ['an image without a version', oci({ identifier: 'user/weather' }), ['user/weather: the entry names no version']],
    [
      'other packages',
      entry({
        packages: [{ registryType: 'mcpb', identifier: 'https://example.com/a.mcpb', transport: { type: 'stdio' } }],
      }),
      ['https://example.com/a.mcpb: packages of mcpb cannot be run; put the server into a container image'],
    ],
  ])('refuses %s in words', (_what, found, faults) => {
    expect(fromRegistryEntry(found)).toEqual({ faults });
  });

  it('takes over what people see, and another name', () => {
    const about = {
      title: 'Weather',
      websiteUrl: 'https://example.com',
      icons: [{ src: 'https://example.com/a.png' }, { src: 'http://a/b' }],
    };
    expect(fromRegistryEntry({ ...remote(), ...about }, { name: 'wx' })).toEqual({
      adapter: {
        name: 'wx',
        title: 'Weather',
        description: 'Weather',
        documentation: 'https://example.com',
        icons: [{ src: 'https://example.com/a.png' }],
        remote: { url: 'https://weather.example.com/mcp' },
      },
      notes: [],
    });
  });

  it('says what it leaves out and what is to be done', () => {
    const notesOf = (found: object) => {
      const converted = fromRegistryEntry(found);
      return 'notes' in converted ? converted.notes : converted.faults;
    };
    expect(notesOf(oci())).toEqual(['the image must be in the registry of your adapters as user/weather:1.2.0']);
    expect(notesOf(npm({ environmentVariables: [{ name: 'KEY', isSecret: true }] }))).toEqual([
      'the variable KEY is left out, because it is a secret',
    ]);
  });
});

describe('a body with an entry in it', () => {
  const faultsOf = (body: object) =>
    AdapterRequest.safeParse(body).error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`);

  it('is the adapter that follows from it, with what stands beside it', () => {
    const variables = [
      { name: 'KEY', isRequired: true, isSecret: true },
      { name: 'LEVEL', default: 'info' },
      { name: 'CITY', isRequired: true },
    ];
    const body = {
      name: 'wx',
      FromRegistryEntry: npm({ environmentVariables: variables }),
      description: 'Ours',
      requiredRoles: ['staff'],
      environmentVariables: { CITY: 'Berlin', OTHER: '1' },
      secretEnvironment: { KEY },
    };
    const { spec } = AdapterRequest.parse(body);
    expect(spec).toEqual(
      AdapterRequest.parse({
        ...bridge(['-y', '@user/weather@1.2.0'], { LEVEL: 'info', CITY: 'Berlin', OTHER: '1' }),
        name: 'wx',
        description: 'Ours',
        requiredRoles: ['staff'],
        secretEnvironment: { KEY },
      }).spec,
    );
    expect(AdapterRequest.parse({ name: 'wx', fromRegistryEntry: remote() }).spec.remote?.url).toBe(
      'https://weather.example.com/mcp',
    );
  });

  it('is refused for what the entry does not say, and for what is wrong beside it', () => {
    const missing = npm({ environmentVariables: [{ name: 'CITY', isRequired: true }] });
    expect(faultsOf({ name: 'wx', fromRegistryEntry: missing })).toEqual([
      'fromRegistryEntry @user/weather: CITY needs a value; give one',
    ]);
    expect(faultsOf({ name: 'wx', fromRegistryEntry: 7 })).toEqual([
      'fromRegistryEntry this is no server.json: it needs a name, and packages and remotes of the format',
    ]);
    expect(faultsOf({ name: 'wx', fromRegistryEntry: npm(), environmentVariables: 'x' })?.[0]).toMatch(
      'environmentVariables',
    );
    expect(faultsOf({ name: 'wx', fromRegistryEntry: remote(), replicaCount: 2 })?.[0]).toMatch(
      'must be absent beside "remote"',
    );
  });
});
