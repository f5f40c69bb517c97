import { randomUUID } from 'node:crypto';
import { withTimeout } from '@mcp-gateway/platform/concurrency';
import { publishMessage, type RedisClient } from '@mcp-gateway/platform/redis';
import { z } from 'zod';
import type { ActivityTracker } from './activity.js';

const PeerMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('question'), id: z.string(), session: z.string(), endpoint: z.string() }),
  z.object({ kind: z.literal('answer'), id: z.string(), isIdle: z.boolean() }),
]);
type PeerMessage = z.infer<typeof PeerMessage>;

export interface IdleQuery {
  /**
   * Whether no data plane, this one included, has a call of the session under way to the endpoint. A call to another
   * endpoint comes from a data plane that already knows the new location. False when a data plane does not answer.
   */
  isIdle(session: string, endpoint: string): Promise<boolean>;
  /** Whether this is the only data plane. Ask once this one's subscription is active. */
  isAlone(): Promise<boolean>;
  /** Call it with each message on the channel. */
  hear(text: string): void;
}

const REDIS_MS = 1_000;
const ANSWER_MS = 1_000;
/**
 * How long queries fail at once after one data plane did not answer: it may be gone without Redis knowing, and requests
 * wait for the answer.
 */
const SILENT_MS = 5_000;

/**
 * Asks all data planes, this one included, through a Redis channel; Redis says how many have received the question. So
 * calls need not be recorded in Redis.
 */
export function createIdleQuery(redis: RedisClient, channel: string, callsHere: ActivityTracker['calls']): IdleQuery {
  const asked = new Map<string, (isIdle: boolean) => void>();
  let silentUntil = 0;
  const publish = (message: PeerMessage): Promise<number> =>
    withTimeout(publishMessage(redis, channel, JSON.stringify(message)), REDIS_MS);

  function ask(session: string, endpoint: string): Promise<boolean> {
    return new Promise((resolve) => {
      const id = randomUUID();
      let receivers = Infinity;
      let idle = 0;
      const settle = (isIdle: boolean) => {
        clearTimeout(late);
        asked.delete(id);
        resolve(isIdle);
      };
      const late = setTimeout(() => {
        silentUntil = Date.now() + SILENT_MS;
        settle(false);
      }, ANSWER_MS);
      asked.set(id, (isIdle) => {
        idle += 1;
        if (!isIdle || idle >= receivers) settle(isIdle);
      });
      publish({ kind: 'question', id, session, endpoint }).then(
        (count) => {
          receivers = count;
          if (count === 0)
            settle(false); // this one's own answer would not arrive
          else if (idle >= count) settle(true);
        },
        () => settle(false),
      );
    });
  }

  return {
    isIdle: async (session, endpoint) =>
      callsHere(session, endpoint) === 0 && Date.now() >= silentUntil && ask(session, endpoint),
    async isAlone() {
      return (await withTimeout(publishMessage(redis, channel, ''), REDIS_MS)) <= 1; // an empty message, not a question
    },
    hear(text) {
      const message = read(text);
      if (!message) return;
      if (message.kind === 'answer') return asked.get(message.id)?.(message.isIdle);
      const isIdle = callsHere(message.session, message.endpoint) === 0;
      void publish({ kind: 'answer', id: message.id, isIdle }).catch(() => {});
    },
  };
}

/** Undefined for a message of another version. An error here would end the process. */
function read(text: string): PeerMessage | undefined {
  try {
    return PeerMessage.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
