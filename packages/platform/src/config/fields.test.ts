import { describe, expect, it } from '@jest/globals';
import { isLoopback, refuseExposedDevelopmentSignIn } from './fields.js';

describe('an address that only this machine reaches', () => {
  it.each(['localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])('is %s', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each([
    '0.0.0.0',
    '::',
    '',
    '10.0.0.1',
    '128.0.0.1',
    'localhost.example.com',
    '127.0.0.1.example.com',
    '1127.0.0.1',
  ])('is not %j', (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});

describe('development sign-in', () => {
  const config = (MCP_GATEWAY_HOST: string, MCP_GATEWAY_DEVELOPMENT_SIGN_IN?: string) => ({
    AUTH_MODE: 'development',
    MCP_GATEWAY_HOST,
    MCP_GATEWAY_DEVELOPMENT_SIGN_IN,
  });

  it.each(['127.0.0.1', 'localhost', '::1'])('may be served on %s', (host) => {
    expect(refuseExposedDevelopmentSignIn(config(host))).toBeUndefined();
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'gateway.example.com', ''])('may not be served on %j', (host) => {
    expect(refuseExposedDevelopmentSignIn(config(host))).toBe(
      `MCP_GATEWAY_HOST=${host} can be reached from the network, and development sign-in lets anyone be anyone. ` +
        'Use MCP_GATEWAY_HOST=127.0.0.1, or set MCP_GATEWAY_DEVELOPMENT_SIGN_IN=allow-from-network if that is what you want.',
    );
  });

  it('may be served to the network when the operator allows it', () => {
    expect(refuseExposedDevelopmentSignIn(config('0.0.0.0', 'allow-from-network'))).toBeUndefined();
    expect(refuseExposedDevelopmentSignIn(config('0.0.0.0', 'yes'))).toBeDefined();
  });

  it('is nothing to worry about in another mode', () => {
    expect(refuseExposedDevelopmentSignIn({ ...config('0.0.0.0'), AUTH_MODE: 'oidc' })).toBeUndefined();
  });
});
