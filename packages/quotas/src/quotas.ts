import { randomUUID } from 'node:crypto';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import type { WithoutRedis } from './counter.js';
import { quotaLedger } from './ledger.js';
import type { TenantTable } from './published-tenants.js';
import { TenantQuota, type QuotaContext } from './tenant-quota.js';

export interface QuotaParts {
  redis: RedisClient;
  prefix: string;
  tenants: TenantTable;
  withoutRedis: WithoutRedis;
}

export interface Quotas {
  /** Undefined for a tenant without any limit. */
  of(tenant: string): TenantQuota | undefined;
  /** The number of data planes that this one knows of. */
  planes(): number;
  /** Whether a tenant with limits is counted without Redis now. */
  isLocal(): boolean;
  /** Called for each lease: granted, exhausted, or made without Redis. */
  onLease(listener: QuotaContext['onLease']): void;
  /** Closes the tenants, too. */
  close(): void;
}

const RENEW_EVERY_MS = 5_000;

/** The quotas of all tenants in one data plane. */
export function followQuotas({ redis, prefix, tenants, withoutRedis }: QuotaParts): Quotas {
  const ledger = quotaLedger(redis, prefix);
  const byTenant = new Map<string, TenantQuota>();
  /** By tenant, to see what has changed. */
  const definitions = new Map<string, string>();
  const dataPlane = randomUUID();
  let planes = 1;
  let listen: QuotaContext['onLease'] = () => {};
  const context: QuotaContext = {
    ledger,
    dataPlane,
    withoutRedis,
    planes: () => planes,
    onLease: (outcome) => listen(outcome),
  };

  function update() {
    const limited = tenants.all().filter(({ quota }) => hasLimits(quota));
    for (const { id, quota } of limited) {
      const definition = JSON.stringify(quota);
      if (definitions.get(id) === definition) continue;
      definitions.set(id, definition);
      const known = byTenant.get(id);
      if (known) known.setQuota(quota);
      else byTenant.set(id, new TenantQuota(id, prefix, quota, context));
    }
    const ids = new Set(limited.map(({ id }) => id));
    for (const id of byTenant.keys()) {
      if (ids.has(id)) continue;
      byTenant.delete(id);
      definitions.delete(id);
    }
    if (limited.length > 0) reportSeen();
  }
  const reportSeen = () =>
    void ledger.seen(dataPlane).then(
      (count) => (planes = Math.max(1, count)),
      () => {}, // the last number stays
    );
  tenants.onChange(update);
  update();
  const timer = setInterval(() => {
    if (byTenant.size === 0 || !redis.isReady) return;
    reportSeen();
    for (const quota of byTenant.values()) void quota.renew();
  }, RENEW_EVERY_MS).unref();

  return {
    of: (tenant) => byTenant.get(tenant),
    planes: () => planes,
    isLocal: () => byTenant.size > 0 && [...byTenant.values()].some((quota) => quota.isLocal()),
    onLease: (listener) => void (listen = listener),
    close() {
      clearInterval(timer);
      tenants.close();
    },
  };
}

/** Whether any limit is about traffic: adapters and replicas are the control plane's. */
function hasLimits({ adapters: _, replicas: __, ...traffic }: Parameters<TenantQuota['setQuota']>[0]): boolean {
  const isSet = (value: unknown): boolean =>
    typeof value === 'object' && value !== null ? Object.values(value).some(isSet) : value !== undefined;
  return isSet(traffic);
}
