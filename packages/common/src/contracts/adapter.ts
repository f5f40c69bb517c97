import { z } from 'zod';
import { AuditSettings } from './audit.js';
import { ServerTls, UpstreamAuth } from './credential.js';
import { Policies } from './policy.js';
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

/** The desired state of one managed MCP server, as a caller describes it. */
export const AdapterSpec = z
  .strictObject({
    name: ResourceName,
    ...identityFields,
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
  .refine(({ upstreamAuth: { audience, identityToken } = { identityToken: true } }) => !audience || identityToken, {
    path: ['upstreamAuth', 'audience'],
    message: 'has no effect without identityToken: true',
  })
  .meta({ id: 'AdapterSpec' });
export type AdapterSpec = z.infer<typeof AdapterSpec>;

/** The spec and the fields that the gateway sets. */
export const AdapterResource = AdapterSpec.extend(serverFieldsOf('adapter')).meta({ id: 'AdapterResource' });
export type AdapterResource = z.infer<typeof AdapterResource>;

/** What the worker has observed of an adapter. */
export const AdapterStatus = z.strictObject(statusFieldsOf('adapter')).meta({ id: 'AdapterStatus' });
export type AdapterStatus = z.infer<typeof AdapterStatus>;

/** The body of POST and PUT: a spec, or the answer of GET with changes in it. */
export const AdapterBody = AdapterSpec.safeExtend(bodyFields).meta({ id: 'AdapterBody' });

export type AdapterRequest = ResourceRequest<AdapterSpec>;
/** Accepts names of fields in any case, and treats a field that is null as absent. */
export const AdapterRequest = requestOf<AdapterSpec>(AdapterBody);
