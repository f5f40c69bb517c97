import { ALL_TOOLS, mcpPathOf, toolsetRef, type Endpoint } from '@mcp-gateway/common/contracts';
import { withTimeout } from '@mcp-gateway/platform/concurrency';
import type { Logger } from '@mcp-gateway/platform/logging';
import { connected, subscription, type RedisClient } from '@mcp-gateway/platform/redis';
import { z } from 'zod';

/** Where tool routers announce themselves in Redis. */
export const routerKeys = (prefix: string) => ({
  /** Hash: id → `expiresAt entry`; milliseconds since the epoch by the clock of Redis, and the router as JSON. */
  routers: `{${prefix}:routers}`,
  /** Channel: `changed`, or `gone` with the id of a router that has ended. */
  changed: `${prefix}:routers:changed`,
});

/** How long an announcement holds that is not renewed: a router that was killed is gone by then. */
const LIVES_MS = 15_000;
const RENEW_EVERY_MS = 5_000;
const ANSWER_MS = 2_000;
const MAX_GONE = 1_000;

/** Redis measures all times, so that the clocks of the machines need not agree. */
const NOW = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
`;
const EXPIRED = `
local function remaining(value) return (tonumber(string.match(value, '^%d+')) or 0) - now end
local all = redis.call('HGETALL', KEYS[1])
`;

/**
 * Writes one router and removes those that have expired. Readers are told only when something changes for them.
 * KEYS routers
 * ARGV id, router, how long it lives in milliseconds, channel of changes
 */
const ANNOUNCE = `${NOW}${EXPIRED}
local isChanged = true
for i = 1, #all, 2 do
  if all[i] == ARGV[1] then isChanged = string.match(all[i + 1], '^%d+ (.*)$') ~= ARGV[2]
  elseif remaining(all[i + 1]) <= 0 then redis.call('HDEL', KEYS[1], all[i]) end
