import { z } from 'zod';

/** One replica as the data plane sees it. The id changes whenever the replica's state in memory is lost for good. */
export const Endpoint = z.object({
  id: z.string(),
  url: z.url(),
  /** Takes new sessions. Existing sessions may use an endpoint that is listed but not ready. */
  ready: z.boolean(),
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
  path: z.string(),
  endpoints: z.array(Endpoint),
});
export type Route = z.infer<typeof Route>;
