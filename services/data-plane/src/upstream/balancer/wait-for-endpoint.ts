import type { ServerResponse } from 'node:http';
import { type Endpoint, resourceKey, type ResourceRef } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { RouteTable } from '@mcp-gateway/routing';
import { CLIENT_GONE } from '../../request/body.js';

/** As long as a request of a session waits, and less than clients wait for an answer. */
const WAIT_MS = 15_000;
/** For each adapter. Each waiting request occupies memory and a connection. */
const MAX_WAITING = 1_000;
/**
 * Covers changes that only time brings, such as the end of an ejection, and paces new attempts at an endpoint that
 * refuses.
 */
const RECHECK_MS = 250;

interface EndpointWait {
  resource: ResourceRef;
  client: ServerResponse;
  /** In milliseconds since the epoch. */
  deadline: number;
  /** Called after every change of the routes, and several times a second. An error that it throws ends the wait. */
  choose: () => Endpoint | undefined;
}

export interface EndpointWaits {
  /** The deadline of a wait that begins now. */
  deadline(): number;
  /**
   * Returns the first endpoint that `choose` finds; undefined after the deadline, or at once when too many requests
   * wait already.
   * @throws CLIENT_GONE, and errors of `choose`
   */
  wait(wait: EndpointWait): Promise<Endpoint | undefined>;
}

/**
 * Lets requests wait until an adapter has an endpoint: a replica that crashed or is replaced is often back within
 * seconds.
 */
export function createEndpointWaits(
  routes: Pick<RouteTable, 'onChange'>,
  { waitMs = WAIT_MS, maxWaiting = MAX_WAITING }: { waitMs?: number | undefined; maxWaiting?: number } = {},
): EndpointWaits {
  const waiting = new Map<string, Set<() => void>>();
  const recheckAll = () => {
    for (const rechecks of waiting.values()) for (const recheck of rechecks) recheck();
  };
  routes.onChange(recheckAll);
  let timer: NodeJS.Timeout | undefined;

  function add(key: string, recheck: () => void): () => void {
    const rechecks = waiting.get(key) ?? new Set();
    waiting.set(key, rechecks.add(recheck));
    timer ??= setInterval(recheckAll, RECHECK_MS).unref();
    return () => {
      rechecks.delete(recheck);
      if (rechecks.size === 0) waiting.delete(key);
      if (waiting.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  }

  return {
    deadline: () => Date.now() + waitMs,
    async wait({ resource, client, deadline, choose }) {
      if (client.destroyed) throw CLIENT_GONE;
      if (Date.now() >= deadline || (waiting.get(resourceKey(resource))?.size ?? 0) >= maxWaiting) return undefined;
      return new Promise((resolve, reject) => {
        const settle = (outcome: () => void) => {
          remove();
          client.off('close', onClientGone);
          outcome();
        };
        const onClientGone = () => settle(() => reject(CLIENT_GONE));
        const remove = add(resourceKey(resource), () => {
          try {
            const endpoint = choose();
            if (endpoint || Date.now() >= deadline) settle(() => resolve(endpoint));
          } catch (error) {
            settle(() => reject(error instanceof Error ? error : new GatewayError('INTERNAL', { cause: error })));
          }
        });
        client.once('close', onClientGone);
      });
    },
  };
}
