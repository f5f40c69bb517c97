import { describe, expect, it } from '@jest/globals';
import { argumentsOf, readSettings, unknownSettings } from './settings.js';

describe('MCP_ARGS', () => {
  it.each([
    ['', []],
    ['-y @modelcontextprotocol/server-filesystem /tmp', ['-y', '@modelcontextprotocol/server-filesystem', '/tmp']],
    ['  a\t"b c"  \'d "e"\' f\\ g ""', ['a', 'b c', 'd "e"', 'f g', '']],
    ['$HOME *.js `ls` a|b;c', ['$HOME', '*.js', '`ls`', 'a|b;c']],
    ['["-y", "a b", "[\\"c\\"]"]', ['-y', 'a b', '["c"]']],
    [' []', []],
  ])('%j is %j', (text, args) => {
    expect(argumentsOf(text)).toEqual(args);
  });

  it.each([['"a'], ["b 'c"], ['a\\']])('%j has no end', (text) => {
    expect(() => argumentsOf(text)).toThrow('MCP_ARGS has a quote or a backslash without its end');
  });

  it.each([['[a]'], ['[1]'], ['["a"']])('%j is no JSON array of strings', (text) => {
    expect(() => argumentsOf(text)).toThrow('is not a JSON array of strings');
  });
});

describe('the settings', () => {
  it('that are misspelt are found', () => {
    const env = { MCP_COMMAND: 'a', MCP_ARG: 'b', MCP_BRIDGE_IDLE: '1', MCP_GATEWAY_REPLICA: 'c', API_KEY: 'd' };
    expect(unknownSettings(env)).toEqual([
      'MCP_ARG is no setting; did you mean MCP_ARGS?',
      'MCP_BRIDGE_IDLE is no setting; docs/servers.md lists them',
    ]);
  });

  it('take the command of the program over that of the variables', () => {
    const { target } = readSettings({ MCP_COMMAND: 'other' }, ['npx', '-y', 'a b']);
    expect(target).toEqual({ kind: 'stdio', command: 'npx', args: ['-y', 'a b'] });
  });

  it('take a remote server with headers', () => {
    const env = {
      MCP_PROXY_URL: 'https://example.com/mcp',
      MCP_PROXY_HEADERS: '{"Authorization":"Bearer x"}',
      MCP_COMMAND: '',
    };
    const { target } = readSettings(env, []);
    expect(target).toEqual({
      kind: 'remote',
      url: new URL('https://example.com/mcp'),
      headers: { authorization: 'Bearer x' },
    });
  });

  it.each([
    [{}, /^MCP_COMMAND is not set\. Set it/],
    [{ MCP_COMAND: 'npx' }, /^MCP_COMMAND is not set, but MCP_COMAND is\. Did you mean MCP_COMMAND\?$/],
    [{ MCP_PROXY_URI: 'https://b' }, /Did you mean MCP_PROXY_URL\?$/],
    [{ MCP_COMMAND: 'a', MCP_PROXY_URL: 'http://b' }, /both set/],
    [{ MCP_PROXY_URL: 'file:///etc' }, /must be an http or https URL/],
    [{ MCP_PROXY_URL: 'https://user:secret@b' }, /put credentials into MCP_PROXY_HEADERS/],
    [{ MCP_PROXY_URL: 'https://b', MCP_PROXY_HEADERS: 'Authorization: x' }, /must be a JSON object of headers/],
    [{ MCP_PROXY_URL: 'https://b', MCP_PROXY_HEADERS: '{"a":"x\\ny"}' }, /must be a JSON object of headers/],
    [{ MCP_COMMAND: 'a', PORT: 'eight' }, /^PORT is wrong/],
    [{ MCP_COMMAND: 'a', MCP_BRIDGE_MODE: 'both' }, /^MCP_BRIDGE_MODE is wrong.*session.*shared/],
    [{ MCP_COMMAND: 'a', MCP_BRIDGE_MAX_SESSIONS: '0' }, /^MCP_BRIDGE_MAX_SESSIONS is wrong/],
  ])('are refused in words: %j', (env, message) => {
    expect(() => readSettings(env, [])).toThrow(message);
  });
});
