import type { ServerResponse } from 'node:http';
import type { Endpoint, Route } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { RouteTable } from '@mcp-gateway/routing';
import type { Era } from '@mcp-gateway/protocol';
import type { Balancer } from './balancer/balancer.js';
import type { EndpointWaits } from './balancer/wait-for-endpoint.js';
import { noReadyReplica } from './find-endpoint.js';
import type { Grant, Grants } from '../request/grants.js';

const MAX_ATTEMPTS = 3;

/** Retries on the next replica when one refuses the connection: no byte of the request has reached a server. */
export async function withConnectRetry(
  res: ServerResponse,
  first: Endpoint,
  { now, later }: EndpointCandidates,
  attempt: (endpoint: Endpoint, number: number) => Promise<void>,
): Promise<void> {
  const avoid = new Set<string>();
  for (let endpoint = first, number = 1; ; number += 1) {
    try {
      return await attempt(endpoint, number);
    } catch (error) {
      if (!(error instanceof GatewayError && error.code === 'UPSTREAM_REFUSED') || res.destroyed) throw error;
      avoid.add(endpoint.id);
      const other = (avoid.size < MAX_ATTEMPTS ? now(avoid) : undefined) ?? (await later(avoid));
      if (!other) throw error;
      endpoint = other;
    }
  }
}

export interface EndpointParts {
  routes: RouteTable;
  balancer: Balancer;
  waits: EndpointWaits;
  grants: Grants;
}

interface Asking extends Grant {
  res: ServerResponse;
  era: Era;
}

export interface EndpointCandidates {
  /**
   * An endpoint that takes new requests and is not in `avoid`.
   * @throws GatewayError ADAPTER_NOT_FOUND, as below
   */
  now(avoid?: ReadonlySet<string>): Endpoint | undefined;
  /**
   * Waits for an endpoint where there is none; an endpoint that refused connections before is better than none. All
   * waits of a request end at the same time.
   * @throws GatewayError ADAPTER_NOT_FOUND when the adapter is gone, or the caller may no longer use it;
   *   NO_READY_REPLICA, within a quarter of a second, when the adapter is scaled to zero; CLIENT_GONE
   */
  later(avoid?: ReadonlySet<string>): Promise<Endpoint | undefined>;
}

/** The endpoints for a request without a session, which may open one. */
export function endpoints({ routes, balancer, waits, grants }: EndpointParts, asking: Asking): EndpointCandidates {
  const { res, era, route } = asking;
  const choose = (from: Route, avoid: ReadonlySet<string> | undefined) => {
    const preference = avoid && { avoid };
    const isStateless = era === 'modern' || from.affinity === 'none';
    return isStateless ? balancer.forRequest(from, preference) : balancer.forSession(from, preference);
  };
  let deadline: number | undefined;
  return {
    now(avoid) {
      if (avoid) grants.check(asking); // the request arrived a while ago
      return choose(route, avoid);
    },
    later(avoid) {
      // It has one endpoint, which nothing here starts again: the caller learns at once that it cannot be reached.
      if (route.remote && avoid) return Promise.resolve(undefined);
      deadline ??= waits.deadline();
      return waits.wait({
        resource: route,
        client: res,
        deadline,
        choose() {
          grants.check(asking); // checked again: the grant may have been revoked meanwhile
          const latest = routes.get(route) ?? route;
          const found = choose(latest, avoid) ?? (avoid && choose(latest, undefined));
          if (!found && latest.phase === 'Stopped') throw noReadyReplica(latest); // no replica is about to start
          return found;
        },
      });
    },
  };
}
