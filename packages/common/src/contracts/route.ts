import { z } from 'zod';
import { SessionLimits } from './adapter.js';

/** One replica as the data plane sees it. The id changes whenever the replica's state in memory is lost for good. */
export const Endpoint = z.object({
  id: z.string(),
  url: z.url(),
  /** Takes new sessions. Existing sessions may use an endpoint that is listed but not ready. */
  ready: z.boolean(),
  /** Is about to end: its sessions move, and it gets no new ones. */
  draining: z.boolean().optional(),
  /** When it ends, in ISO 8601, as far as that is known. */
  drainUntil: z.iso.datetime().optional(),
  /** Runs the current spec. Left out when that is not known. */
  updated: z.boolean().optional(),
});
export type Endpoint = z.infer<typeof Endpoint>;

/** What the data plane knows of an adapter. Written by the worker, read from Redis. */
export const Route = z.object({
  name: z.string(),
  adapterId: z.string(),
  generation: z.int(),
  createdBy: z.string(),
  requiredRoles: z.array(z.string()),
  affinity: z.enum(['session', 'none']),
  // A worker of an earlier version publishes neither of these two.
  sessionRecovery: z.enum(['replay', 'terminate']).default('replay'),
  sessions: SessionLimits.default({}),
  path: z.string(),
  endpoints: z.array(Endpoint),
});
export type Route = z.infer<typeof Route>;
