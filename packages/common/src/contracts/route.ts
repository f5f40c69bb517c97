import { z } from 'zod';
import { SessionLimits } from './adapter.js';

/** One replica, for the data plane. The id changes whenever the replica's state in memory is lost for good. */
const PublishedEndpoint = z.object({
  id: z.string(),
  url: z.url(),
  /** Where it serves MCP: what it was started with, whatever the spec says by now. Left out when that is not known. */
  path: z.string().optional(),
  /** Takes new sessions. Existing sessions may use an endpoint that is listed but not ready. */
  ready: z.boolean(),
  /**
   * Answers requests, as in an EndpointSlice of Kubernetes: also while it drains, or while only its node is silent. Left out
   * where `ready` says it. An endpoint that serves and is not ready is the last resort.
   */
  serving: z.boolean().optional(),
  /** Is about to end: its sessions move, and it gets no new ones. */
  draining: z.boolean().optional(),
  /** When it ends, in ISO 8601, as far as that is known. */
  drainUntil: z.iso.datetime().optional(),
  /** Runs the current spec. Left out when that is not known. */
  updated: z.boolean().optional(),
});
export type PublishedEndpoint = z.infer<typeof PublishedEndpoint>;

/**
 * What the data plane knows of an adapter. Written by the worker, read from Redis. Each endpoint is read with a path of its own,
 * and the route without: while a change of it rolls out, there is no path that all replicas have.
 */
export const Route = z
  .object({
    name: z.string(),
    adapterId: z.string(),
    generation: z.int(),
    createdBy: z.string(),
    requiredRoles: z.array(z.string()),
    affinity: z.enum(['session', 'none']),
    // A worker of an earlier version publishes none of these three.
    sessionRecovery: z.enum(['replay', 'terminate']).default('replay'),
    sessions: SessionLimits.default({}),
    preserveHost: z.boolean().default(false),
    /** Of an adapter without a ready endpoint. Left out while its replicas start, and by a worker of an earlier version. */
    phase: z.enum(['Failed', 'Stopped']).optional(),
    /** Of endpoints that have none; a worker of an earlier version publishes no others. */
    path: z.string(),
    endpoints: z.array(PublishedEndpoint),
    /** What its replicas call from, in whatever state they are. Left out where others call from there, too, as on one machine. */
    addresses: z.array(z.string()).optional(),
  })
  .transform(({ path, endpoints, ...route }) => ({
    ...route,
    endpoints: endpoints.map((endpoint) => ({ ...endpoint, path: endpoint.path ?? path })),
  }));
export type PublishedRoute = z.input<typeof Route>;
export type Route = z.output<typeof Route>;
export type Endpoint = Route['endpoints'][number];
