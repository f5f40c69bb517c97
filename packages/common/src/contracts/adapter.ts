import { z } from 'zod';
import { aboutFields } from './about.js';
import { AuditSettings } from './audit.js';
import { ServerTls, UpstreamAuth } from './credential.js';
import { ImageName, ImageVersion } from './adapter-fields.js';
import { Policies } from './policy.js';
import { fromRegistryEntry } from './registry-entry.js';
import { isOfReplicas, OF_REPLICAS, type OfReplicas, refuseBesideRemote, RemoteServer } from './remote.js';
import { ResourceName } from './resource.js';
import {
  bodyFields,
  HealthCheck,
  identityFields,
  Port,
  type ResourceRequest,
  requestOf,
  ResourceAmounts,
  serverFieldsOf,
  setsVariablesOnce,
  statusFieldsOf,
  UrlPath,
} from './replicated.js';
import { SessionLimits } from './session.js';

const isObject = (value: unknown) => value !== null && typeof value === 'object' && !Array.isArray(value);

/** The check that a spec without `remote` has the field. It runs beside other faults, so that all missing fields are named at once. */
const needsBesideRemote = (
  field: 'imageName' | 'imageVersion',
): [check: (spec: Partial<Record<typeof field | 'remote', unknown>>) => boolean, fault: object] => [
  (spec) => spec[field] !== undefined || spec.remote !== undefined,
  {
    path: [field],
    message: 'is required',
    when: ({ value }: { value: unknown }) => isObject(value),
  },
];

/** The desired state of one managed MCP server, as a caller describes it. */
export const AdapterSpec = z
  .strictObject({
    name: ResourceName,
    ...identityFields,
    ...aboutFields,
    imageName: ImageName.optional().meta({
      description: 'Name of the image without registry, tag and digest. Required without `remote`.',
    }),
    imageVersion: ImageVersion.optional().meta({
      description:
        'Tag or digest of the image: `1.0.0`, `sha256:…`, or both as `1.0.0@sha256:…`. Required without `remote`.',
    }),
    remote: RemoteServer.optional().meta({
      description:
        'A server that runs elsewhere, in place of `imageName` and `imageVersion`. The gateway runs nothing for it and ' +
        'connects to its URL.',
    }),
    policies: Policies.default([]).meta({
      description: 'Narrow what the callers who may use the adapter may do with it. They apply to everyone.',
    }),
    port: Port.default(8000).meta({
      description: 'Port the server listens on in its container. The process runtime assigns PORT instead.',
    }),
    path: UrlPath.default('/mcp').meta({
      description: 'URL path of the MCP endpoint. The stream of the older HTTP transport is `sse` in the same folder.',
    }),
    healthCheck: HealthCheck,
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
    bridge: z
      .boolean()
      .optional()
      .meta({
        description:
          'With true, clients of every revision of MCP can use the server, whatever revision it speaks: tool routers ' +
          'translate between them. Absent or false: the gateway forwards the bytes.',
      }),
    upstreamAuth: UpstreamAuth.optional().meta({
      description: 'How the gateway authenticates its requests to the server. Absent: it sends no credentials.',
    }),
    tls: ServerTls.optional().meta({
      description:
        'The server speaks TLS on its port; `{}` is enough for a certificate that the system trusts. Absent: it speaks ' +
        'plain HTTP.',
    }),
    audit: AuditSettings.optional().meta({
      description:
        'What the audit records of calls beyond what it records of all. Absent: never arguments. Only mcp.admin may set, ' +
        'change or remove it.',
    }),
    resources: ResourceAmounts,
  })
  .refine(...setsVariablesOnce)
  .refine(...needsBesideRemote('imageName'))
  .refine(...needsBesideRemote('imageVersion'))
  .refine(({ remote, tls }) => !tls || !remote || /^https:/i.test(remote.url), {
    path: ['tls'],
    message: 'needs an https URL in remote.url',
  })
  .refine(({ upstreamAuth: { audience, identityToken } = { identityToken: true } }) => !audience || identityToken, {
    path: ['upstreamAuth', 'audience'],
    message: 'has no effect without identityToken: true',
  })
  .refine(({ bridge, tls }) => !bridge || !tls, {
    path: ['bridge'],
    message: 'cannot be true beside tls: tool routers, which translate, do not use the certificates of an adapter',
  })
  .refine(({ bridge, upstreamAuth }) => !bridge || !upstreamAuth?.identityToken, {
    path: ['bridge'],
    message:
      'cannot be true beside upstreamAuth.identityToken: tool routers, which translate, have no such token of a caller',
  })
  .refine(({ bridge, affinity }) => !bridge || affinity === 'session', {
    path: ['bridge'],
    message: 'needs affinity: session, because tool routers keep the sessions of clients',
  })
  .refine(({ bridge, preserveHost }) => !bridge || !preserveHost, {
    path: ['bridge'],
    message: 'cannot be true beside preserveHost: the requests of a client end at the tool router',
  })
  .meta({ id: 'AdapterSpec' });
