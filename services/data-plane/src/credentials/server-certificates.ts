import { createSecureContext, type SecureContext } from 'node:tls';
import type { BrokerClient } from '@mcp-gateway/credentials';
import type { CertificateRequest } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import { LRUCache } from 'lru-cache';

/** A credential of the type `tls` that an adapter names. */
interface CertificateUse extends CertificateRequest {
  credential: string;
}

export interface ServerCertificates {
  /**
   * The authorities and the client certificate for a new connection; without a promise when they are in memory.
   * @throws GatewayError as `BrokerClient.certificates`
   */
  get(use: CertificateUse): SecureContext | Promise<SecureContext>;
  /** The handshake has failed: the next connection asks for them anew, at most every two seconds. */
  failed(use: CertificateUse): void;
}

export interface ServerCertificateParts {
  broker: Pick<BrokerClient, 'certificates'>;
  /** Milliseconds since the epoch. */
  now?: (() => number) | undefined;
}

interface Held {
  context: SecureContext;
  since: number;
  renewAt: number;
  until: number;
}

const MAX_KEPT = 1_000;
/** How long a failure answers further connections, and the age below which certificates are not asked for anew. */
const RETRY_MS = 2_000;

/**
 * Keeps the certificates for connections to servers in memory, and renews them when a connection needs them. While the
 * control plane does not answer, what is held goes on to its end.
 */
export function serverCertificates({ broker, now = Date.now }: ServerCertificateParts): ServerCertificates {
  const held = new LRUCache<string, Held>({ max: MAX_KEPT });
  const refused = new LRUCache<string, { error: Error; until: number }>({ max: MAX_KEPT });
  const waiting = new Map<string, Promise<SecureContext>>();

  async function request({ name, resourceId }: CertificateUse, key: string): Promise<SecureContext> {
    try {
      const { renewInSeconds, expiresInSeconds, ...files } = await broker.certificates({ name, resourceId });
      const context = createSecureContext(files);
      const since = now();
      const renewAt = since + renewInSeconds * 1000;
      held.set(key, { context, since, renewAt, until: since + expiresInSeconds * 1000 });
      return context;
    } catch (error) {
      refused.set(key, { error: error as Error, until: now() + RETRY_MS });
      // The control plane has decided: what was given out before does not count any more.
      if (error instanceof GatewayError && error.code !== 'UNAVAILABLE') held.delete(key);
      throw error;
    }
  }

  /** One request to the control plane at a time for all connections that wait for the same certificates. */
  function renewed(use: CertificateUse, key: string): Promise<SecureContext> {
    const known = waiting.get(key);
    if (known) return known;
    const refusal = refused.get(key);
    if (refusal && refusal.until > now()) return Promise.reject(refusal.error);
    const requested = request(use, key).finally(() => waiting.delete(key));
    waiting.set(key, requested);
    return requested;
  }

  return {
    get(use) {
      const key = keyOf(use);
      const known = held.get(key);
      const at = now();
      if (!known || known.until <= at) return renewed(use, key);
      // 0: a handshake has failed with what is held, so it is used only if there is nothing newer to be had.
      if (known.renewAt === 0)
        return renewed(use, key).catch((error: unknown) => held.get(key)?.context ?? raise(error));
      if (known.renewAt <= at) renewed(use, key).catch(() => {}); // what is held goes on until it ends
      return known.context;
    },
    failed(use) {
      const known = held.get(keyOf(use));
      if (known && now() - known.since >= RETRY_MS) known.renewAt = 0;
    },
  };
}

const keyOf = ({ resourceId, credential }: CertificateUse): string => JSON.stringify([resourceId, credential]);

function raise(error: unknown): never {
  throw error;
}
