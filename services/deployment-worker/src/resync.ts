import { setTimeout as delay } from 'node:timers/promises';
import { resourceKey, type ResourceRef } from '@mcp-gateway/common/contracts';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { ReconcileQueue } from '@mcp-gateway/routing/queue';
import type { RoutePublisher } from '@mcp-gateway/routing';
import type { Runtime } from '@mcp-gateway/runtime';
import type { ManagedKind } from './kinds.js';
import { outageLog } from './outage-log.js';

const LAGGING_EVERY_MS = 2_000;
const ALL_EVERY_MS = 300_000;
const LAGGING_AT_ONCE = 500;

export interface ResyncParts {
  kinds: readonly ManagedKind[];
  runtime: Runtime;
  routes: RoutePublisher;
  queue: ReconcileQueue;
  restoreRoutes: () => Promise<boolean>;
  log: Logger;
}

/**
 * Queues resources whose hint may have been lost: those that the runtime reports as changed, rows with a change that no worker
 * has acted on, and once in a while everything, including what runs or is routed to without a row.
 */
export function resync({ kinds, runtime, routes, queue, restoreRoutes, log }: ResyncParts): () => Promise<void> {
  const stopped = new AbortController();
  const outages = outageLog(log);
  const attempt = (what: string, work: Promise<unknown>) =>
    work.then(
      () => outages.succeeded(what),
      (error: unknown) => outages.failed(what, error),
    );

  const enqueue = async (refs: readonly ResourceRef[]) => {
    const distinct = new Map(refs.map((ref) => [resourceKey(ref), ref]));
    for (const ref of distinct.values()) await queue.reconcile(ref);
  };
  const ofEachKind = async (namesOf: (rows: ManagedKind['rows']) => Promise<string[]>): Promise<ResourceRef[]> => {
    const refs = await Promise.all(
      kinds.map(async ({ kind, rows }) => (await namesOf(rows)).map((name) => ({ kind, name }))),
    );
    return refs.flat();
  };
  const all = async () => {
    const [stored, running, routed] = await Promise.all([
      ofEachKind((rows) => rows.names()),
      runtime.list(),
      routes.refs(),
    ]);
    await enqueue([...stored, ...running, ...routed]);
  };
  const lagging = async () => {
    if (await restoreRoutes()) await all();
    await enqueue(await ofEachKind((rows) => rows.lagging(LAGGING_AT_ONCE)));
  };

  runtime.watch(
    {
      changed: (ref) => void attempt('queueing a change', queue.reconcile(ref)),
      synced: () => void attempt('resync of all', all()),
    },
    stopped.signal,
  );
  void repeat(LAGGING_EVERY_MS, stopped.signal, () => attempt('resync of what lags', lagging()));
  void repeat(ALL_EVERY_MS, stopped.signal, () => attempt('resync of all', all()));
  return async () => stopped.abort();
}

/** Runs now and then again `ms` after each run has ended, so that slow runs do not pile up. */
async function repeat(ms: number, signal: AbortSignal, work: () => Promise<unknown>): Promise<void> {
  while (!signal.aborted) {
    await work();
    await delay(ms, undefined, { signal }).catch(() => {});
  }
}
