import { z } from 'zod';
import {
  boundedString,
  EnvironmentVariables,
  ImageName,
  ImageVersion,
  SecretEnvironment,
  text,
} from './adapter-fields.js';
import { normalizeFieldNames } from './fields.js';
import { Condition, Phase, ReplicaStatus } from './resource.js';

/** The parts that the contracts of all kinds with replicas share: fields of the spec, of the status, and of requests. */

export const UrlPath = boundedString(1024)
  .regex(/^\/[A-Za-z0-9/._~!$&'()*+,;=:@%-]*$/, 'must be an absolute URL path without query')
  .refine((path) => !path.split('/').includes('..'), { message: 'must not contain ".." segments' });

export const Port = z.int('must be a whole number').min(1, 'must be at least 1').max(65535, 'must be at most 65535');

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

export const Description = text(4096)
  .default('')
  .meta({ description: 'A text for people. The gateway does not use it.' });

export const RequiredRoles = z
  .array(text(128, 1))
  .max(64, 'must be at most 64 roles')
  .default([])
  .meta({ description: 'Holders of any of these roles may use the resource, as well as its creator and mcp.admin.' });

/** What runs, how often, and for whom. */
export const identityFields = {
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
    .meta({ description: 'Number of replicas of the server. 0 stops it.' }),
  description: Description,
  useWorkloadIdentity: z.boolean().default(false).meta({
    description:
      'The pods run with the Azure workload identity that the operator has set up. The caller needs a role for it.',
  }),
  requiredRoles: RequiredRoles,
};

export const HealthCheck = z
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
  .meta({ description: 'How the gateway checks that a replica is ready.' });

export const ResourceAmounts = z
  .strictObject({
    requests: resourceAmounts('Resources that the scheduler reserves for each replica.'),
    limits: resourceAmounts('Maximum resources of each replica.'),
  })
  .default({})
  .meta({ description: 'Kubernetes resource requests and limits. The process runtime does not enforce them.' });

type ReplicatedFields = z.infer<
  z.ZodObject<
    typeof identityFields & { name: z.ZodString; healthCheck: typeof HealthCheck; resources: typeof ResourceAmounts }
  >
>;
/** The spec that a worker and a runtime need, whatever its kind. Without an image, nothing runs. */
export type ReplicatedSpec = Omit<ReplicatedFields, 'imageName' | 'imageVersion'> & {
  imageName?: string | undefined;
  imageVersion?: string | undefined;
};

/** The check of a spec that no variable has two sources, with its message. */
export const setsVariablesOnce: [
  check: (spec: Pick<ReplicatedSpec, 'environmentVariables' | 'secretEnvironment'>) => boolean,
  fault: { path: string[]; message: string },
] = [
  ({ environmentVariables, secretEnvironment }) =>
    Object.keys(secretEnvironment).every((name) => !Object.hasOwn(environmentVariables, name)),
  {
    path: ['secretEnvironment'],
    message: 'must not name a variable that environmentVariables names, too; put it into one of the two',
  },
];

/** The fields of a resource that the gateway sets. @param noun with which the document calls the kind */
export const serverFieldsOf = (noun: string) => ({
  id: z.uuid().meta({ description: `Differs between ${article(noun)} and a later ${noun} of the same name.` }),
  generation: z.int().meta({ description: 'Counts the changes of the spec.' }),
  createdBy: z.string().meta({ description: `Subject of the caller that registered the ${noun}.` }),
  tenant: z.string().meta({ description: `Tenant that the ${noun} belongs to: that of its creator.` }),
  createdAt: z.iso.datetime().meta({ description: `When the ${noun} was registered.` }),
  lastUpdatedAt: z.iso.datetime().meta({ description: 'When the spec was last replaced.' }),
});
type ServerField = keyof ReturnType<typeof serverFieldsOf>;

const article = (noun: string) => `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;

/** The fields of what the worker has observed of a resource. */
export const statusFieldsOf = (noun: string) => ({
  name: z.string().meta({ description: `Name of the ${noun}.` }),
  phase: Phase,
  generation: z.int().meta({ description: 'Counts the changes of the spec.' }),
  observedGeneration: z.int().meta({
    description: 'The last generation that the worker has acted on; below `generation` while a change waits.',
  }),
  desiredReplicas: z.int().meta({ description: '`replicaCount` of the spec.' }),
  readyReplicas: z.int().meta({ description: 'Replicas that get requests.' }),
  updatedReplicas: z.int().meta({ description: 'Replicas that run the current spec.' }),
  availableReplicas: z.int().meta({ description: 'The same as `readyReplicas`.' }),
  image: z
    .string()
    .optional()
    .meta({ description: 'Image of the spec, without the registry. Absent where nothing runs.' }),
  replicaStatus: z.string().meta({ description: 'One sentence about the replicas.' }),
  conditions: z.array(Condition).meta({ description: `Facts about the ${noun}.` }),
  replicas: z.array(ReplicaStatus).meta({ description: 'The replicas as the worker last saw them.' }),
});

const ofServer = (description: string) => z.unknown().optional().meta({ description, readOnly: true });
const IGNORED = 'The gateway sets this field and ignores it in requests.';
const CURRENT = 'The gateway sets this field. POST ignores it; PUT answers 412 when it is not the current one.';

/** The fields that the gateway sets, in a body. */
export const bodyFields = {
  id: ofServer(CURRENT),
  generation: ofServer(CURRENT),
  createdBy: ofServer(IGNORED),
  tenant: ofServer(IGNORED),
  createdAt: ofServer(IGNORED),
  lastUpdatedAt: ofServer(IGNORED),
} satisfies Record<ServerField, z.ZodType>;

/** The body of POST and PUT. */
export interface ResourceRequest<Spec> {
  spec: Spec;
  /** The state of the resource that the sender has read, as far as the body says so. */
  read: { id?: unknown; generation?: unknown };
}

/**
 * Accepts names of fields in any case, and treats a field that is null as absent.
 * @param refuse adds issues for fields that must not stand together, before defaults take the place of absent ones
 * @param expand puts the fields that another field stands for in its place
 */
export const requestOf = <Spec extends object>(
  body: z.ZodType<Spec & { [field in ServerField]?: unknown }>,
  refuse?: (body: unknown, context: z.RefinementCtx) => void,
  expand: (body: unknown, context: z.RefinementCtx) => unknown = (given) => given,
) =>
  z
    .preprocess((input, context) => {
      const expanded = expand(normalizeFieldNames(body, input, context), context);
      refuse?.(expanded, context);
      return expanded;
    }, body)
    .transform((parsed): ResourceRequest<Spec> => {
      const { id, generation } = parsed;
      const spec: Spec & { [field in ServerField]?: unknown } = parsed;
      for (const field of Object.keys(bodyFields) as ServerField[]) delete spec[field];
      return { spec, read: { ...(id !== undefined && { id }), ...(generation !== undefined && { generation }) } };
    });
