import { z } from 'zod';
import { AuditSettings } from './audit.js';
import { ServerTls, UpstreamAuth } from './credential.js';
import { Policy } from './policy.js';
import { ResourceKind } from './resource.js';
import { SessionLimits } from './session.js';
import { DEFAULT_TENANT } from './tenant.js';

/** How to call a server that runs elsewhere. */
const RemoteRoute = z.object({
  /** Of each request. */
  headers: z.record(z.string(), z.string()).optional(),
});

/** One replica. Its id changes whenever the replica loses its state in memory for good. */
const PublishedEndpoint = z.object({
  id: z.string(),
  url: z.url(),
  /** The path that the replica was started with, which the spec may no longer say. Left out when it is not known. */
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
 * The data plane's knowledge of a resource. The worker writes it to Redis. Each endpoint is read with a path of its own, and the
 * route without: while a change of the path rolls out, replicas have different paths.
 */
export const Route = z
  .object({
    kind: ResourceKind,
    name: z.string(),
    /** A resource that is made anew under the same name has another id. */
    resourceId: z.string(),
    generation: z.int(),
    createdBy: z.string(),
    requiredRoles: z.array(z.string()),
    /** Left out when there are none. */
    policies: z.array(Policy).default([]),
    /** Left out for the default tenant. */
    tenant: z.string().default(DEFAULT_TENANT),
    affinity: z.enum(['session', 'none']),
    sessionRecovery: z.enum(['replay', 'terminate']).default('replay'),
    sessions: SessionLimits.default({}),
    preserveHost: z.boolean().default(false),
    /** Clients reach the adapter through tool routers, which translate between the eras. Left out when they do not. */
    bridge: z.boolean().optional(),
    /** Names a credential; the secret itself is never in a route. */
    upstreamAuth: UpstreamAuth.optional(),
    /** How to connect to endpoints whose URL says https. */
    tls: ServerTls.optional(),
    /** Of an adapter whose server runs elsewhere: its one endpoint is a URL that a caller has chosen. */
    remote: RemoteRoute.optional(),
    /** Which calls are recorded with their arguments. Left out when there are none. */
    audit: AuditSettings.optional(),
    /** Of a toolset with a search: a call of `call_tool` is one of the tool that it names. Left out otherwise. */
    search: z.literal(true).optional(),
    /** Of an adapter without a ready endpoint. Left out while its replicas start. */
    phase: z.enum(['Failed', 'Stopped']).optional(),
    /** The path of endpoints that have none of their own. */
    path: z.string(),
    endpoints: z.array(PublishedEndpoint),
    /** Addresses that its replicas call from, whatever their state. Left out where others share them, as on one machine. */
    addresses: z.array(z.string()).optional(),
  })
  .transform(({ path, endpoints, ...route }) => ({
    ...route,
    endpoints: endpoints.map((endpoint) => ({
      ...endpoint,
      path: endpoint.path ?? path,
      // Connections belong to an endpoint and not to a request, so it knows itself whose certificates it needs.
      ...(route.remote && { remote: route.remote }),
      ...(route.tls && { tls: { ...route.tls, name: route.name, resourceId: route.resourceId } }),
    })),
  }));
export type PublishedRoute = z.input<typeof Route>;
export type Route = z.output<typeof Route>;
export type Endpoint = Route['endpoints'][number];

/** Whether clients reach the resource through tool routers: a toolset, or an adapter with `bridge`. */
export const isServedByRouters = ({ kind, bridge }: Pick<Route, 'kind'> & { bridge?: boolean | undefined }): boolean =>
  kind === 'toolset' || bridge === true;