export type AdapterSpec = z.infer<typeof AdapterSpec>;

/** The spec as callers see it: of a remote adapter, without the fields about what the gateway runs. */
export function representedSpec(spec: AdapterSpec): Omit<AdapterSpec, OfReplicas> & Partial<AdapterSpec> {
  if (!spec.remote) return spec;
  const kept = Object.entries(spec).filter(([field]) => !isOfReplicas(field));
  return Object.fromEntries(kept) as Omit<AdapterSpec, OfReplicas>;
}

/** The spec and the fields that the gateway sets. A remote adapter has no fields about what the gateway runs. */
export const AdapterResource = z
  .strictObject({
    ...AdapterSpec.shape,
    ...z.object(AdapterSpec.shape).pick(OF_REPLICAS).partial().shape,
    ...serverFieldsOf('adapter'),
  })
  .meta({ id: 'AdapterResource' });
export type AdapterResource = z.infer<typeof AdapterResource>;

/** What the worker has observed of an adapter. */
export const AdapterStatus = z.strictObject(statusFieldsOf('adapter')).meta({ id: 'AdapterStatus' });
export type AdapterStatus = z.infer<typeof AdapterStatus>;

/** The body of POST and PUT: a spec, or the answer of GET with changes in it. */
export const AdapterBody = AdapterSpec.safeExtend({
  ...bodyFields,
  fromRegistryEntry: z
    .unknown()
    .optional()
    .meta({
      description:
        'A `server.json` of a registry of MCP servers, or the answer of a registry for one server: the gateway makes the fields ' +
        'of it. Fields beside it come before those. Inputs of the entry take their values from `environmentVariables` and ' +
        '`secretEnvironment`. Answers never have this field.',
      writeOnly: true,
    }),
}).meta({
  id: 'AdapterBody',
  // Not `anyOf`, with which generated clients accept unknown fields.
  if: { anyOf: [{ required: ['remote'] }, { required: ['fromRegistryEntry'] }] },
  else: { required: ['imageName', 'imageVersion'] },
});

/** What is given beside an entry and decides what becomes of it. A wrong value is refused when the whole body is parsed. */
const BesideEntry = z.object({
  name: z.string().optional().catch(undefined),
  environmentVariables: z.record(z.string(), z.string()).catch({}),
  secretEnvironment: z.record(z.string(), z.object({ secret: z.string(), key: z.string() })).catch({}),
});

/** Puts the fields of an adapter in place of the registry entry that they follow from. */
function expandRegistryEntry(body: unknown, context: z.RefinementCtx): unknown {
  if (!isObject(body)) return body;
  const { fromRegistryEntry: entry, ...given } = body as Record<string, unknown>;
  if (entry === undefined) return body;
  const { name, environmentVariables: values, secretEnvironment: secrets } = BesideEntry.parse(given);
  const converted = fromRegistryEntry(entry, { values, secrets, ...(name !== undefined && { name }) });
  if ('faults' in converted) {
    for (const message of converted.faults) context.addIssue({ code: 'custom', path: ['fromRegistryEntry'], message });
    return given;
  }
  const made = converted.adapter;
  const merged = (['environmentVariables', 'secretEnvironment'] as const).flatMap((field) => {
    const isBoth = made[field] !== undefined && isObject(given[field]);
    return isBoth ? [[field, { ...made[field], ...(given[field] as object) }]] : [];
  });
  return { ...made, ...given, ...Object.fromEntries(merged) };
}

export type AdapterRequest = ResourceRequest<AdapterSpec>;
/** Accepts names of fields in any case, and treats a field that is null as absent. */
export const AdapterRequest = requestOf<AdapterSpec>(AdapterBody, refuseBesideRemote, expandRegistryEntry).transform(
  ({ spec, read }) => ({
    spec: spec.remote ? { ...spec, replicaCount: 0 } : spec,
    read,
  }),
);
