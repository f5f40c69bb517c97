import { describe, expect, it } from '@jest/globals';
import { planText } from '../src/import/plan-text.js';
import { notesOf, planOf, skippedOf, specsOf } from './support/imports.js';

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
    [
      'a URL that ends in sse',
      { url: 'https://h.example/sse' },
      { environmentVariables: { MCP_PROXY_URL: 'https://h.example/sse' } },
    ],
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
    expect(specsOf(planOf(file, { includeSecrets: true }))[0]).toMatchObject({
      environmentVariables: { GITHUB_TOKEN: 'ghp_x' },
    });
  });

  it.each(['ghp_x', 'Bearer ${input:token}'])('copies no header with the value %s, whatever its name', (value) => {
    const plan = planOf({ mcpServers: { a: { url: 'https://h.example/mcp', headers: { 'X-Team': value } } } });
    expect(JSON.stringify(specsOf(plan)) + planText(plan)).not.toContain(value);
    expect(notesOf(plan)).toEqual([expect.stringContaining('headers X-Team are secrets, and not copied')]);
  });

  it('has a credential in place of secret headers', () => {
    const file = {
      mcpServers: {
        a: { url: 'https://h.example/mcp', headers: { Authorization: 'Bearer x', 'X-Team': 'a', Accept: 'b' } },
      },
    };
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
