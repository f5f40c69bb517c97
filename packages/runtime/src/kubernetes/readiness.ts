import { GatewayError } from '@mcp-gateway/common/errors';
import { ApiError, apiFailure } from './api/errors.js';
import type { ApiClient } from './api/client.js';
import type { Informer } from './informers/reflector.js';

/** How long a call waits until every informer has listed its objects. */
const SYNC_MS = 10_000;

interface Readiness {
  /** Resolves when every informer has listed its objects once. */
  synced: Promise<unknown>;
  /** @throws GatewayError UNAVAILABLE while an informer has no complete list, or may no longer read its objects */
  ready(): Promise<void>;
}

/**
 * Whether these informers see the whole cluster.
 * @param missing resolves to the name of the namespace if the namespace does not exist; a worker may lack the right to read it
 */
export function readinessGate(
  watches: readonly Informer[],
  missing: () => Promise<string | null>,
  syncMs = SYNC_MS,
): Readiness {
  // Events only add detail to a status, so the runtime works without them.
  const needed = watches.filter(({ kind }) => kind !== 'Event');
  const synced = Promise.all(needed.map((watch) => watch.synced));
  return {
    synced,
    async ready() {
      const problems = () => needed.flatMap(({ problem }) => problem ?? []);
      const forbidden = () => problems().find((problem) => problem instanceof ApiError && problem.status === 403);
      const isLate = !forbidden() && !(await resolvesWithin(synced, syncMs));
      const refused = forbidden();
      if (refused) {
        const namespace = await missing();
        throw unavailable(
          namespace === null ? apiFailure(refused as ApiError).message : noNamespace(namespace),
          refused,
        );
      }
      if (isLate) throw unavailable('the informers have not listed the cluster yet', problems()[0]);
    },
  };
}

async function resolvesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const timer = Promise.withResolvers<false>();
  const timeout = setTimeout(timer.resolve, ms, false).unref();
  try {
    return await Promise.race([promise.then(() => true), timer.promise]);
  } finally {
    clearTimeout(timeout);
  }
}

const unavailable = (detail: string, cause: unknown) => new GatewayError('UNAVAILABLE', { detail, cause });

const noNamespace = (name: string) =>
  `There is no namespace ${name}. Create the namespace with what the gateway needs in it.`;

/** The name if the namespace does not exist; null if it exists or if the API server does not report it. */
export async function missingNamespace(cluster: Pick<ApiClient, 'call'>, name: string): Promise<string | null> {
  try {
    await cluster.call({ method: 'GET', path: `/api/v1/namespaces/${encodeURIComponent(name)}` });
    return null;
  } catch (error) {
    return error instanceof ApiError && error.status === 404 ? name : null;
  }
}
