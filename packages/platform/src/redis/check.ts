import { ConfigError } from '../config/read.js';
import { unconnected } from './client.js';
import { redisRefusal } from './refusal.js';

const ANSWER_MS = 3_000;

const CLUSTER =
  'REDIS_URL names a node of a Redis Cluster, which the gateway cannot use. ' +
  'Use a Redis or Valkey server that has cluster mode off.';

/**
 * Tries the connection once, at start-up. Without `mustAnswer`, a server that is away is no error: its clients wait for it.
 * @throws ConfigError when REDIS_URL has to be changed. The message has no password in it.
 */
export async function checkRedis(url: string, { mustAnswer = false } = {}): Promise<void> {
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
    const about = await client.info('cluster').catch(() => '');
    if (/^cluster_enabled:1/m.test(about)) throw new ConfigError(CLUSTER);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const refusal = redisRefusal(error);
    if (refusal) throw new ConfigError(refusal, { cause: error });
    if (!mustAnswer) return;
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
