import type { ApiKeyBody, ApiKeyCreated, ApiKeyResource } from '@mcp-gateway/common/contracts';
import { forbidden, GatewayError, invalidField } from '@mcp-gateway/common/errors';
import { hasAnyRole, isAdmin } from '@mcp-gateway/common/permission';
import { hasExpired, type Principal } from '@mcp-gateway/common/principal';
import { API_KEYS_PER_CALLER, type ApiKeyRow, type ApiKeyRows, type Page } from '@mcp-gateway/database';
import {
  type ApiKey,
  type ApiKeyPublisher,
  type ApiKeys,
  type ApiKeySource,
  createApiKey,
  type PresentedKey,
  principalOfKey,
  unknownKey,
} from '@mcp-gateway/identity';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { Requester } from '../http/request.js';

export interface ApiKeyService {
  create(by: Requester, body: ApiKeyBody): Promise<ApiKeyCreated>;
  list(principal: Principal, page: Page): Promise<{ items: ApiKeyResource[]; next?: string }>;
  /** @throws GatewayError API_KEY_NOT_FOUND, also for the key of another caller */
  get(by: Requester, id: string): Promise<ApiKeyResource>;
  /** The caller that signs in with the key. @throws GatewayError API_KEY_NOT_FOUND, also for the key of another caller */
  holderOf(by: Requester, id: string): Promise<Principal>;
  /** False when the key is revoked here, and data planes learn of it only once Redis is available. */
  revoke(by: Requester, id: string): Promise<boolean>;
}

export interface ApiKeyServiceParts {
  rows: ApiKeyRows;
  publisher: ApiKeyPublisher;
  /** Gives a caller its tenant, and the tenants that it administers. */
  placed: (principal: Principal) => Promise<Principal>;
  /** How far in the future the end of a key may be. */
  maxDays: number;
  log: Logger;
  now?: (() => Date) | undefined;
}

const DAY_MS = 24 * 60 * 60_000;
const DEFAULT_DAYS = 90;

/** Permission, then the row, then Redis, where data planes look keys up. */
export function apiKeyService(parts: ApiKeyServiceParts): ApiKeyService {
  const { rows, publisher, maxDays, placed, log, now = () => new Date() } = parts;
  async function visible(
    { principal, judged }: Pick<Requester, 'principal' | 'judged'>,
    id: string,
  ): Promise<ApiKeyRow> {
    const row = /^[\da-f]{16}$/.test(id) ? await rows.find(id) : null;
    judged.tenant = row?.tenant;
    if (!row || !maySee(principal, row)) throw new GatewayError('API_KEY_NOT_FOUND');
    judged.rule = principal.subject === row.createdBy ? 'creator' : 'admin';
    return row;
  }
  return {
    async create({ principal, requestId, judged }, body) {
      refuseMoreRights(principal, body);
      const createdAt = now();
      const key = createApiKey();
      const row = newRow(principal, body, key, endOf(body.expiresAt, createdAt, maxDays), createdAt);
      if (!(await rows.create(row))) {
        throw new GatewayError('API_KEY_LIMIT', { detail: `you have ${API_KEYS_PER_CALLER} API keys; revoke some` });
      }
      await publisher.publish(apiKeyOf(row)).catch((err: unknown) => {
        log.warn({ requestId, err, apiKey: row.id }, 'a new API key is not published yet; the next attempt follows');
      });
      Object.assign(judged, { rule: 'creator', tenant: row.tenant });
      return { ...represent(row, new Map()), key: key.text };
    },
    async list(principal, { limit, after }) {
      const { apiKey } = principal;
      if (apiKey !== undefined) {
        const own = after === undefined ? [await visible({ principal, judged: {} }, apiKey)] : [];
        return { items: await withUses(own, publisher) };
      }
      const of = isAdmin(principal) ? {} : { createdBy: principal.subject };
      const found = await rows.list(of, { limit: limit + 1, ...(after !== undefined && { after }) });
      const items = await withUses(found.slice(0, limit), publisher);
      return found.length > limit ? { items, next: String(items.at(-1)?.id) } : { items };
    },
    get: async (by, id) => (await withUses([await visible(by, id)], publisher))[0] as ApiKeyResource,
    holderOf: async (by, id) => placed(principalOfKey(apiKeyOf(await visible(by, id)))),
    async revoke({ requestId, ...by }, id) {
      await visible(by, id);
      if (!(await rows.remove(id))) throw new GatewayError('API_KEY_NOT_FOUND'); // another request has revoked it
      log.info({ requestId, apiKey: id }, 'an API key was revoked');
      return publisher.withdraw(id).then(
        () => true,
        (error: unknown) => {
          log.warn({ requestId, err: error, apiKey: id }, 'data planes do not know yet that an API key was revoked');
          return false;
        },
      );
    },
  };
}

