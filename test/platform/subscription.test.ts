import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { redisClient, subscription } from '@mcp-gateway/platform/redis';
import { afterTest } from '../support/clean-up.js';
import { silent } from '../support/postgres.js';
import { connectRedis, freshPrefix, sharedRedis } from '../support/redis.js';
import { redisLine } from '../support/redis-line.js';
import { becomesTrue, waitFor } from '../support/wait.js';

/** A subscription to two channels through the URL, and a Redis that publishes on them. */
async function setUp(url: string) {
  const prefix = freshPrefix();
  const received: string[] = [];
  let times = 0;
  const receive = (channel: string) => (text: string) => void received.push(`${channel} ${text}`);
  const channels = { [`${prefix}:a`]: receive('a'), [`${prefix}:b`]: receive('b') };
  const { close } = subscription(redisClient({ REDIS_URL: url }, silent), channels, () => (times += 1));
  afterTest(close);
  const redis = await connectRedis();
  return {
    times: () => times,
    /** Publishes until both channels have delivered, each message exactly once. */
    async isHeard() {
      await becomesTrue('both channels to be subscribed to', async () => {
        const counts = await redis.pubSubNumSub(Object.keys(channels));
        expect(Object.values(counts)).toEqual([1, 1]);
      });
      const text = randomUUID();
      for (const channel of Object.keys(channels)) await redis.publish(channel, text);
      await waitFor('the last message', () => received.includes(`b ${text}`));
      expect(received.splice(0)).toEqual([`a ${text}`, `b ${text}`]);
    },
  };
}

it('receives messages again after each outage, and reports that it may have missed some', async () => {
  const line = await redisLine();
  const { isHeard, times } = await setUp(line.url);
  await isHeard();
  for (const outage of [1, 2]) {
    line.cut();
    line.restore();
    await waitFor('the report of a gap', () => times() === outage + 1);
    await isHeard();
  }
});

it('receives messages although the connection broke while it subscribed', async () => {
  const line = await redisLine();
  const held = line.hold('subscribe');
  const { isHeard, times } = await setUp(line.url);
  await held;
  line.cut();
  line.release();
  line.restore();
  await waitFor('the second try', () => times() === 2);
  await isHeard();
});

it('receives messages once Redis permits it after a first refusal', async () => {
  const redis = await connectRedis();
  const { url } = await sharedRedis();
  const user = `user-${randomUUID()}`;
  await redis.aclSetUser(user, ['on', '>password', '~*', '+@all', 'resetchannels']);
  afterTest(() => redis.aclDelUser(user));
  const { isHeard, times } = await setUp(Object.assign(new URL(url), { username: user, password: 'password' }).href);
  await waitFor('a try', () => times() > 0);
  await redis.aclSetUser(user, 'allchannels');
  await isHeard();
});