end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now + tonumber(ARGV[3])) .. ' ' .. ARGV[2])
if isChanged then redis.call('PUBLISH', ARGV[4], 'changed') end
return 1`;

/**
 * For each router its id, the milliseconds for which its announcement still holds, and the router.
 * KEYS routers
 */
const READ = `${NOW}${EXPIRED}
local found = {}
for i = 1, #all, 2 do
  local holds = remaining(all[i + 1])
  if holds > 0 then
    found[#found + 1] = all[i]
    found[#found + 1] = string.format('%.0f', holds)
    found[#found + 1] = string.match(all[i + 1], '^%d+ (.*)$')
  end
end
return found`;

const Router = z.object({
  url: z.url(),
  draining: z.boolean(),
  /** When it ends, as far as that is known. */
  drainUntil: z.iso.datetime().optional(),
});

/** A running tool router, as data planes reach it. */
export interface AnnouncedRouter {
  /** New for each start of the process: sessions live in its memory. */
  id: string;
  /** Its origin, such as `http://10.0.0.7:8000`. */
  url: string;
}

export interface RouterAnnouncement {
  /**
   * Asks data planes to move their sessions to other routers: each once no call of it is under way, and all of them by
   * `until`, when the router ends. Resolves once Redis knows; rejects while it is unavailable.
   */
  drain(until?: Date): Promise<void>;
  /** Ends the announcement. Data planes send nothing more. It never rejects: unless Redis hears of it, the announcement ends within 15 s. */
  close(): Promise<void>;
}

/**
 * Tells data planes where this tool router is, and renews that until it is closed. A router that is killed is forgotten
 * within 15 seconds.
 */
export function announceRouter(
  redis: RedisClient,
  prefix: string,
  { id, url }: AnnouncedRouter,
  log: Logger,
): RouterAnnouncement {
  const keys = routerKeys(prefix);
  let router: z.infer<typeof Router> = { url, draining: false };
  const announce = async () => {
    const args = [id, JSON.stringify(router), String(LIVES_MS), keys.changed];
    await withTimeout(connected(redis).eval(ANNOUNCE, { keys: [keys.routers], arguments: args }), ANSWER_MS);
  };
  const renew = () =>
    void announce().catch((error: unknown) => log.debug({ err: error }, 'the router is not announced; it tries again'));
  if (redis.isReady) renew();
  redis.on('ready', renew);
  const timer = setInterval(renew, RENEW_EVERY_MS);
  timer.unref();
  return {
    drain(until) {
      router = { url, draining: true, ...(until && { drainUntil: until.toISOString() }) };
      return announce();
    },
    async close() {
      clearInterval(timer);
      redis.off('ready', renew);
      try {
        const ending = connected(redis).multi().hDel(keys.routers, id).publish(keys.changed, `${GONE}${id}`).exec();
        await withTimeout(ending, ANSWER_MS);
      } catch (error) {
        log.debug({ err: error }, 'the announcement of the router ends by itself');
      }
    },
  };
}
const GONE = 'gone ';

/** The tool routers in the memory of a data plane. */
export interface RouterTable {
  /** In the order of their ids; the same array until one changes. Their path is that of the built-in toolset, `/mcp`. */
  endpoints(): readonly Endpoint[];
  /** Called after every change. */
  onChange(listener: () => void): void;
  /** Reads them now, for a caller that has reason to think that the copy is behind. Rejects while Redis is unavailable. */
  refresh(): Promise<void>;
  close(): void;
}

const PATH = mcpPathOf(toolsetRef(ALL_TOOLS));

/**
 * Follows the tool routers as Redis has them. It subscribes first and then reads, reads again on reconnect and on a timer, and
 * keeps what it knows while Redis is unavailable, or is available again but empty.
 */
export function followRouters(
  redis: RedisClient,
  prefix: string,
  log: Logger,
  reloadEveryMs = RENEW_EVERY_MS,
): RouterTable {
  const keys = routerKeys(prefix);
  const copy = new RouterCopy(log);
  const read = async () => {
    const found = connected(redis).eval(READ, { keys: [keys.routers], arguments: [] }) as Promise<string[]>;
    copy.replace(await withTimeout(found, ANSWER_MS), performance.now());
  };
  const reload = () =>
    void read().catch((error: unknown) => {
      copy.isBehind = true;
      log.debug({ err: error }, 'tool routers not read');
    });
  const receive = (text: string) => {
    if (text.startsWith(GONE)) copy.remove(text.slice(GONE.length));
    else reload();
  };
  const changes = subscription(redis, { [keys.changed]: receive }, reload);
  redis.on('ready', reload);
  const timer = setInterval(reload, reloadEveryMs);
  timer.unref();
  return {
    endpoints: () => copy.endpoints,
    onChange: (listener) => void copy.listeners.push(listener),
    refresh: read,
    close() {
      clearInterval(timer);
      redis.off('ready', reload);
      changes.close();
    },
  };
}

interface Known {
  endpoint: Endpoint;
  json: string;
  /** By the clock of `performance.now`; the announcement holds until then. */
  until: number;
}

class RouterCopy {
  readonly listeners: (() => void)[] = [];
  endpoints: readonly Endpoint[] = [];
  /** The last attempt to read has failed. */
  isBehind = false;
  readonly #known = new Map<string, Known>();
  /** Ids never come back, so an answer that was under way when a router ended cannot bring it back. */
  readonly #gone = new Set<string>();
  /** Routers may not have announced themselves again since Redis was unavailable. */
  #graceUntil = 0;

  constructor(private readonly log: Logger) {}

  /** @param found id, milliseconds and router in turn, as `READ` returns them */
  replace(found: readonly string[], now: number): void {
    if (this.isBehind) this.#graceUntil = now + LIVES_MS;
    this.isBehind = false;
    let isChanged = false;
    for (let i = 0; i + 2 < found.length; i += 3) {
      const [id, holds, json] = found.slice(i, i + 3) as [string, string, string];
      const until = now + Number(holds);
      const known = this.#known.get(id);
      if (known?.json === json) known.until = until;
      else isChanged = this.#add(id, json, until) || isChanged;
    }
    for (const [id, { until }] of this.#known) {
      if (Math.max(until, this.#graceUntil) <= now) isChanged = this.#known.delete(id);
    }
    if (isChanged) this.#announce();
  }

  #add(id: string, json: string, until: number): boolean {
    if (this.#gone.has(id)) return false;
    const router = parsed(json);
    if (!router) {
      this.log.error({ router: id }, 'an announced tool router is not valid; is it newer than this service?');
      return false;
    }
    const { url, draining, drainUntil } = router;
    const ending = { serving: true, draining, ...(drainUntil !== undefined && { drainUntil }) };
    const endpoint = { id, url, path: PATH, ready: !draining, ...(draining && ending) };
    this.#known.set(id, { json, until, endpoint });
    return true;
  }

  remove(id: string): void {
    const oldest = this.#gone.add(id).size > MAX_GONE ? this.#gone.values().next() : undefined;
    if (oldest && !oldest.done) this.#gone.delete(oldest.value);
    if (this.#known.delete(id)) this.#announce();
  }

  #announce(): void {
    const inOrder = [...this.#known].toSorted(([a], [b]) => (a < b ? -1 : 1));
    this.endpoints = inOrder.map(([, { endpoint }]) => endpoint);
    for (const listener of this.listeners) listener();
  }
}

function parsed(json: string): z.infer<typeof Router> | undefined {
  try {
    return Router.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}