const newRow = (
  creator: Principal,
  { name, roles, resources }: ApiKeyBody,
  { id, hash }: PresentedKey,
  expiresAt: Date,
  createdAt: Date,
): ApiKeyRow => ({
  id,
  hash,
  name,
  createdBy: creator.subject,
  creatorName: creator.name,
  tenant: creator.tenant,
  roles,
  resources: resources ?? null,
  createdAt,
  expiresAt,
});

/** A key sees itself only, so that one that has leaked tells nothing of others and can be revoked by its finder. */
function maySee(principal: Principal, row: ApiKeyRow): boolean {
  if (principal.apiKey !== undefined) return principal.apiKey === row.id;
  return isAdmin(principal) || principal.subject === row.createdBy;
}

/** @throws GatewayError FORBIDDEN when the key would have rights that the caller has not */
function refuseMoreRights(principal: Principal, { roles }: ApiKeyBody): void {
  if (principal.apiKey !== undefined) {
    throw forbidden('an API key cannot create API keys, which could outlive it; sign in without one');
  }
  if (isAdmin(principal)) return;
  const missing = roles.filter((role) => !hasAnyRole(principal, [role]));
  if (missing.length > 0)
    throw forbidden(`you do not have the roles ${missing.join(', ')} yourself, so no key of yours can`);
}

/** @throws GatewayError INVALID_REQUEST */
function endOf(expiresAt: string | undefined, from: Date, maxDays: number): Date {
  const latest = from.getTime() + maxDays * DAY_MS;
  if (expiresAt === undefined) return new Date(Math.min(latest, from.getTime() + DEFAULT_DAYS * DAY_MS));
  const wanted = Date.parse(expiresAt);
  if (wanted <= from.getTime()) throw invalidField('#/expiresAt', 'must be in the future');
  if (wanted > latest) throw invalidField('#/expiresAt', `must be at most ${maxDays} days from now`);
  return new Date(wanted);
}

/** The keys as callers see them. Without Redis, nothing is known of uses. */
async function withUses(page: readonly ApiKeyRow[], publisher: ApiKeyPublisher): Promise<ApiKeyResource[]> {
  const uses = await publisher.lastUses(page.map(({ id }) => id)).catch(() => new Map<string, number>());
  return page.map((row) => represent(row, uses));
}

const represent = (
  { id, name, roles, resources, createdBy, createdAt, expiresAt }: ApiKeyRow,
  uses: ReadonlyMap<string, number>,
): ApiKeyResource => {
  const usedAt = uses.get(id);
  return {
    id,
    name,
    roles,
    resources,
    createdBy,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    lastUsedAt: usedAt === undefined ? null : new Date(usedAt * 1000).toISOString(),
  };
};

const apiKeyOf = (row: ApiKeyRow): ApiKey => ({
  id: row.id,
  hash: row.hash,
  subject: row.createdBy,
  name: row.creatorName,
  tenant: row.tenant,
  roles: row.roles,
  resources: row.resources,
  expiresAt: row.expiresAt.getTime() / 1000,
});

/** The keys that data planes accept. */
export const apiKeySource = (rows: ApiKeyRows): ApiKeySource => ({
  all: async () => (await rows.current(new Date())).map(apiKeyOf),
  existing: (ids) => rows.existing(ids, new Date()),
});

/** Verifies keys against the database, so that a revoked key ends here at once and Redis is not needed. */
export const databaseKeys = (rows: ApiKeyRows): ApiKeys & { isHeld(principal: Principal): Promise<boolean> } => ({
  remembered: () => undefined,
  async verify({ id, hash }) {
    const row = await rows.find(id);
    // The hash is of 32 random bytes, so the time that a comparison takes tells nothing.
    const principal = row?.hash === hash ? principalOfKey(apiKeyOf(row)) : undefined;
    if (!principal || hasExpired(principal)) throw unknownKey();
    return principal;
  },
  isHeld: async ({ apiKey }) => apiKey === undefined || (await rows.find(apiKey)) !== null,
});
