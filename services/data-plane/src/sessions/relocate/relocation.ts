import type { Logger } from '@mcp-gateway/platform/logging';
import type { RouteTable } from '@mcp-gateway/routing';
import type { SessionEnvelope } from '@mcp-gateway/sessions';
import type { Principal } from '@mcp-gateway/common/principal';
import type { Endpoint, ResourceRef } from '@mcp-gateway/common/contracts';
import type { SessionLocation } from '../location.js';
import type { Upstreams } from '../../upstream/pools.js';
import type { SessionStore } from '../store.js';
import type { Balancer } from '../../upstream/balancer/balancer.js';

/** A session that must leave its replica. */
export interface Relocation {
  envelope: SessionEnvelope;
  /** The current route may differ from the one with which the request was admitted. */
  resource: ResourceRef;
  /** The id of the HTTP request that discovered it. */
  requestId: string;
  /** The caller in whose name the session is relocated. */
  principal: Principal;
  /** The last known location. */
  from: SessionLocation;
  /**
   * gone: the replica does not answer. unknown: the server does not know the session. draining: the replica is about to
   * end.
   */
  why: 'gone' | 'unknown' | 'draining';
  /** The headers of the request that discovered it, as the server would get them. */
  headers: readonly string[];
  /** The protocol version that the request names, for a record without one. */
  protocolVersion: string | undefined;
}

export interface Placement {
  location: SessionLocation;
  endpoint: Endpoint;
}

export interface RelocationParts {
  routes: RouteTable;
  sessions: SessionStore;
  upstreams: Upstreams;
  balancer: Balancer;
  log: Logger;
  /** The time limit for all attempts together, in milliseconds. */
  withinMs?: number | undefined;
}
