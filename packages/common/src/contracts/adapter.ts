import { z } from 'zod';
import { EnvironmentVariables, SecretEnvironment } from './environment.js';
import { normalizeFieldNames } from './fields.js';
import { ImageName, ImageVersion } from './image.js';
import { boundedString, text } from './text.js';
import { SESSION_LIMITS } from './session.js';

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

const wholeNumber = ({ min, max }: { min: number; max: number }) =>
  z.int('must be a whole number').min(min, `must be at least ${min}`).max(max, `must be at most ${max}`);

/** Limits of the sessions of an adapter. The configuration of the data plane applies where a limit is absent. */
export const SessionLimits = z
  .strictObject({
    idleTimeoutSeconds: wholeNumber(SESSION_LIMITS.idleTimeoutSeconds)
      .optional()
      .meta({ description: 'A session that is idle for this long ends. A session with an open stream is not idle.' }),
    maxAgeSeconds: wholeNumber(SESSION_LIMITS.maxAgeSeconds)
      .optional()
      .meta({ description: 'A session ends this long after its start, also while it is in use.' }),
    maxOpen: wholeNumber(SESSION_LIMITS.maxOpen)
      .optional()
      .meta({ description: 'Maximum number of open sessions of the adapter.' }),
    maxOpenPerCaller: wholeNumber(SESSION_LIMITS.maxOpenPerCaller)
      .optional()
      .meta({ description: 'Maximum number of open sessions of one caller on the adapter.' }),
  })
  .meta({ id: 'SessionLimits' });
export type SessionLimits = z.infer<typeof SessionLimits>;

/** The desired state of one managed MCP server, as a caller describes it. */
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
      .meta({ description: 'Number of replicas of the server. 0 stops the adapter.' }),
    description: text(4096).default('').meta({ description: 'A text for people. The gateway does not use it.' }),
    useWorkloadIdentity: z.boolean().default(false).meta({
      description:
        'The pods run with the Azure workload identity that the operator has set up. The caller needs a role for it.',
    }),
    requiredRoles: z.array(text(128, 1)).max(64, 'must be at most 64 roles').default([]).meta({
      description: 'Holders of any of these roles may use the adapter, as well as its creator and mcp.admin.',
    }),
    port: z
      .int('must be a whole number')
      .min(1, 'must be at least 1')
      .max(65535, 'must be at most 65535')
      .default(8000)
      .meta({ description: 'Port the server listens on in its container. The process runtime assigns PORT instead.' }),
    path: UrlPath.default('/mcp').meta({
      description: 'URL path of the MCP endpoint. The stream of the older HTTP transport is `sse` in the same folder.',
    }),
    healthCheck: z
      .strictObject({
        type: z
          .enum(['http', 'tcp', 'mcp'])
          .optional()
          .meta({
            description:
              '`http`: GET on `path` must answer 2xx. `tcp`: the port is open. `mcp`: a POST to the MCP endpoint is ' +
              'answered in MCP; Kubernetes cannot send one and checks the port instead. Absent: `http`, or `tcp` for a ' +
              'server without a health endpoint, which answers `path` with 404 or, at its default, with another 4xx than 401 and 429.',
          }),
        path: UrlPath.default('/healthz').meta({ description: 'Path that the type `http` checks.' }),
      })
      .default({ path: '/healthz' })
      .meta({ description: 'How the gateway checks that a replica is ready.' }),
    affinity: z.enum(['session', 'none']).default('session').meta({
      description: '`session` keeps a session on one replica; `none` spreads every request, for stateless servers.',
    }),
    sessionRecovery: z
      .enum(['replay', 'terminate'])
      .default('replay')
      .meta({
        description:
          'What happens to a session whose replica is gone. `replay` repeats the `initialize` of the client on another ' +
          'replica, and the client continues with its session id; the memory of the server is lost. `terminate` ' +
          'answers 404, so that the client opens a new session.',
      }),
    sessions: SessionLimits.default({}).meta({
      description: 'Limits of the sessions. The configuration of the operator applies to limits that are absent.',
    }),
    preserveHost: z
      .boolean()
      .default(false)
      .meta({
        description:
          'With true, the server gets the `Host` and the `Origin` of its clients. With false, it gets its own host and no ' +
          '`Origin`: servers that check both accept this, and the gateway has checked the originals.',
      }),
    resources: z
      .strictObject({
        requests: resourceAmounts('Resources that the scheduler reserves for each replica.'),
        limits: resourceAmounts('Maximum resources of each replica.'),
      })
      .default({})
      .meta({ description: 'Kubernetes resource requests and limits. The process runtime does not enforce them.' }),
  })
  .refine(
    ({ environmentVariables, secretEnvironment }) =>
      Object.keys(secretEnvironment).every((name) => !Object.hasOwn(environmentVariables, name)),
    {
      path: ['secretEnvironment'],
      message: 'must not name a variable that environmentVariables names, too; put it into one of the two',
    },
  )
  .meta({ id: 'AdapterSpec' });
export type AdapterSpec = z.infer<typeof AdapterSpec>;

/** The fields of an adapter that the gateway sets. */
const ServerFields = z.object({
  id: z.uuid().meta({ description: 'Differs between an adapter and a later adapter of the same name.' }),
  generation: z.int().meta({ description: 'Counts the changes of the spec.' }),
  createdBy: z.string().meta({ description: 'Subject of the caller that registered the adapter.' }),
  createdAt: z.iso.datetime().meta({ description: 'When the adapter was registered.' }),
  lastUpdatedAt: z.iso.datetime().meta({ description: 'When the spec was last replaced.' }),
});
const SERVER_FIELDS = ServerFields.keyof().options;

/** The spec and the fields that the gateway sets. */
export const AdapterResource = AdapterSpec.extend(ServerFields.shape).meta({ id: 'AdapterResource' });
export type AdapterResource = z.infer<typeof AdapterResource>;

const ofServer = (description: string) => z.unknown().optional().meta({ description, readOnly: true });
const IGNORED = 'The gateway sets this field and ignores it in requests.';
const CURRENT = 'The gateway sets this field. POST ignores it; PUT answers 412 when it is not the current one.';

/** The body of POST and PUT: a spec, or the answer of GET with changes in it. */
export const AdapterBody = AdapterSpec.safeExtend({
  id: ofServer(CURRENT),
  generation: ofServer(CURRENT),
  createdBy: ofServer(IGNORED),
  createdAt: ofServer(IGNORED),
  lastUpdatedAt: ofServer(IGNORED),
} satisfies Record<(typeof SERVER_FIELDS)[number], z.ZodType>).meta({ id: 'AdapterBody' });

export interface AdapterRequest {
  spec: AdapterSpec;
  /** The state of the adapter that the sender has read, as far as the body says so. */
  read: { id?: unknown; generation?: unknown };
}

/** Accepts names of fields in any case, and treats a field that is null as absent. */
export const AdapterRequest = z
  .preprocess((body, context) => normalizeFieldNames(AdapterBody, body, context), AdapterBody)
  .transform((body): AdapterRequest => {
    const { id, generation } = body;
    const spec: AdapterSpec & { [field in (typeof SERVER_FIELDS)[number]]?: unknown } = body;
    for (const field of SERVER_FIELDS) delete spec[field];
    return { spec, read: { ...(id !== undefined && { id }), ...(generation !== undefined && { generation }) } };
  });
