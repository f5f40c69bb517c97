import {
  QUOTA_WINDOWS,
  TenantId,
  type Quota,
  type QuotaResource,
  type QuotaWindow,
  type TenantBody,
  type TenantResource,
} from '@mcp-gateway/common/contracts';
import { forbidden, GatewayError, unavailable } from '@mcp-gateway/common/errors';
import { administers, isAdmin } from '@mcp-gateway/common/permission';
import type { Principal } from '@mcp-gateway/common/principal';
import type { Page, TenantRow, TenantRows } from '@mcp-gateway/database';
import { quotaKeys, type QuotaLedger } from '@mcp-gateway/quotas';
import type { SessionRecords } from '@mcp-gateway/sessions';
import type { TenantDirectory } from './directory.js';

export interface TenantServiceParts {
  rows: TenantRows;
  directory: Pick<TenantDirectory, 'changed'>;
  /** What data planes have counted, and the prefix of its keys. */
  counted:
    | { ledger: Pick<QuotaLedger, 'lease' | 'slotsOf'>; sessions: Pick<SessionRecords, 'ofTenant'>; prefix: string }
    | undefined;
}

export type TenantService = ReturnType<typeof tenantService>;

/** Tenants and their quotas. Administrators of everything may do all; a tenant's own administrators read it; its members read its quota. */
export function tenantService({ rows, directory, counted }: TenantServiceParts) {
  const notFound = () => new GatewayError('TENANT_NOT_FOUND');
  const mayRead = (principal: Principal, id: string) => isAdmin(principal) || administers(principal, id);

  async function found(id: string, isAllowed: boolean): Promise<TenantRow> {
    const row = isAllowed && TenantId.safeParse(id).success ? await rows.find(id) : null;
    if (!row) throw notFound();
    return row;
  }
  /** Whoever may not see the tenant learns nothing of it; whoever only may read it gets 403. */
  function requireAdmin(principal: Principal, id: string) {
    if (isAdmin(principal)) return;
    if (mayRead(principal, id)) throw forbidden('only mcp.admin may change tenants and their quotas');
    throw notFound();
  }

  return {
    async create(principal: Principal, body: TenantBody): Promise<TenantResource> {
      if (!isAdmin(principal)) throw forbidden('only mcp.admin may create tenants');
      const row = body.id === 'default' ? null : await rows.create(body);
      if (!row) throw new GatewayError('TENANT_EXISTS', { detail: `${body.id} exists already` });
      await directory.changed();
      return represent(row);
    },

    async list(principal: Principal, { limit, ...page }: Page): Promise<{ items: TenantResource[]; next?: string }> {
      const mine = isAdmin(principal) ? undefined : (principal.adminOf ?? []);
      const all = await rows.list({ ...page, limit: limit + 1 }, mine);
      const items = all.slice(0, limit).map(represent);
      const last = items.at(-1);
      return all.length > limit && last ? { items, next: last.id } : { items };
    },

    get: async (principal: Principal, id: string): Promise<TenantResource> =>
      represent(await found(id, mayRead(principal, id))),

    async update(principal: Principal, body: TenantBody): Promise<TenantResource> {
      requireAdmin(principal, body.id);
      const row = await rows.update(body.id, { spec: body });
      if (!row) throw notFound();
      await directory.changed();
      return represent(row);
    },

    async remove(principal: Principal, id: string): Promise<void> {
      requireAdmin(principal, id);
      if (id === 'default') throw forbidden('the tenant default cannot be removed; change its quota instead');
      const outcome = await rows.remove(id);
      if (outcome === 'missing') throw notFound();
      if (outcome === 'used') throw new GatewayError('TENANT_IN_USE');
      await directory.changed();
    },

    async quota(principal: Principal, id: string): Promise<QuotaResource> {
      const row = await found(id, mayRead(principal, id) || principal.tenant === id);
      return quotaResource(row, { rows, counted });
    },

    async setQuota(principal: Principal, id: string, quota: Quota): Promise<QuotaResource> {
      requireAdmin(principal, id);
      await found(id, true);
      const row = await rows.update(id, { quota });
      if (!row) throw notFound();
      await directory.changed();
      return quotaResource(row, { rows, counted });
    },
  };
}

const represent = ({ spec, createdAt, updatedAt }: TenantRow): TenantResource => ({
  ...spec,
  createdAt: createdAt.toISOString(),
  lastUpdatedAt: updatedAt.toISOString(),
});

const useOf = (limit: number, used: number) => ({ limit, used, remaining: Math.max(0, limit - used) });

async function quotaResource(
  { id, quota }: TenantRow,
  { rows, counted }: Pick<TenantServiceParts, 'rows' | 'counted'>,
): Promise<QuotaResource> {
  const windows = (Object.entries(quota.requests) as [QuotaWindow, number | undefined][]).flatMap(([window, limit]) =>
    limit === undefined ? [] : [{ window, limit, seconds: QUOTA_WINDOWS[window] }],
  );
  const kinds = (['concurrentRequests', 'streams'] as const).flatMap((what) => {
    const limit = quota[what];
    return limit === undefined ? [] : [{ what, limit }];
  });
  const resources = (['adapters', 'replicas'] as const).filter((what) => quota[what] !== undefined);
  const [leases, slots, sessions, counts] = await Promise.all([
    windows.length > 0 ? leased(counted, id, windows) : [],
    kinds.length > 0 ? held(counted, id, kinds) : [],
    quota.sessions === undefined ? 0 : counted?.sessions.ofTenant(id, Date.now() / 1000).catch(refuse),
    resources.length > 0 ? rows.countAdapters(id) : { adapters: 0, replicas: 0 },
  ]);
  return {
    limits: quota,
    use: {
      requests: windows.map(({ window, limit }, at) => ({
        window,
        ...useOf(limit, leases[at]?.used ?? 0),
        resetsAt: new Date(Date.now() + (leases[at]?.msLeft ?? 0)).toISOString(),
      })),
      ...Object.fromEntries(kinds.map(({ what, limit }, at) => [what, useOf(limit, slots[at] ?? 0)])),
      ...(quota.sessions !== undefined && { sessions: useOf(quota.sessions, sessions ?? 0) }),
      ...Object.fromEntries(resources.map((what) => [what, useOf(quota[what] ?? 0, counts[what])])),
    },
  };
}

type Counted = TenantServiceParts['counted'];

/** Asks for nothing, and so learns what is used. */
function leased(counted: Counted, id: string, windows: { window: QuotaWindow; limit: number; seconds: number }[]) {
  if (!counted) return [];
  const keys = quotaKeys(counted.prefix, id);
  const nothing = { need: 0, want: 0, owed: 0, owedWindow: 0 };
  return counted.ledger
    .lease(
      windows.map(({ window, limit, seconds }) => ({
        key: keys.requests('tenant', window),
        limit,
        seconds,
        ...nothing,
      })),
    )
    .catch(refuse);
}

function held(counted: Counted, id: string, kinds: { what: string }[]) {
  if (!counted) return [];
  const keys = quotaKeys(counted.prefix, id);
  return counted.ledger.slotsOf(kinds.map(({ what }) => keys.slots('tenant', what))).catch(refuse);
}

function refuse(cause: unknown): never {
  throw unavailable('Redis does not answer, so the use of the quota cannot be read now', {
    retryAfterSeconds: 2,
    cause,
  });
}
