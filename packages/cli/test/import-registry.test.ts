import { describe, expect, it } from '@jest/globals';
import { notesOf, planOf, skippedOf, specsOf } from './support/imports.js';

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
          { name: 'SEED', default: 'swordfish', isSecret: true },
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
        environmentVariables: {
          MCP_COMMAND: 'npx',
          MCP_ARGS: '-y @acme/weather@1.2.0 serve --units metric',
          LOG: 'info',
        },
      },
    ]);
    expect(notesOf(plan)).toEqual([
      expect.stringContaining('SEED, FORECAST: secret'),
      'ACCOUNT: needs a value in environmentVariables',
      'folder: needs a value in MCP_ARGS',
    ]);
  });

  it('prefers a server that runs elsewhere, and names its secret headers', () => {
    const remote = {
      type: 'streamable-http',
      url: 'https://w.example/mcp',
      headers: [
        { name: 'X-Api-Key', isSecret: true },
        { name: 'X-Seed', isSecret: true, default: 'swordfish' },
      ],
    };
    const plan = planOf({
      servers: [{ server: { ...npm, remotes: [{ type: 'sse', url: 'https://w.example/sse' }, remote] } }],
    });
    expect(specsOf(plan)).toMatchObject([{ name: 'weather', remote: { url: 'https://w.example/mcp' } }]);
    expect(JSON.stringify(plan)).not.toContain('swordfish');
    expect(notesOf(plan)).toEqual([expect.stringContaining('headers X-Api-Key, X-Seed are secrets')]);
  });

  it('takes the spelling of 2025, uvx for PyPI, and an image that speaks HTTP', () => {
    const pypi = {
      name: 'a/time',
      packages: [
        {
          registry_type: 'pypi',
          identifier: 'time-server',
          version: '1',
          environment_variables: [{ name: 'ZONE', value: 'UTC' }],
        },
      ],
    };
    expect(specsOf(planOf(pypi))).toMatchObject([
      { environmentVariables: { MCP_COMMAND: 'uvx', MCP_ARGS: 'time-server@1', ZONE: 'UTC' } },
    ]);
    const oci = {
      name: 'a/b',
      packages: [
        {
          registryType: 'oci',
          identifier: 'ghcr.io/acme/b:2.0',
          transport: { type: 'streamable-http', url: 'http://localhost:9000/x' },
        },
      ],
    };
    const plan = planOf(oci);
    expect(specsOf(plan)).toEqual([
      { kind: 'adapter', name: 'b', imageName: 'acme/b', imageVersion: '2.0', port: 9000, path: '/x' },
    ]);
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
