import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { checkRedis } from '@mcp-gateway/platform/redis';
import { freePort } from '@mcp-gateway/platform/serving';
import { selfSigned } from '../data-plane/support/certificate.js';
import { afterTest } from '../support/clean-up.js';
import { sharedRedis } from '../support/redis.js';
import { redisLine } from '../support/redis-line.js';

const PASSWORD = 's3cret-of-a-user';

/** The reason for refusing REDIS_URL, in one or two sentences without a password; undefined when it is accepted. */
async function refusal(url: string, mustAnswer = false): Promise<string | undefined> {
  const message = await checkRedis({ REDIS_URL: url }, { mustAnswer }).then(
    () => undefined,
    (error: Error) => `${error.name}: ${error.message}`,
  );
  expect(message ?? '').not.toContain(PASSWORD);
  expect((message ?? '').split('\n')).toHaveLength(1);
  return message;
}

/** A server that gives every command the same answer. */
async function answering(answer: string): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (request) => socket.write(answer.repeat(request.toString().match(/^\*/gm)?.length ?? 1)));
  }).listen(0, '127.0.0.1');
  afterTest(() => server.close());
  await once(server, 'listening');
  return `redis://:${PASSWORD}@127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('REDIS_URL at start-up', () => {
  it('accepts a server that works', async () => {
    expect(await refusal((await sharedRedis()).url, true)).toBeUndefined();
  });

  it('reports what to change when the server refuses the connection', async () => {
    const { host } = new URL((await sharedRedis()).url);
    expect(await refusal(`redis://:${PASSWORD}@${host}`)).toMatch(
      /^ConfigError: Redis refuses the user name or the pass/,
    );
    expect(await refusal(`redis://${host}`)).toMatch(/^ConfigError: Redis asks for a password/);
    expect(await refusal(`${(await sharedRedis()).url}/9999`)).toMatch(
      /^ConfigError: Redis does not have the database/,
    );
  });

  it('refuses a node of a cluster', async () => {
    const answer = '# Cluster\r\ncluster_enabled:1\r\n';
    const url = await answering(`$${answer.length}\r\n${answer}\r\n`);
    expect(await refusal(url)).toMatch(/^ConfigError: REDIS_URL names a node of a Redis Cluster/);
  });

  it('refuses a server whose certificate is not trusted', async () => {
    const line = await redisLine(afterTest, selfSigned());
    expect(await refusal(line.url)).toMatch(/^ConfigError: The certificate of Redis .*NODE_EXTRA_CA_CERTS/);
  });

  it('waits for a server that does not answer, unless waiting is useless', async () => {
    const url = `redis://:${PASSWORD}@127.0.0.1:${await freePort()}`;
    expect(await refusal(url)).toBeUndefined();
    expect(await refusal(url, true)).toMatch(/^ConfigError: Cannot connect to Redis at 127\.0\.0\.1:\d+: ECONNREFUSED/);
    const plain = (await sharedRedis()).url.replace('redis:', 'rediss:');
    expect(await refusal(plain, true)).toMatch(/^ConfigError: Cannot connect .*: it does not answer in TLS/);
  });
});
