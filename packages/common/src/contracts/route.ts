import { z } from 'zod';
import { SessionLimits } from './adapter.js';

/** One replica, for the data plane. Its id changes whenever the replica loses its memory. */
const PublishedEndpoint = z.object({
  id: z.string(),
  url: z.url(),
  /** Path of its MCP endpoint, as at its start; the spec may have changed since. Absent when the worker does not know it. */
  path: z.string().optional(),
  /** The endpoint takes new sessions. Existing sessions may use a listed endpoint that is not ready. */
  ready: z.boolean(),
  /**
   * The endpoint answers requests, as in an EndpointSlice of Kubernetes: also while it drains, or while only its node is silent.
   * Absent: the same as `ready`. The data plane uses an endpoint that serves and is not ready as the last resort.
   */
  serving: z.boolean().optional(),
  /** The replica is about to end: its sessions move, and it gets no new ones. */
  draining: z.boolean().optional(),
  /** When the replica ends, in ISO 8601, if known. */
  drainUntil: z.iso.datetime().optional(),
  /** The replica runs the current spec. Absent when the worker does not know. */
  updated: z.boolean().optional(),
});
export type PublishedEndpoint = z.infer<typeof PublishedEndpoint>;

/**
 * What the data plane knows of an adapter. The worker writes it to Redis. The parsed route has a path for each endpoint and none for
 * the adapter: while a change of the path rolls out, the replicas serve different paths.
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
    /** Source addresses of all its replicas, ready or not. Absent where other programs share the addresses, as on one machine. */
    addresses: z.array(z.string()).optional(),
  })
  .transform(({ path, endpoints, ...route }) => ({
    ...route,
    endpoints: endpoints.map((endpoint) => ({ ...endpoint, path: endpoint.path ?? path })),
  }));
export type PublishedRoute = z.input<typeof Route>;
export type Route = z.output<typeof Route>;
export type Endpoint = Route['endpoints'][number];
