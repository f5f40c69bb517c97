import { z } from 'zod';
import { boundedString, text } from './adapter-fields.js';

/** The tenant of everyone whom no other tenant names, and of every resource that says nothing else. It always exists. */
export const DEFAULT_TENANT = 'default';

/** A DNS label, as names of resources are: it stands in URLs and in keys of Redis. */
export const TenantId = boundedString(63, 1)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'must be lower-case letters, digits and inner hyphens')
  .meta({ description: 'Id of the tenant; part of its URL.', examples: ['search-team'] });

const MAX_ENTRIES = 1_000;
const names = (description: string) =>
  z.array(text(512, 1)).max(MAX_ENTRIES, `must be at most ${MAX_ENTRIES}`).default([]).meta({ description });

export const TenantBody = z
  .strictObject({
    id: TenantId,
    displayName: text(256).default('').meta({ description: 'Name for people.' }),
    members: z
      .strictObject({
        subjects: names('Callers with one of these subjects.'),
        claims: names('Callers whose sign-in has one of these values in its tenant claim.'),
        roles: names('Callers with one of these roles; upper and lower case are the same.'),
      })
      .prefault({})
      .meta({
        description:
          'Callers that belong to the tenant. If several tenants name a caller, the one that names the subject comes first, then the claim, then the role.',
      }),
    admins: z
      .strictObject({
        subjects: names('Callers with one of these subjects.'),
        roles: names('Callers with one of these roles.'),
      })
      .prefault({})
      .meta({ description: 'Callers that may read and change the resources of the tenant, and read its quota.' }),
  })
  .meta({ id: 'TenantBody' });
export type TenantBody = z.infer<typeof TenantBody>;

/** The windows of request quotas, and their lengths in seconds. They begin at multiples of their length since the epoch, in UTC. */
export const QUOTA_WINDOWS = { second: 1, minute: 60, hour: 3_600, day: 86_400 } as const;
export type QuotaWindow = keyof typeof QUOTA_WINDOWS;

const MAX_REQUESTS = 1_000_000_000;
const limit = (description: string, max = 1_000_000) =>
  z
    .int('must be a whole number')
    .min(0, 'must be at least 0')
    .max(max, `must be at most ${max}`)
    .optional()
    .meta({ description });

const requests = z
  .strictObject({
    second: limit('Requests in each second.', MAX_REQUESTS),
    minute: limit('Requests in each minute.', MAX_REQUESTS),
    hour: limit('Requests in each hour.', MAX_REQUESTS),
    day: limit('Requests in each day (UTC).', MAX_REQUESTS),
  })
  .prefault({})
  .meta({ description: 'Most requests in each window. An absent window has no limit.' });

const traffic = {
  requests,
  concurrentRequests: limit('Most requests under way at the same time.'),
};
const each = (what: string) =>
  z
    .strictObject(traffic)
    .optional()
    .meta({ description: `Limits for each ${what} of the tenant’s requests.` });

/** The limits of one tenant. A limit that is absent does not exist; 0 permits nothing. */
export const Quota = z
  .strictObject({
    ...traffic,
    streams: limit('Most open streams (GET) at the same time.'),
    sessions: limit('Most open sessions. Those that were opened before there was a limit do not count.'),
    adapters: limit('Most adapters and tools together.'),
    replicas: limit('Most replicas of all adapters and tools together, as their specs ask for.'),
    perCaller: each('caller'),
    perAdapter: each('adapter'),
    perTool: each('tool'),
  })
  .meta({ id: 'Quota' });
export type Quota = z.infer<typeof Quota>;

export const TenantResource = TenantBody.extend({
  createdAt: z.iso.datetime().meta({ description: 'When the tenant was created.' }),
  lastUpdatedAt: z.iso.datetime().meta({ description: 'When the tenant or its quota last changed.' }),
}).meta({ id: 'TenantResource' });
export type TenantResource = z.infer<typeof TenantResource>;

const count = (description: string) => z.int().meta({ description });

/** The use of one limit. */
const Use = z.strictObject({
  limit: count('The limit.'),
  used: count('How much is used. Of requests, it includes what data planes have reserved and not used yet.'),
  remaining: count('How much is left.'),
});

export const QuotaResource = z
  .strictObject({
    limits: Quota.meta({ id: undefined, description: 'The limits, as they were set.' }),
    use: z
      .strictObject({
        requests: z
          .array(
            Use.extend({
              window: z.enum(['second', 'minute', 'hour', 'day']).meta({ description: 'The window.' }),
              resetsAt: z.iso.datetime().meta({ description: 'When the next window begins.' }),
            }),
          )
          .meta({ description: 'Requests of the whole tenant in each window that has a limit.' }),
        concurrentRequests: Use.optional().meta({ description: 'Requests under way.' }),
        streams: Use.optional().meta({ description: 'Open streams.' }),
        sessions: Use.optional().meta({ description: 'Open sessions.' }),
        adapters: Use.optional().meta({ description: 'Adapters and tools.' }),
        replicas: Use.optional().meta({ description: 'Replicas of both.' }),
      })
      .meta({ description: 'The use of each limit of the whole tenant.' }),
  })
  .meta({ id: 'QuotaResource' });
export type QuotaResource = z.infer<typeof QuotaResource>;

/** One tenant as data planes know it. */
export const PublishedTenant = TenantBody.pick({ members: true, admins: true })
  .extend({ id: z.string(), quota: Quota.strip() })
  .strip();
export type PublishedTenant = z.infer<typeof PublishedTenant>;
