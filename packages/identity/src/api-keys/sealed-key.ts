import { createHmac, timingSafeEqual } from 'node:crypto';
import { ResourceKind, type ResourceRef } from '@mcp-gateway/common/contracts';
import type { Principal } from '@mcp-gateway/common/principal';
import { z } from 'zod';

/** Secrets of this gateway, at least one, so that they can rotate. Read at each use, because they may change. */
export type Peppers = () => readonly Buffer[];

/** An API key as the database has it. */
export interface ApiKey {
  id: string;
  /** `hashOf` the key. */
  hash: string;
  /** Subject, name and tenant of its creator, as whom it acts. */
  subject: string;
  name: string;
  tenant: string;
  roles: readonly string[];
  /** Null: every resource. */
  resources: readonly ResourceRef[] | null;
  /** Seconds since the epoch. */
  expiresAt: number;
}

/** An API key as Redis has it: without its hash, and with a code for each pepper that only the gateway can make. */
const SealedKey = z.object({
  id: z.string(),
  subject: z.string(),
  name: z.string(),
  tenant: z.string(),
  roles: z.array(z.string()),
  resources: z.array(z.object({ kind: ResourceKind, name: z.string() })).nullable(),
  expiresAt: z.number(),
  codes: z.array(z.string()),
});
export type SealedKey = z.infer<typeof SealedKey>;

/** A key that this version cannot read is as good as none. */
export function sealedKeyIn(json: string): SealedKey | undefined {
  try {
    return SealedKey.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}

/** A code over all that a key is and may: a change in Redis makes the key worthless. */
const codeOf = ({ hash, ...key }: ApiKey, pepper: Buffer): Buffer => {
  const { id, subject, name, tenant, roles, resources, expiresAt } = key;
  const scope = resources?.map((each) => [each.kind, each.name]) ?? null;
  const content = JSON.stringify([1, hash, id, subject, name, tenant, roles, scope, expiresAt]);
  return createHmac('sha256', pepper).update(content).digest();
};

/** The key for Redis, as JSON. The same key gives the same text. */
export function sealKey(key: ApiKey, peppers: readonly Buffer[]): string {
  const { hash: _, ...rest } = key;
  const { id, subject, name, tenant, roles, resources, expiresAt } = rest;
  const codes = peppers.map((pepper) => codeOf(key, pepper).toString('base64'));
  return JSON.stringify({ id, subject, name, tenant, roles, resources, expiresAt, codes });
}

/** Whether the gateway has sealed this key for the holder of the key with this hash. */
export function isSealedFor(hash: string, sealed: SealedKey, peppers: readonly Buffer[]): boolean {
  const codes = sealed.codes.map((code) => Buffer.from(code, 'base64'));
  return peppers.some((pepper) => {
    const expected = codeOf({ ...sealed, hash }, pepper);
    return codes.some((code) => code.length === expected.length && timingSafeEqual(code, expected));
  });
}

/** The caller that signs in with the key. */
export const principalOfKey = (key: Omit<ApiKey, 'hash'>): Principal => ({
  subject: key.subject,
  name: key.name,
  roles: key.roles,
  tenant: key.tenant,
  expiresAt: key.expiresAt,
  apiKey: key.id,
  signIn: `api-key ${key.id}`,
  ...(key.resources && { resources: key.resources }),
});
