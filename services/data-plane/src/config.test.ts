import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { readConfig } from '@mcp-gateway/platform/config';
import { sealSessionId, unsealSessionId } from '@mcp-gateway/sessions';
import { z } from 'zod';
import { dataPlaneFields } from './config.js';

const KEY = randomBytes(32).toString('base64');
const OTHER = randomBytes(32).toString('base64');
const MINIMAL = { CONTROL_PLANE_URL: 'http://127.0.0.1:8001', MCP_GATEWAY_SESSION_KEYS: KEY };

const read = (environment: Record<string, string | undefined>) =>
  readConfig(z.object(dataPlaneFields), { ...MINIMAL, ...environment });

const envelope = {
  id: 'session',
  kind: 'adapter' as const,
  resourceId: 'adapter',
  endpointId: 'endpoint',
  upstreamId: 'raw',
  caller: 'alice',
  issuedAt: 1,
};

describe('the settings of the data plane', () => {
  it('have defaults, except for those that only the operator knows', () => {
    expect(read({})).toMatchObject({
      CONTROL_PLANE_URL: 'http://127.0.0.1:8001',
      MCP_GATEWAY_MAX_BODY_BYTES: 4 * 1024 * 1024,
      MCP_GATEWAY_UPSTREAM_TIMEOUT_SECONDS: 300,
    });
  });

  it('seal with the first key and unseal with all keys', () => {
    const keys = read({ MCP_GATEWAY_SESSION_KEYS: `${KEY}, ${OTHER}` }).MCP_GATEWAY_SESSION_KEYS;
    const sealed = sealSessionId(envelope, keys);
    expect(unsealSessionId(sealed, read({}).MCP_GATEWAY_SESSION_KEYS)).toEqual(envelope);
    const old = sealSessionId(envelope, read({ MCP_GATEWAY_SESSION_KEYS: OTHER }).MCP_GATEWAY_SESSION_KEYS);
    expect(unsealSessionId(old, keys)).toEqual(envelope);
  });

  it.each([
    [
      'https://tools.example.com/gateway/',
      { hostname: 'tools.example.com', path: '/gateway', href: 'https://tools.example.com/gateway' },
    ],
    ['https://tools.example.com', { hostname: 'tools.example.com', path: '', href: 'https://tools.example.com' }],
    [
      'http://127.0.0.1:8080/a/b-c_d',
      { hostname: '127.0.0.1', path: '/a/b-c_d', href: 'http://127.0.0.1:8080/a/b-c_d' },
    ],
    ['/gateway', { hostname: undefined, path: '/gateway', href: '/gateway' }],
    ['/', { hostname: undefined, path: '', href: '' }],
  ])('accept a public URL, or its path: %s', (url, expected) => {
    expect(read({ MCP_GATEWAY_PUBLIC_URL: url }).MCP_GATEWAY_PUBLIC_URL).toEqual(expected);
  });

  const BAD_URL =
    'MCP_GATEWAY_PUBLIC_URL must be a URL such as https://tools.example.com/gateway, or only its path, such as /gateway';
  it.each([
    ['tools.example.com/gateway', BAD_URL],
    ['//tools.example.com/gateway', BAD_URL],
    ['ftp://tools.example.com', BAD_URL],
    ['https://user:s3cret@tools.example.com/', BAD_URL],
    ['https://tools.example.com/?a=b', BAD_URL],
    ['https://tools.example.com/a%2Fb', BAD_URL],
    ['/a b', BAD_URL],
    ['/a//b', BAD_URL],
    [
      'https://tools.example.com/adapters',
      'MCP_GATEWAY_PUBLIC_URL must have another path: the gateway itself serves /adapters, /api-keys, /audit, /events, /mcp, /permissions, /registry, /tenants, /tools, /toolsets, /errors, /livez, /readyz and /openapi.json',
    ],
  ])('explain what is wrong with a public URL: %s', (url, message) => {
    expect(() => read({ MCP_GATEWAY_PUBLIC_URL: url })).toThrow(message);
    expect(() => read({ MCP_GATEWAY_PUBLIC_URL: url })).not.toThrow('s3cret');
  });

  it('trust proxies by address range', () => {
    const list = '10.0.0.0/8, 127.0.0.1, fd00::/8';
    const { MCP_GATEWAY_TRUSTED_PROXIES: ranges } = read({ MCP_GATEWAY_TRUSTED_PROXIES: list });
    expect(ranges).toEqual(['10.0.0.0/8', '127.0.0.1', 'fd00::/8']);
    for (const wrong of [
      '10.0.0.0/33',
      '10.0.0',
      'fd00::/129',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      'proxy.example',
      '10.0.0.0/-1',
    ]) {
      expect(() => read({ MCP_GATEWAY_TRUSTED_PROXIES: wrong })).toThrow(
        'MCP_GATEWAY_TRUSTED_PROXIES must be addresses or ranges such as 10.0.0.0/8, separated by commas',
      );
    }
  });

  const BAD_KEY =
    'MCP_GATEWAY_SESSION_KEYS must be keys of 32 bytes in base64, separated by commas; make one with: openssl rand -base64 32';
  it.each([
    [{ MCP_GATEWAY_SESSION_KEYS: 'secret' }, BAD_KEY],
    [{ MCP_GATEWAY_SESSION_KEYS: randomBytes(31).toString('base64') }, BAD_KEY],
    [{ MCP_GATEWAY_SESSION_KEYS: `${KEY},` }, BAD_KEY],
    [
      { MCP_GATEWAY_SESSION_KEYS: '' },
      'MCP_GATEWAY_SESSION_KEYS is required: one or more keys of 32 bytes in base64, separated by commas; make one with: openssl rand -base64 32',
    ],
    [{ CONTROL_PLANE_URL: 'control-plane' }, 'CONTROL_PLANE_URL must be a URL'],
    [
      { CONTROL_PLANE_URL: undefined },
      'CONTROL_PLANE_URL is required: the URL of the control plane, such as http://127.0.0.1:8001',
    ],
    [{ MCP_GATEWAY_MAX_BODY_BYTES: '1023' }, 'MCP_GATEWAY_MAX_BODY_BYTES must be at least 1024'],
    [{ MCP_GATEWAY_MAX_BODY_BYTES: '4MiB' }, 'MCP_GATEWAY_MAX_BODY_BYTES must be a number of bytes'],
    [{ MCP_GATEWAY_UPSTREAM_TIMEOUT_SECONDS: '0' }, 'MCP_GATEWAY_UPSTREAM_TIMEOUT_SECONDS must be at least 1'],
    [{ MCP_GATEWAY_UPSTREAM_TIMEOUT_SECONDS: '86401' }, 'MCP_GATEWAY_UPSTREAM_TIMEOUT_SECONDS must be at most 86400'],
  ])('explain invalid values: %j', (environment, sentence) => {
    expect(() => read(environment)).toThrow(sentence);
  });
});
