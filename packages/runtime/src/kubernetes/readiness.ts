import { GatewayError } from '@mcp-gateway/common/errors';
import { ApiError } from './api/api-error.js';
import { refusalOf } from './status/refusal.js';
import type { Reflection } from './store/reflector.js';

/** How long a call waits for the first list of everything. */
const SYNC_MS = 10_000;

interface Readiness {
  /** Resolves when everything has been listed once. */
  synced: Promise<unknown>;
  /** @throws GatewayError UNAVAILABLE while nobody can tell what there is, or may not be told any more */
  ready(): Promise<void>;
}

/** Whether the cluster is seen by these watches. */
export function readiness(watches: readonly Reflection[], syncMs = SYNC_MS): Readiness {
  // Without warnings the statuses have fewer words, and nothing else is wrong.
  const needed = watches.filter(({ kind }) => kind !== 'Event');
  const synced = Promise.all(needed.map((watch) => watch.synced));
  return {
    synced,
    async ready() {
      const problems = () => needed.flatMap(({ problem }) => problem ?? []);
      const forbidden = () => problems().find((problem) => problem instanceof ApiError && problem.status === 403);
      const late = new Promise<true>((resolve) => void setTimeout(resolve, syncMs, true).unref());
      const isLate = !forbidden() && (await Promise.race([synced, late])) === true;
      const missing = forbidden();
      if (missing) throw unavailable(refusalOf(missing as ApiError).message, missing);
      if (isLate) throw unavailable('the cluster has not been read yet', problems()[0]);
    },
  };
}

const unavailable = (detail: string, cause: unknown) => new GatewayError('UNAVAILABLE', { detail, cause });
