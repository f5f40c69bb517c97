import { z } from 'zod';
import { EnvironmentVariables, SecretEnvironment } from './environment.js';
import { normalizeFieldNames } from './fields.js';
import { ImageName, ImageVersion } from './image.js';
import { boundedString, text } from './text.js';

/** Names become DNS labels in a cluster (RFC 1123 §2.1), so they stop at 63 characters. */
export const ResourceName = boundedString(63, 1)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'must be lower-case letters, digits and inner hyphens')
  .meta({ description: 'Name of the adapter; part of its URL.', examples: ['mcp-example'] });

const UrlPath = boundedString(1024)
  .regex(/^\/[A-Za-z0-9/._~!$&'()*+,;=:@%-]*$/, 'must be an absolute URL path without query')
  .refine((path) => !path.split('/').includes('..'), { message: 'must not contain ".." segments' });

const Quantity = boundedString(64).regex(
  /^[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/,
  'must be a Kubernetes quantity such as "250m" or "256Mi"',
);

const resourceAmounts = (description: string) =>
  z
    .strictObject({
      cpu: Quantity.optional().meta({ description: 'Processors, such as `250m` or `2`.' }),
      memory: Quantity.optional().meta({ description: 'Bytes, such as `256Mi`.' }),
    })
    .optional()
    .meta({ description });

const wholeNumber = (min: number, max: number) =>
  z.int('must be a whole number').min(min, `must be at least ${min}`).max(max, `must be at most ${max}`);
const DAY = 24 * 3600;

/** What the sessions of an adapter may do; what is left out is as the data plane is configured. */
export const SessionLimits = z
  .strictObject({
    idleTimeoutSeconds: wholeNumber(60, 30 * DAY)
      .optional()
      .meta({ description: 'A session that is not used for this long ends. A stream that is open is a use.' }),
    maxAgeSeconds: wholeNumber(60, 90 * DAY)
      .optional()
      .meta({ description: 'A session ends this long after it was opened, however much it is used.' }),
    maxOpen: wholeNumber(1, 1_000_000).optional().meta({ description: 'Open sessions of the adapter.' }),
    maxOpenPerCaller: wholeNumber(1, 1_000_000)
      .optional()
      .meta({ description: 'Open sessions of one caller on the adapter.' }),
  })
  .meta({ id: 'SessionLimits' });
export type SessionLimits = z.infer<typeof SessionLimits>;

/** What a caller asks for: the desired state of one managed MCP server. */
export const AdapterSpec = z
  .strictObject({
    name: ResourceName,
    imageName: ImageName,
    imageVersion: ImageVersion,
    environmentVariables: EnvironmentVariables.default({}).meta({
      description: 'Environment variables of the server. `PORT`, `HOST` and `PATH` are set by the platform.',
    }),
    secretEnvironment: SecretEnvironment.default({}).meta({
      description:
        'Variables from Secrets in the namespace of the adapters. The process runtime has none and refuses them.',
    }),
    replicaCount: z
      .int('must be a whole number')
      .min(0, 'must be at least 0')
      .max(64, 'must be at most 64')
      .default(1)
      .meta({ description: 'How many copies of the server run. With 0 the adapter is stopped.' }),
    description: text(4096).default('').meta({ description: 'For people; the gateway does not read it.' }),
    useWorkloadIdentity: z.boolean().default(false).meta({
      description: 'The pods run with the Azure workload identity that the operator has set up. Takes a role.',
    }),
    requiredRoles: z
      .array(text(128, 1))
      .max(64, 'must be at most 64 roles')
      .default([])
      .meta({ description: 'Any one of these roles may use the adapter, besides its creator and mcp.admin.' }),
    port: z
      .int('must be a whole number')
      .min(1, 'must be at least 1')
      .max(65535, 'must be at most 65535')
      .default(8000)
      .meta({ description: 'Port the server listens on in its container. The process runtime assigns PORT instead.' }),
    path: UrlPath.default('/mcp').meta({
      description: 'URL path of the MCP endpoint; `sse` beside it is the stream of the older HTTP transport.',
    }),
    healthCheck: z
      .strictObject({
        type: z
          .enum(['http', 'tcp', 'mcp'])
          .optional()
          .meta({
            description:
              '`http`: GET on `path` must answer 2xx. `tcp`: the port is open. `mcp`: a POST to the MCP endpoint is ' +
              'answered in MCP; Kubernetes cannot send one, so there an open port counts. Left out: as `http`, and by ' +
              'TCP where there is no health endpoint: `path` answers 404 or, while it is the default, any 4xx but 401 and 429.',
          }),
        path: UrlPath.default('/healthz').meta({ description: 'Used by `http`.' }),
      })
      .default({ path: '/healthz' })
      .meta({ description: 'How the gateway tells that a replica is ready.' }),
    affinity: z.enum(['session', 'none']).default('session').meta({
      description: '`session` keeps a session on one replica; `none` spreads every request, for stateless servers.',
    }),
    sessionRecovery: z
      .enum(['replay', 'terminate'])
      .default('replay')
      .meta({
        description:
          'What becomes of a session whose replica is gone. `replay` initializes it on another replica with what the ' +
          'client said, and the client goes on under its id; what the server held in memory is lost. `terminate` ' +
          'answers 404, so the client starts over.',
      }),
    sessions: SessionLimits.default({}).meta({
      description: 'Limits of the sessions; what is left out is as the operator has set it.',
    }),
    preserveHost: z
      .boolean()
      .default(false)
      .meta({
        description:
          'The server gets the `Host` and the `Origin` of its clients. Else it gets its own host and no `Origin`, which ' +
          'servers accept that check both; the gateway has checked them.',
      }),
    resources: z
      .strictObject({
        requests: resourceAmounts('What the scheduler reserves for each replica.'),
        limits: resourceAmounts('What each replica may use at most.'),
      })
      .default({})
      .meta({ description: 'Kubernetes resource requests and limits. The process runtime does not enforce them.' }),
  })
  .refine(
    ({ environmentVariables, secretEnvironment }) =>
      Object.keys(secretEnvironment).every((name) => !Object.hasOwn(environmentVariables, name)),
    { path: ['secretEnvironment'], message: 'must not name a variable that environmentVariables has, too' },
  )
  .meta({ id: 'AdapterSpec' });
export type AdapterSpec = z.infer<typeof AdapterSpec>;

/** What the gateway itself says of an adapter. */
const ServerFields = z.object({
  id: z.uuid().meta({ description: 'Differs between an adapter and a later one of the same name.' }),
  generation: z.int().meta({ description: 'Counts the changes of the spec.' }),
  createdBy: z.string().meta({ description: 'Subject of the caller that registered the adapter.' }),
  createdAt: z.iso.datetime().meta({ description: 'When the adapter was registered.' }),
  lastUpdatedAt: z.iso.datetime().meta({ description: 'When the spec was last replaced.' }),
});
const SERVER_FIELDS = ServerFields.keyof().options;

/** The spec plus what the control plane knows of it. */
export const AdapterResource = AdapterSpec.extend(ServerFields.shape).meta({ id: 'AdapterResource' });
export type AdapterResource = z.infer<typeof AdapterResource>;

const ofServer = (description: string) => z.unknown().optional().meta({ description, readOnly: true });
const IGNORED = 'The gateway sets this field and ignores it in requests.';
const CURRENT = 'The gateway sets this field. POST ignores it; PUT answers 412 when it is not the current one.';

/** The body of a request: a spec, or what GET answered with changes in it. */
export const AdapterBody = AdapterSpec.safeExtend({
  id: ofServer(CURRENT),
  generation: ofServer(CURRENT),
  createdBy: ofServer(IGNORED),
  createdAt: ofServer(IGNORED),
  lastUpdatedAt: ofServer(IGNORED),
} satisfies Record<(typeof SERVER_FIELDS)[number], z.ZodType>).meta({ id: 'AdapterBody' });

export interface AdapterRequest {
  spec: AdapterSpec;
  /** Which state of the adapter the sender has read, as far as the body says so. */
  read: { id?: unknown; generation?: unknown };
}

/** Reads names of fields in any case, and a field that is null as one that is left out. */
export const AdapterRequest = z
  .preprocess((body, context) => normalizeFieldNames(AdapterBody, body, context), AdapterBody)
  .transform((body): AdapterRequest => {
    const { id, generation } = body;
    const spec: AdapterSpec & { [field in (typeof SERVER_FIELDS)[number]]?: unknown } = body;
    for (const field of SERVER_FIELDS) delete spec[field];
    return { spec, read: { ...(id !== undefined && { id }), ...(generation !== undefined && { generation }) } };
  });
