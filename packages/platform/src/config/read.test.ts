import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { callerFields, redisFields, serviceFields } from './fields.js';
import { ConfigError, readConfig, unknownVariables } from './read.js';
import { DatabaseUrl, HttpUrl } from './urls.js';

const Config = z.object({ ...serviceFields, ...redisFields, ...callerFields, DATABASE_URL: DatabaseUrl });
const NEEDED = { REDIS_URL: 'redis://127.0.0.1:6379', DATABASE_URL: 'postgresql://u@h/d' };

function refusal(environment: Record<string, string | undefined>): string[] {
  try {
    readConfig(Config, { ...NEEDED, ...environment });
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('reading the configuration', () => {
  it('fills in what has a default, and leaves out what it does not know', () => {
    expect(readConfig(Config, { ...NEEDED, HOME: '/root' })).toStrictEqual({
      ...NEEDED,
      MCP_GATEWAY_LOG_LEVEL: 'info',
      MCP_GATEWAY_METRICS_HOST: '127.0.0.1',
      REDIS_CLUSTER: 'off',
      REDIS_PREFIX: 'mcp-gateway',
      PORT: 8000,
      MCP_GATEWAY_HOST: '127.0.0.1',
      AUTH_MODE: 'development',
      MCP_GATEWAY_ALLOWED_ORIGINS: [],
      MCP_GATEWAY_ALLOWED_HOSTS: [],
      MCP_GATEWAY_ALLOWED_CALLERS: [],
    });
  });

  it('turns text into what it means', () => {
    const hosts = { MCP_GATEWAY_ALLOWED_HOSTS: 'gateway.example, 10.0.0.1,[::2]' };
    const environment = {
      ...hosts,
      PORT: '0',
      MCP_GATEWAY_ALLOWED_ORIGINS: 'https://a.example, http://b.example:8080,',
    };
    expect(readConfig(Config, { ...NEEDED, ...environment })).toMatchObject({
      PORT: 0,
      MCP_GATEWAY_ALLOWED_ORIGINS: ['https://a.example', 'http://b.example:8080'],
      MCP_GATEWAY_ALLOWED_HOSTS: ['gateway.example', '10.0.0.1', '[::2]'],
    });
  });

  it('takes an empty variable for an absent one', () => {
    expect(readConfig(Config, { ...NEEDED, PORT: '', REDIS_PREFIX: '' })).toMatchObject({
      PORT: 8000,
      REDIS_CLUSTER: 'off',
      REDIS_PREFIX: 'mcp-gateway',
    });
    expect(refusal({ REDIS_URL: '' })).toEqual(refusal({ REDIS_URL: undefined }));
  });

  it('names every missing variable at once, and describes each', () => {
    expect(refusal({ REDIS_URL: undefined, DATABASE_URL: undefined })).toEqual([
      'REDIS_URL is required: the URL of a Redis or Valkey server, such as redis://127.0.0.1:6379',
      'DATABASE_URL is required: the URL of a PostgreSQL database, such as postgresql://user@127.0.0.1:5432/mcp_gateway',
    ]);
  });

  it('points to the documentation for a variable without a description', () => {
    expect(() => readConfig(z.object({ OTHER: z.string() }), {})).toThrow(
      'OTHER is required: see docs/configuration.md',
    );
  });

  const ORIGINS = 'must be origins such as https://portal.example.com, separated by commas';
  const HOSTS = 'must be host names in lower case and without a port, such as gateway.example.com, separated by commas';
  it.each([
    ['PORT', 'http', 'must be a port number from 0 to 65535'],
    ['PORT', '80.5', 'must be a port number from 0 to 65535'],
    ['PORT', '-1', 'must be a port number from 0 to 65535'],
    ['PORT', '65536', 'must be a port number from 0 to 65535'],
    ['MCP_GATEWAY_LOG_LEVEL', 'loud', 'must be one of trace, debug, info, warn, error, silent'],
    ['AUTH_MODE', 'none', 'must be "development", "oidc" or "entra"'],
    ['MCP_GATEWAY_DEVELOPMENT_SIGN_IN', 'yes', 'can only be "allow-from-network"'],
    ['REDIS_URL', '127.0.0.1:6379', 'must start with redis:// or rediss://'],
    ['REDIS_URL', 'http://h', 'must start with redis:// or rediss://'],
    [
      'REDIS_URL',
      'redis://h/one',
      'must have the number of a database as its path, as in redis://127.0.0.1:6379/0, or no path',
    ],
    [
      'REDIS_URL',
      'redis://h/0#1',
      'must be a URL such as redis://user:password@127.0.0.1:6379; percent-encode characters of the password such as "/", "@", "#" and "%"',
    ],
    ['REDIS_PREFIX', 'a b', 'must be letters, digits, "_", ":" and "-"'],
    ['REDIS_PREFIX', '{a}', 'must be letters, digits, "_", ":" and "-"'],
    ['DATABASE_URL', 'mysql://h/d', 'must start with postgresql://'],
    ['MCP_GATEWAY_ALLOWED_ORIGINS', '*', ORIGINS],
    ['MCP_GATEWAY_ALLOWED_ORIGINS', 'null', ORIGINS],
    ['MCP_GATEWAY_ALLOWED_ORIGINS', 'portal.example.com', ORIGINS],
    ['MCP_GATEWAY_ALLOWED_ORIGINS', 'https://a.example/', ORIGINS],
    ['MCP_GATEWAY_ALLOWED_ORIGINS', 'https://a.example,https://b.example/path', ORIGINS],
    ['MCP_GATEWAY_ALLOWED_ORIGINS', 'https://A.example', ORIGINS],
    ['MCP_GATEWAY_ALLOWED_HOSTS', '*', HOSTS],
    ['MCP_GATEWAY_ALLOWED_HOSTS', 'Gateway.example', HOSTS],
    ['MCP_GATEWAY_ALLOWED_HOSTS', 'gateway.example:8000', HOSTS],
    ['MCP_GATEWAY_ALLOWED_HOSTS', 'https://gateway.example', HOSTS],
    ['MCP_GATEWAY_ALLOWED_HOSTS', 'a.example,b.example/path', HOSTS],
  ])('refuses %s=%s', (name, value, message) => {
    expect(refusal({ [name]: value })).toEqual([`${name} ${message}`]);
  });

  const SHAPE = /^\w+_URL must be a URL such as .+; percent-encode characters of the password such as/;
  it.each([
    'redis://:s3c/ret@127.0.0.1:6379',
    'redis://:s3c#ret@127.0.0.1:6379',
    'redis://user:12#s3cret@127.0.0.1:6379',
    'redis://user:12?s3cret@127.0.0.1:6379',
    'redis://user:12/s3cret@127.0.0.1:6379',
    'redis://:s3cret%@127.0.0.1:6379',
    'redis://:s3cret@127.0.0.1:port',
    'redis:///0',
  ])('refuses REDIS_URL=%s in one sentence, without the password', (value) => {
    expect(refusal({ REDIS_URL: value })).toEqual([expect.stringMatching(SHAPE)]);
    expect(refusal({ REDIS_URL: value }).join()).not.toContain('s3c');
  });

  it.each([
    'postgresql://me:s3c/ret@127.0.0.1/gateway',
    'postgresql://me:12/s3cret@127.0.0.1/gateway',
    'postgresql://me:12#s3cret@127.0.0.1/gateway',
    'postgresql://me:s3cret%zz@127.0.0.1/gateway',
    'postgresql://me:s3cret@[nowhere/gateway',
  ])('refuses DATABASE_URL=%s in one sentence, without the password', (value) => {
    expect(refusal({ DATABASE_URL: value })).toEqual([expect.stringMatching(SHAPE)]);
    expect(refusal({ DATABASE_URL: value }).join()).not.toContain('s3c');
  });

  it.each([
    ['REDIS_URL', 'rediss://user:p%2Fw@redis.example:6380/3'],
    ['REDIS_URL', 'redis://[::1]:6379'],
    ['DATABASE_URL', 'postgresql://app:s3cret@/gateway?host=/tmp/dir'],
    ['DATABASE_URL', 'postgresql:///gateway'],
  ])('takes %s=%s', (name, value) => {
    expect(refusal({ [name]: value })).toEqual([]);
  });

  it.each(['control-plane:8001', 'ftp://control-plane', '/'])('refuses CONTROL_PLANE_URL=%s', (value) => {
    const read = () => readConfig(z.object({ CONTROL_PLANE_URL: HttpUrl }), { CONTROL_PLANE_URL: value });
    expect(read).toThrow('CONTROL_PLANE_URL must be a URL that starts with http:// or https://');
  });

  it('does not repeat what a secret variable holds', () => {
    expect(refusal({ DATABASE_URL: 'hunter2' }).join()).not.toContain('hunter2');
  });
});

it.each([
  ['MCP_GATEWAY_LOGLEVEL', 'MCP_GATEWAY_LOG_LEVEL'],
  ['MCP_GATEWAY_LOG_LEVLE', 'MCP_GATEWAY_LOG_LEVEL'],
  ['MCP_GATEWAY_CATALOG', 'MCP_GATEWAY_CATALOGUE'],
  ['MCP_GATEWAY_METRIC_PORT', 'MCP_GATEWAY_METRICS_PORT'],
  ['MCP_GATEWAY_SESSION_KEY', 'MCP_GATEWAY_SESSION_KEYS'],
  ['MCP_GATEWAY_ALLOWED_ORIGIN', 'MCP_GATEWAY_ALLOWED_ORIGINS'],
  ['MCP_GATEWAY_BODY_BYTES', 'MCP_GATEWAY_MAX_BODY_BYTES'],
  ['mcp_gateway_host', 'MCP_GATEWAY_HOST'],
])('%s is reported as unknown, and %s is suggested', (name, meant) => {
  expect(unknownVariables({ [name]: 'hunter2' })).toEqual([
    `${name} is not a setting of the gateway and has no effect; did you mean ${meant}?`,
  ]);
});

it('suggests a setting of the caller that has no prefix', () => {
  expect(unknownVariables({ MCP_GATEWAY_PORT: '9000' }, ['PORT', 'MCP_GATEWAY_DATA'])).toEqual([
    'MCP_GATEWAY_PORT is not a setting of the gateway and has no effect; did you mean PORT?',
  ]);
});

it('a variable that resembles no setting is reported as unknown, with the page that lists the settings', () => {
  expect(unknownVariables({ MCP_GATEWAY_QZX: '1' })).toEqual([
    'MCP_GATEWAY_QZX is not a setting of the gateway and has no effect; docs/configuration.md lists the settings.',
  ]);
});

it('every setting in docs/configuration.md is known', () => {
  const page = readFileSync(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8');
  const documented = new Set(page.match(/\bMCP_GATEWAY_[A-Z\d_]*[A-Z\d]\b/g));
  expect(documented.size).toBeGreaterThan(15);
  expect([...documented].flatMap((name) => unknownVariables({ [name]: 'x' }))).toEqual([]);
});

it.each([
  ['PATH', '/bin'],
  ['MCP_GATEWAY_REPLICA', 'echo-0'],
  ['MCP_GATEWAY_SERVICE_HOST', '10.0.0.1'],
  ['MCP_GATEWAY_SERVICE_PORT_HTTP', '80'],
  ['MCP_GATEWAY_PORT', 'tcp://10.0.0.1:80'],
  ['MCP_GATEWAY_PORT_80_TCP_ADDR', '10.0.0.1'],
  ['MCP_GATEWAY_NEW', 'of the caller'],
])('%s is no mistake', (name, value) => {
  expect(unknownVariables({ [name]: value }, ['MCP_GATEWAY_NEW'])).toEqual([]);
});
