import { createHash } from 'node:crypto';
import type { CredentialRequest, ResourceKind } from '@mcp-gateway/common/contracts';
import { GatewayError, unavailable } from '@mcp-gateway/common/errors';
import type { HeaderList } from '@mcp-gateway/protocol';
import { LRUCache } from 'lru-cache';
import type { BrokerClient } from './broker-client.js';

/** The request that a credential is for. */
export interface CredentialUse {
  /** Default: an adapter. */
  kind?: ResourceKind | undefined;
  name: string;
  resourceId: string;
  /** The name of the credential, by the route. */
  credential: string;
  /** Of the caller; empty for requests of the gateway's own. */
  subject: string;
  /** The verified access token of the caller, if it has one. */
  token: string | undefined;
}

export interface CredentialCache {
  /**
   * The header for a request, as a flat list; without a promise when it is in memory.
   * @throws GatewayError as `BrokerClient.issue`
   */
  get(use: CredentialUse): HeaderList | Promise<HeaderList>;
  /** The server has refused it: it is not used again. */
  refused(use: CredentialUse): void;
}

export interface CredentialCacheParts {
  broker: Pick<BrokerClient, 'issue'>;
  /** Milliseconds since the epoch. */
  now?: (() => number) | undefined;
  maxKept?: number;
}

interface Held {
  headers: HeaderList;
  renewAt: number;
  until: number;
}

const MAX_KEPT = 10_000;
const MAX_WAITING = 1_000;
/** How long a failure answers further requests, and how long a renewal that failed waits. */
const FAILED_MS = 2_000;

/**
 * Keeps credentials in memory until they end, and renews them ahead. While the control plane does not answer, they go on
 * to their end. A credential of a caller is found only with the same caller, the same token and the same adapter, so no
 * caller gets another one's. Tokens themselves are not kept.
 */
export function credentialCache({ broker, now = Date.now, maxKept = MAX_KEPT }: CredentialCacheParts): CredentialCache {
  const held = new LRUCache<string, Held>({ max: maxKept });
  const failed = new LRUCache<string, { error: Error; until: number }>({ max: maxKept });
  const refused = new LRUCache<string, true>({ max: maxKept });
  const waiting = new Map<string, Promise<HeaderList>>();

  async function issue(use: CredentialUse, key: string): Promise<HeaderList> {
    const common = sharedKey(use);
    const renew = [refused.delete(key), refused.delete(common)].includes(true);
    try {
      const { header, value, shared, renewInSeconds, expiresInSeconds } = await broker.issue(requestOf(use, renew));
      const headers = [header, value];
      const at = now();
      if (!shared) held.delete(common);
      held.set(shared ? common : key, {
        headers,
        renewAt: at + renewInSeconds * 1000,
        until: at + expiresInSeconds * 1000,
      });
      return headers;
    } catch (error) {
      failed.set(key, { error: error as Error, until: now() + FAILED_MS });
      // The control plane has decided: what was given out before does not count any more.
      if (error instanceof GatewayError && error.code !== 'UNAVAILABLE')
        for (const each of [common, key]) held.delete(each);
      throw error;
    }
  }

  /** One request to the control plane at a time for all who wait for the same credential. */
  function request(use: CredentialUse, key: string): Promise<HeaderList> {
    const known = waiting.get(key);
    if (known) return known;
    const failure = failed.get(key);
    if (failure && failure.until > now()) return Promise.reject(failure.error);
    if (waiting.size >= MAX_WAITING) return Promise.reject(unavailable('too many requests wait for credentials'));
    const issuing = issue(use, key).finally(() => waiting.delete(key));
    waiting.set(key, issuing);
    return issuing;
  }

  return {
    get(use) {
      const at = now();
      const shared = usable(held.get(sharedKey(use)), at);
      if (shared && shared.renewAt > at) return shared.headers;
      const key = ownKey(use);
      const known = shared ?? usable(held.get(key), at);
      if (!known) return request(use, key);
      if (known.renewAt <= at) request(use, key).catch(() => {}); // what is held goes on until it ends
      return known.headers;
    },
    refused(use) {
      for (const key of [sharedKey(use), ownKey(use)]) {
        if (held.delete(key)) refused.set(key, true);
      }
    },
  };
}

const requestOf = ({ kind, name, resourceId, token }: CredentialUse, renew: boolean): CredentialRequest => ({
  ...(kind !== undefined && { kind }),
  name,
  resourceId,
  renew,
  ...(token !== undefined && { subjectToken: token }),
});

const usable = (entry: Held | undefined, at: number): Held | undefined =>
  entry && entry.until > at ? entry : undefined;

const sharedKey = ({ resourceId, credential }: CredentialUse): string => JSON.stringify([resourceId, credential]);

/** The hash of the token stands for its issuer and its audience, and for the roles that it has. */
function ownKey({ resourceId, credential, subject, token = '' }: CredentialUse): string {
  const hash = createHash('sha256').update(token).digest('base64');
  return JSON.stringify([resourceId, credential, subject, hash]);
}
