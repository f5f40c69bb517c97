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
import type { Requester } from '../http/request.js';
import { editConflict, etagOfValue } from '../resources/optimistic-concurrency.js';
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

/** Whether the state of a tenant is the one that the sender of a change has read. */
type IsCurrent = (row: TenantRow) => boolean;

const checked = (isCurrent: IsCurrent) => (row: TenantRow) => {
  if (!isCurrent(row)) throw editConflict();
};

/** Name what a PUT replaces: all but the quota, and the quota. */
export const tenantTag = ({ id, displayName, members, admins }: TenantBody): string =>
  etagOfValue([id, displayName, members, admins]);
export const quotaTag = (limits: Quota): string => etagOfValue(limits);

const notFound = () => new GatewayError('TENANT_NOT_FOUND');
const mayRead = (principal: Principal, id: string) => isAdmin(principal) || administers(principal, id);

/** Whoever may not see the tenant learns nothing of it; whoever only may read it gets 403. */
function requireAdmin({ principal, judged }: Requester, id: string) {
  judged.tenant = id;
  judged.rule = 'admin';
  if (isAdmin(principal)) return;
  if (mayRead(principal, id)) throw forbidden('only mcp.admin may change tenants and their quotas');
  throw notFound();
}

/** Tenants and their quotas. Administrators of everything may do all; a tenant's own administrators read it; its members read its quota. */
export function tenantService({ rows, directory, counted }: TenantServiceParts) {
  async function found(id: string, isAllowed: boolean): Promise<TenantRow> {
    const row = isAllowed && TenantId.safeParse(id).success ? await rows.find(id) : null;
    if (!row) throw notFound();
    return row;
  }

  return {
    async create({ principal, judged }: Requester, body: TenantBody): Promise<TenantResource> {
      if (!isAdmin(principal)) throw forbidden('only mcp.admin may create tenants');
      const row = body.id === 'default' ? null : await rows.create(body);
      if (!row) throw new GatewayError('TENANT_EXISTS', { detail: `${body.id} exists already` });
      Object.assign(judged, { rule: 'admin', tenant: body.id });
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

    async get({ principal, judged }: Requester, id: string): Promise<TenantResource> {
      judged.tenant = id;
      return represent(await found(id, mayRead(principal, id)));
    },

    async update(by: Requester, body: TenantBody, isCurrent: IsCurrent): Promise<TenantResource> {
      requireAdmin(by, body.id);
      const row = await rows.update(body.id, { spec: body }, checked(isCurrent));
      if (!row) throw notFound();
      await directory.changed();
      return represent(row);
    },

    async remove(by: Requester, id: string, isCurrent: IsCurrent): Promise<void> {
      requireAdmin(by, id);
      if (id === 'default') throw forbidden('the tenant default cannot be removed; change its quota instead');
      const outcome = await rows.remove(id, checked(isCurrent));
      if (outcome === 'missing') throw notFound();
      if (outcome === 'used') throw new GatewayError('TENANT_IN_USE');
      await directory.changed();
    },

    async quota({ principal, judged }: Requester, id: string): Promise<QuotaResource> {
      judged.tenant = id;
      const row = await found(id, mayRead(principal, id) || principal.tenant === id);
      return quotaResource(row, { rows, counted });
    },

    async setQuota(by: Requester, id: string, quota: Quota, isCurrent: IsCurrent): Promise<QuotaResource> {
      requireAdmin(by, id);
      await found(id, true);
      const row = await rows.update(id, { quota }, checked(isCurrent));
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
    resources.length > 0 ? rows.useOf(id) : { resources: 0, replicas: 0 },
  ]);
  const has = { adapters: counts.resources, replicas: counts.replicas };
  return {
    limits: quota,
    use: {
      requests: windows.map(({ window, limit, seconds }, at) => {
        // Numbered by the clock of Redis, so that two reads in one window name the same time.
        const current = leases[at]?.window ?? Math.floor(Date.now() / 1000 / seconds);
        const resetsAt = new Date((current + 1) * seconds * 1000).toISOString();
        return { window, ...useOf(limit, leases[at]?.used ?? 0), resetsAt };
      }),
      ...Object.fromEntries(kinds.map(({ what, limit }, at) => [what, useOf(limit, slots[at] ?? 0)])),
      ...(quota.sessions !== undefined && { sessions: useOf(quota.sessions, sessions ?? 0) }),
      ...Object.fromEntries(resources.map((what) => [what, useOf(quota[what] ?? 0, has[what])])),
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
