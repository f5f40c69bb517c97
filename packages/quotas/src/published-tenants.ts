import { PublishedTenant } from '@mcp-gateway/common/contracts';
import { withTimeout } from '@mcp-gateway/platform/concurrency';
import type { Logger } from '@mcp-gateway/platform/logging';
import { connected, subscription, type RedisClient } from '@mcp-gateway/platform/redis';
import { z } from 'zod';

/** One hash: `run` counts the runs that wanted to publish, `version` is the run that published, `tenants` the JSON. */
const tenantKeys = (prefix: string) => ({ tenants: `{${prefix}:tenants}`, changed: `${prefix}:tenants:changed` });

const Published = z.array(PublishedTenant);
const REDIS_MS = 1_000;

/**
 * Writes the tenants unless a run that began later has. When Redis was emptied since the run began, its number means nothing.
 *
 * KEYS hash
 * ARGV run, JSON, channel
 */
const PUBLISH = `
local known = redis.call('HMGET', KEYS[1], 'run', 'version', 'tenants')
local run = tonumber(ARGV[1])
if tonumber(known[1] or 0) < run or tonumber(known[2] or 0) > run then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[1], 'tenants', ARGV[2])
if known[3] ~= ARGV[2] then redis.call('PUBLISH', ARGV[3], '') end
return 1`;

export interface TenantPublisher {
  /** Makes Redis hold the tenants that `read` returns, and tells the readers if they differ from what it held. */
  publish(read: () => Promise<PublishedTenant[]>): Promise<void>;
}

/** Several may publish at once: `read` runs after the run has begun, so the later run has seen at least as much. */
export function tenantPublisher(redis: RedisClient, prefix: string): TenantPublisher {
  const { tenants: key, changed } = tenantKeys(prefix);
  return {
    async publish(read) {
      const run = await withTimeout(redis.hIncrBy(key, 'run', 1), REDIS_MS);
      const json = JSON.stringify(await read());
      await withTimeout(redis.eval(PUBLISH, { keys: [key], arguments: [String(run), json, changed] }), REDIS_MS);
    },
  };
}

export interface TenantTable {
  all(): readonly PublishedTenant[];
  /** Called after each change. */
  onChange(listener: () => void): void;
  close(): void;
}

const RELOAD_EVERY_MS = 30_000;

/** The tenants in memory: subscribes first and then reads; keeps the last ones while Redis is away, or has come back empty. */
export function followTenants(redis: RedisClient, prefix: string, log: Logger): TenantTable {
  const { tenants: key, changed } = tenantKeys(prefix);
  const listeners: (() => void)[] = [];
  let known: readonly PublishedTenant[] = [];
  let lastJson: string | undefined;

  async function read() {
    const json = await withTimeout(connected(redis).hGet(key, 'tenants'), REDIS_MS);
    if (json === null || json === lastJson) return;
    const parsed = Published.safeParse(JSON.parse(json));
    if (!parsed.success) {
      log.error(
        { err: parsed.error },
        'the published tenants are not valid; is the control plane newer than this service?',
      );
      return;
    }
    lastJson = json;
    known = parsed.data;
    for (const listener of listeners) listener();
  }
  const reload = () => void read().catch((error: unknown) => log.debug({ err: error }, 'tenants not read'));
  const changes = subscription(redis, { [changed]: reload }, reload);
  redis.on('ready', reload);
  const timer = setInterval(reload, RELOAD_EVERY_MS).unref();
  return {
    all: () => known,
    onChange: (listener) => void listeners.push(listener),
    close() {
      clearInterval(timer);
      redis.off('ready', reload);
      changes.close();
    },
  };
}
