import { describe, expect, it } from '@jest/globals';
import { chooseTarget, type Contexts, type Wanted } from './contexts.js';

const login = { accessToken: 'a' };
const file: Contexts = {
  current: 'work',
  contexts: [
    { name: 'work', gateway: 'https://work.example/', login },
    { name: 'home', gateway: 'http://home.example', apiKeyFile: '/key' },
  ],
};
const wanted = (flags: Omit<Wanted, 'variables'> = {}, variables: Wanted['variables'] = {}): Wanted => ({
  ...flags,
  variables,
});

describe('the gateway and the sign-in', () => {
  it.each<[string, Wanted, string, string]>([
    ['are those of the current context', wanted(), 'https://work.example', 'login'],
    ['are those of --context', wanted({ context: 'home' }), 'http://home.example', 'api-key-file'],
    ['are those of MCP_GATEWAY_CONTEXT', wanted({}, { context: 'home' }), 'http://home.example', 'api-key-file'],
    [
      'follow --context before variables',
      wanted({ context: 'work' }, { gateway: 'http://h', token: 't' }),
      'https://work.example',
      'login',
    ],
    [
      'follow variables before the current context',
      wanted({}, { gateway: 'http://h', token: 't' }),
      'http://h',
      'token',
    ],
    ['never take a secret of a context to another gateway', wanted({ gateway: 'http://h' }), 'http://h', 'development'],
    [
      'never take a secret of a context to a gateway of a variable',
      wanted({}, { gateway: 'http://h' }),
      'http://h',
      'development',
    ],
    [
      'never take a secret of --context to another gateway',
      wanted({ context: 'work', gateway: 'http://h' }),
      'http://h',
      'development',
    ],
    ['use the context of the URL', wanted({ gateway: 'http://home.example/' }), 'http://home.example', 'api-key-file'],
    [
      'take the secret of a variable to --gateway',
      wanted({ gateway: 'http://h' }, { apiKey: 'k' }),
      'http://h',
      'api-key',
    ],
    [
      'take the secret of a variable to the current context',
      wanted({}, { apiKeyFile: '/k' }),
      'https://work.example',
      'api-key-file',
    ],
  ])('%s', (_what, given, gateway, kind) => {
    expect(chooseTarget(given, file)).toMatchObject({ gateway, signIn: { kind } });
  });

  it('are the gateway of this machine without any', () => {
    expect(chooseTarget(wanted({ as: 'bob', roles: 'a,b' }), { contexts: [] })).toEqual({
      gateway: 'http://127.0.0.1:8000',
      signIn: { kind: 'development', as: 'bob', roles: 'a,b' },
      context: undefined,
    });
  });
});
