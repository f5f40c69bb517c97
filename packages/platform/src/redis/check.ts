import { ConfigError } from '../config/read.js';
import { redisRefusal, unconnected, urlsIn, type RedisAddress } from './client.js';

const ANSWER_MS = 3_000;

const IS_CLUSTER =
  'REDIS_URL names a node of a Redis Cluster. Set REDIS_CLUSTER=on, or use a Redis or Valkey server that has cluster mode off.';
const IS_NO_CLUSTER =
  'REDIS_CLUSTER=on, but the server of REDIS_URL has cluster mode off. Set REDIS_CLUSTER=off, or name a node of a cluster.';

/**
 * Tries the connection once, at start-up. Without `mustAnswer`, a server that does not answer is no error: its clients wait for it.
 * Of a cluster one node has to answer.
 * @throws ConfigError when REDIS_URL or REDIS_CLUSTER has to be changed. The message has no password in it.
 */
export async function checkRedis(address: RedisAddress, { mustAnswer = false } = {}): Promise<void> {
  const urls = urlsIn(address.REDIS_URL);
  const isCluster = address.REDIS_CLUSTER === 'on';
  for (const [index, url] of urls.entries()) {
    const isAnswered = await checkServer(url, { isCluster, mustAnswer: mustAnswer && index === urls.length - 1 });
    if (isAnswered) return;
  }
}

/** False when it does not answer. */
async function checkServer(url: string, expected: { isCluster: boolean; mustAnswer: boolean }): Promise<boolean> {
  const socket = { connectTimeout: ANSWER_MS, reconnectStrategy: false as const };
  const client = unconnected.duplicate({ url, socket, commandOptions: { timeout: ANSWER_MS } });
  client.on('error', () => {}); // `connect` reports it
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    client.destroy();
  }, ANSWER_MS);
  try {
    await client.connect();
    // A server that keeps INFO from this user tells nothing about itself.
    const isCluster = /^cluster_enabled:(\d)/m.exec(await client.info('cluster').catch(() => ''))?.[1];
    if (isCluster === '1' && !expected.isCluster) throw new ConfigError(IS_CLUSTER);
    if (isCluster === '0' && expected.isCluster) throw new ConfigError(IS_NO_CLUSTER);
    return true;
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const refusal = redisRefusal(error);
    if (refusal) throw new ConfigError(refusal, { cause: error });
    if (!expected.mustAnswer) return false;
    const { host, protocol } = new URL(url);
    const { code, message } = error as NodeJS.ErrnoException;
    const why = isLate ? `it does not answer${protocol === 'rediss:' ? ' in TLS' : ''}` : (code ?? message);
    throw new ConfigError(
      `Cannot connect to Redis at ${host}: ${why}. Check that it runs and that REDIS_URL is right.`,
      { cause: error },
    );
  } finally {
    clearTimeout(late);
    if (client.isOpen) client.destroy();
  }
}
