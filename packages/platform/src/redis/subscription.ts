import { isCluster, type RedisClient } from './cluster.js';

export interface Subscription {
  close(): void;
}

export interface Channels {
  [channel: string]: (text: string) => void;
}

interface Subscribing {
  /** Channels of which `publishMessage` counts the subscribers that have received a message. */
  counted?: Channels;
}

const RETRY_MS = 1_000;
/** Several connections of a cluster become ready at about the same time. */
const GATHER_MS = 50;

/**
 * Receives the messages of channels on a connection of its own, whenever Redis is available. `onSubscribed` runs each time that it
 * begins to receive them: it may have missed messages before.
 */
export function subscription(
  redis: RedisClient,
  channels: Channels,
  onSubscribed: () => void,
  { counted = {} }: Subscribing = {},
): Subscription {
  // A cluster client keeps such connections itself, and moves them when a node fails.
  return isCluster(redis)
    ? inCluster(redis, channels, counted, onSubscribed)
    : onServer(redis, { ...channels, ...counted }, onSubscribed);
}

/**
 * Sends a message to a counted channel and resolves to the number of its receivers. In a cluster such a channel belongs to one
 * node, as a message that is broadcast is counted on one node only.
 */
export const publishMessage = (redis: RedisClient, channel: string, text: string): Promise<number> =>
  isCluster(redis) ? redis.sPublish(channel, text) : redis.publish(channel, text);

function onServer(redis: RedisClient, channels: Channels, onSubscribed: () => void): Subscription {
  const subscriber = redis.duplicate();
  subscriber.on('error', () => {}); // the command connection logs the outage
  let retry: NodeJS.Timeout | undefined;
  let isClosed = false;

  // On every connection: node-redis forgets a subscription that was under way when the connection broke. Others are not doubled.
  async function subscribe() {
    const subscriptions = Object.entries(channels).map(([channel, listener]) =>
      subscriber.subscribe(channel, listener),
    );
    const failed = (await Promise.allSettled(subscriptions)).some(({ status }) => status === 'rejected');
    if (isClosed) return;
    if (failed) retry = setTimeout(() => void (subscriber.isReady && subscribe()), RETRY_MS).unref();
    onSubscribed();
  }
  subscriber.on('ready', () => void subscribe());
  void subscriber.connect().catch(() => {}); // reconnects by itself

  return {
    close() {
      isClosed = true;
      clearTimeout(retry);
      // node-redis leaks a connection that is destroyed while it is being made.
      const isConnecting = subscriber.isOpen && !subscriber.isReady && redis.isReady;
      // If the attempt fails, it would go on for ever.
      if (isConnecting) for (const end of ['ready', 'error']) subscriber.once(end, () => subscriber.destroy());
      else if (subscriber.isOpen) subscriber.destroy();
    },
  };
}

function inCluster(redis: RedisClient, channels: Channels, counted: Channels, onSubscribed: () => void): Subscription {
  let next: NodeJS.Timeout | undefined;
  let isClosed = false;
  const again = (ms: number) => {
    clearTimeout(next);
    if (!isClosed) next = setTimeout(() => void subscribe(), ms).unref();
  };
  async function subscribe() {
    const subscriptions = [
      ...Object.entries(channels).map(([channel, listener]) => redis.subscribe(channel, listener)),
      ...Object.entries(counted).map(([channel, listener]) => redis.sSubscribe(channel, listener)),
    ];
    const failed = (await Promise.allSettled(subscriptions)).some(({ status }) => status === 'rejected');
    if (isClosed) return;
    if (failed) again(RETRY_MS);
    onSubscribed();
  }
  // Of any node: the client does not show which of its connections receives.
  const onNodeReady = () => again(GATHER_MS);
  redis.on('node-ready', onNodeReady);
  if (redis.isReady) again(0);

  return {
    close() {
      isClosed = true;
      clearTimeout(next);
      redis.off('node-ready', onNodeReady);
      if (!redis.isReady) return;
      for (const [channel, listener] of Object.entries(channels))
        void redis.unsubscribe(channel, listener).catch(() => {});
      for (const [channel, listener] of Object.entries(counted))
        void redis.sUnsubscribe(channel, listener).catch(() => {});
    },
  };
}
