import { z } from 'zod';
import { boundedString } from './adapter-fields.js';

export const RemoteUrl = boundedString(2048, 1)
  .refine((text) => /^https?:\/\//i.test(text) && URL.canParse(text), {
    error: 'must be an http or https URL, such as https://mcp.example.com/mcp',
    abort: true,
  })
  .refine((text) => new URL(text).username === '' && new URL(text).password === '', {
    message: 'must not have a user or a password; name a credential in upstreamAuth',
  })
  .refine((text) => !text.includes('#'), { message: 'must not have a fragment, which no server gets' })
  .meta({ description: 'URL of its MCP endpoint, with path and query.', examples: ['https://mcp.example.com/mcp'] });

/** Secrets: routes and answers have the headers in plain text. */
const SECRET = /^(authorization|x-api-key|api-key|x-auth-token)$/;
/** Headers that the gateway or its clients set, or that describe a connection or a body. */
const TAKEN =
  /^(host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|proxy-.*|content-.*|accept.*|cookie2?|mcp-.*|x-mcp-.*|x-request-id|last-event-id|x?-?forwarded.*|origin)$/;

const HeaderName = boundedString(128)
  .regex(/^[A-Za-z0-9-]+$/, 'must be the name of a header')
  .refine((name) => !TAKEN.test(name.toLowerCase()), { message: 'is a header that the gateway sets itself' })
  .refine((name) => !SECRET.test(name.toLowerCase()), {
    message: 'is for secrets, which everyone who may use the resource could read; name a credential in upstreamAuth',
  });

const HeaderValue = boundedString(4096, 1).regex(
  /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/,
  'must be printable ASCII without spaces at its ends',
);

/** A server that runs elsewhere, in place of an image. */
export const RemoteServer = z.strictObject({
  url: RemoteUrl,
  headers: z
    .record(HeaderName, HeaderValue)
    .refine((headers) => Object.keys(headers).length <= 32, { message: 'must hold at most 32 headers' })
    .default({})
    .meta({ description: 'Headers of each request to the server. Secrets belong into a credential (`upstreamAuth`).' }),
});
export type RemoteServer = z.infer<typeof RemoteServer>;

/** The fields of a tool that are about what the gateway runs. */
export const OF_TOOL_REPLICAS = {
  imageName: true,
  imageVersion: true,
  environmentVariables: true,
  secretEnvironment: true,
  replicaCount: true,
  useWorkloadIdentity: true,
  healthCheck: true,
  resources: true,
} as const;

/** The same of an adapter. */
export const OF_REPLICAS = { ...OF_TOOL_REPLICAS, port: true, path: true, preserveHost: true } as const;
export type OfReplicas = keyof typeof OF_REPLICAS;
export const isOfReplicas = (field: string): field is OfReplicas => Object.hasOwn(OF_REPLICAS, field);

const WHY_ABSENT: Partial<Record<OfReplicas, string>> = {
  path: 'the path is in remote.url',
  port: 'the port is in remote.url',
  preserveHost: 'a remote server gets its own host',
  environmentVariables: 'headers are in remote.headers, secrets in upstreamAuth',
  secretEnvironment: 'name a credential in upstreamAuth',
};

/** Says which fields of a body cannot stand beside `remote`. The names of fields are as in the schema. */
export function refuseBesideRemote(body: unknown, context: z.RefinementCtx): void {
  const given = Object(body) as Record<string, unknown>;
  if (given['remote'] === undefined) return;
  refuseGiven(given, Object.keys(given).filter(isOfReplicas), context);
}

/** The same for a tool, whose definition and source say where a server listens. */
export function refuseBesideRemoteOfTool(body: unknown, context: z.RefinementCtx): void {
  refuseBesideRemote(body, context);
  const { remote, toolDefinition, source } = Object(body) as Record<string, unknown>;
  if (remote === undefined) return;
  refuseGiven(toolDefinition, ['port', 'path'], context, 'toolDefinition');
  // An OpenAPI document has paths of its own, which may need another one before them.
  const { type } = Object(source) as { type?: unknown };
  refuseGiven(source, type === 'openapi' ? ['port'] : ['port', 'path'], context, 'source');
}

function refuseGiven(
  given: unknown,
  fields: readonly OfReplicas[],
  context: z.RefinementCtx,
  ...within: string[]
): void {
  for (const field of fields) {
    if ((Object(given) as Record<string, unknown>)[field] === undefined) continue;
    const why = WHY_ABSENT[field] ?? 'the gateway runs nothing for a remote server';
    const message = `must be absent beside "remote": ${why}`;
    context.addIssue({ code: 'custom', path: [...within, field], message });
  }
}
