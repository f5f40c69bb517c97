import { ClientOfflineError, createClient } from 'redis';
import { ConfigError } from '../config/read.js';
import type { Logger } from '../logging.js';
import { clusterClient, type RedisClient } from './cluster.js';

export type { RedisClient };

export interface RedisAddress {
  /** One URL; of a cluster also several, separated by commas. */
  REDIS_URL: string;
  REDIS_CLUSTER?: 'on' | 'off' | undefined;
}

const CONNECT_TIMEOUT_MS = 5_000;

/** Other clients are copies: createClient assembles all commands again for each URL, which takes tens of milliseconds. */
const unconnected: RedisClient = createClient();

const CONNECTION = {
  disableOfflineQueue: true,
  pingInterval: 10_000,
  socket: {
    connectTimeout: CONNECT_TIMEOUT_MS,
    reconnectStrategy: (retries: number) => Math.min(50 * 2 ** Math.min(retries, 5), 1_000) + Math.random() * 50,
  },
};

/**
 * A client that reconnects for ever and fails fast in between: a command sent while Redis is unavailable rejects at once.
 * One line is logged when Redis becomes unavailable and one when it is available again.
 * @param urlNow REDIS_URL as it is now: new connections take its user name and its password, and no more of it
 */
export function redisClient(
  { REDIS_URL: url, REDIS_CLUSTER: cluster }: RedisAddress,
  log: Logger,
  urlNow?: () => string,
): RedisClient {
  const options = urlNow ? { ...CONNECTION, credentialsProvider: credentialsOf(urlNow) } : CONNECTION;
  const urls = urlsIn(url).map((each) => (urlNow ? withoutCredentials(each) : each));
  const [first = url] = urls;
  const client = cluster === 'on' ? clusterClient(urls, options) : unconnected.duplicate({ url: first, ...options });
  let isUnavailable = false;
  client.on('error', (error: Error) => {
    const reason = redisRefusal(error);
    if (!isUnavailable && reason) log.error({ reason }, 'Redis refuses the connection; the client keeps reconnecting');
    else if (!isUnavailable) log.warn({ err: error }, 'Redis is unavailable; the client keeps reconnecting');
    isUnavailable = true;
  });
  client.on('ready', () => {
    if (isUnavailable) log.info('Redis is available again');
    isUnavailable = false;
  });
  return client;
}

/** node-redis asks for them at each connection, unless its URL has some. */
const credentialsOf = (urlNow: () => string) => ({
  type: 'async-credentials-provider' as const,
  credentials: async () => {
    const { username, password } = new URL(urlsIn(urlNow())[0] ?? '');
    return {
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
    };
  },
});

function withoutCredentials(url: string): string {
  const bare = new URL(url);
  bare.username = bare.password = '';
  return bare.href;
}

/** A comma may be part of a password, so the next URL has to begin behind it. */
const urlsIn = (list: string): string[] => list.split(/,(?=rediss?:\/\/)/);

/**
 * For transactions: the client refuses commands while Redis is unavailable, but keeps transactions, any number of them, and
 * sends them later.
 * @throws ClientOfflineError when Redis is unavailable
 */
export function connected(redis: RedisClient): RedisClient {
  if (!redis.isReady) throw new ClientOfflineError();
  return redis;
}

const CERTIFICATE = /^(CERT_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|UNABLE_TO_(GET|VERIFY)|ERR_TLS_CERT)/;

/** The change that makes Redis take the connection, in a sentence; undefined when Redis may only be unavailable. */
function redisRefusal(error: unknown): string | undefined {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  if (CERTIFICATE.test(code)) {
    return (
      `The certificate of Redis cannot be trusted (${code}). ` +
      'Set NODE_EXTRA_CA_CERTS to a file with the certificate of its authority, or correct the host in REDIS_URL.'
    );
  }
  if (message.startsWith('NOAUTH')) {
    return 'Redis asks for a password. Add it to REDIS_URL, as in redis://:password@127.0.0.1:6379.';
  }
  if (/^WRONGPASS|^ERR (AUTH|invalid password)/.test(message))
    return 'Redis refuses the user name or the password of REDIS_URL. Correct them.';
  if (message.startsWith('NOPERM'))
    return 'Redis does not permit the user of REDIS_URL what the gateway needs. Extend its ACL.';
  if (/^ERR DB index is out of range|^ERR SELECT is not allowed/.test(message))
    return 'Redis does not have the database whose number is the path of REDIS_URL. Use another number or no path.';
  return undefined;
}

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
    // A server that refuses INFO to this user reports nothing about itself.
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
