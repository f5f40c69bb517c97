import { z } from 'zod';
import {
  boundedString,
  EnvironmentVariables,
  ImageName,
  ImageVersion,
  SecretEnvironment,
  text,
} from './adapter-fields.js';
import { ServerTls, UpstreamAuth } from './credential.js';
import { normalizeFieldNames } from './fields.js';
import { Policies } from './policy.js';
import { Condition, Phase, ReplicaStatus, ResourceName } from './resource.js';
import { SessionLimits } from './session.js';

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
    policies: Policies.default([]).meta({
      description: 'Narrow what the callers who may use the adapter may do with it. They apply to everyone.',
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
    upstreamAuth: UpstreamAuth.optional().meta({
      description: 'How the gateway authenticates its requests to the server. Absent: it sends no credentials.',
    }),
    tls: ServerTls.optional().meta({
      description:
        'The server speaks TLS on its port; `{}` is enough for a certificate that the system trusts. Absent: it speaks ' +
        'plain HTTP.',
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
  .refine(({ upstreamAuth: { audience, identityToken } = { identityToken: true } }) => !audience || identityToken, {
    path: ['upstreamAuth', 'audience'],
    message: 'has no effect without identityToken: true',
  })
  .meta({ id: 'AdapterSpec' });
export type AdapterSpec = z.infer<typeof AdapterSpec>;

/** The fields of an adapter that the gateway sets. */
const ServerFields = z.object({
  id: z.uuid().meta({ description: 'Differs between an adapter and a later adapter of the same name.' }),
  generation: z.int().meta({ description: 'Counts the changes of the spec.' }),
  createdBy: z.string().meta({ description: 'Subject of the caller that registered the adapter.' }),
  tenant: z.string().meta({ description: 'Tenant that the adapter belongs to: that of its creator.' }),
  createdAt: z.iso.datetime().meta({ description: 'When the adapter was registered.' }),
  lastUpdatedAt: z.iso.datetime().meta({ description: 'When the spec was last replaced.' }),
});
const SERVER_FIELDS = ServerFields.keyof().options;

/** The spec and the fields that the gateway sets. */
export const AdapterResource = AdapterSpec.extend(ServerFields.shape).meta({ id: 'AdapterResource' });
export type AdapterResource = z.infer<typeof AdapterResource>;

/** What the worker has observed of an adapter. */
export const AdapterStatus = z
  .strictObject({
    name: z.string().meta({ description: 'Name of the adapter.' }),
    phase: Phase,
    generation: z.int().meta({ description: 'Counts the changes of the spec.' }),
    observedGeneration: z.int().meta({
      description: 'The last generation that the worker has acted on; below `generation` while a change waits.',
    }),
    desiredReplicas: z.int().meta({ description: '`replicaCount` of the spec.' }),
    readyReplicas: z.int().meta({ description: 'Replicas that get requests.' }),
    updatedReplicas: z.int().meta({ description: 'Replicas that run the current spec.' }),
    availableReplicas: z.int().meta({ description: 'The same as `readyReplicas`.' }),
    image: z.string().meta({ description: 'Image of the spec, without the registry.' }),
    replicaStatus: z.string().meta({ description: 'One sentence about the replicas.' }),
    conditions: z.array(Condition).meta({ description: 'Facts about the adapter.' }),
    replicas: z.array(ReplicaStatus).meta({ description: 'The replicas as the worker last saw them.' }),
  })
  .meta({ id: 'AdapterStatus' });
export type AdapterStatus = z.infer<typeof AdapterStatus>;

const ofServer = (description: string) => z.unknown().optional().meta({ description, readOnly: true });
const IGNORED = 'The gateway sets this field and ignores it in requests.';
const CURRENT = 'The gateway sets this field. POST ignores it; PUT answers 412 when it is not the current one.';

/** The body of POST and PUT: a spec, or the answer of GET with changes in it. */
export const AdapterBody = AdapterSpec.safeExtend({
  id: ofServer(CURRENT),
  generation: ofServer(CURRENT),
  createdBy: ofServer(IGNORED),
  tenant: ofServer(IGNORED),
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
