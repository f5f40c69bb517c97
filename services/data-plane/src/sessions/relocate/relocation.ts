import type { Logger } from '@mcp-gateway/platform/logging';
import type { RouteTable } from '@mcp-gateway/routing';
import type { SessionEnvelope } from '@mcp-gateway/sessions';
import type { Principal } from '@mcp-gateway/common/principal';
import type { Endpoint, ResourceRef } from '@mcp-gateway/common/contracts';
import type { SessionLocation } from '../location.js';
import type { Upstreams } from '../../upstream/pools.js';
import type { SessionStore } from '../store.js';
import type { Balancer } from '../../upstream/balancer/balancer.js';

/** A session that cannot stay where it is. */
export interface Relocation {
  envelope: SessionEnvelope;
  /** Today's route may differ from the one that the request came by. */
  resource: ResourceRef;
  /** Of the HTTP request that noticed. */
  requestId: string;
  /** For whom it is moved. */
  principal: Principal;
  /** Where it was seen last. */
  from: SessionLocation;
  /** gone: nobody answers there. unknown: the server does not know it. draining: its replica is about to end. */
  why: 'gone' | 'unknown' | 'draining';
  /** Of the request that noticed, as the server would see them. */
  headers: readonly string[];
  /** As that request names it, for when the record does not say. */
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
  /** How long all attempts together may take, in milliseconds. */
  withinMs?: number | undefined;
}
