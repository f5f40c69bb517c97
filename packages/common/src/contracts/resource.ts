import { z } from 'zod';
import { boundedString } from './adapter-fields.js';

/** The kinds of resources that the API manages. Two resources of different kinds may have the same name. */
export const ResourceKind = z.enum(['adapter', 'tool', 'toolset']);
export type ResourceKind = z.infer<typeof ResourceKind>;

/** Names become DNS labels in a cluster (RFC 1123 §2.1), so they stop at 63 characters. */
export const ResourceName = boundedString(63, 1)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'must be lower-case letters, digits and inner hyphens')
  .meta({ description: 'Name of the adapter; part of its URL.', examples: ['mcp-example'] });

/** The name of a resource in every persisted format. */
export interface ResourceRef {
  kind: ResourceKind;
  name: string;
}

export const adapterRef = (name: string): ResourceRef => ({ kind: 'adapter', name });
export const toolsetRef = (name: string): ResourceRef => ({ kind: 'toolset', name });

/** The toolset of everything that a caller may use. It is served at /mcp and has no row. */
export const ALL_TOOLS = 'all';
export const isAllTools = ({ kind, name }: ResourceRef): boolean => kind === 'toolset' && name === ALL_TOOLS;

/** The path at which MCP clients use the resource, at the gateway; of a toolset at a tool router, too. Tools have none. */
export function mcpPathOf({ kind, name }: ResourceRef): string {
  if (kind !== 'toolset') return `/${collectionOf(kind)}/${name}/mcp`;
  return name === ALL_TOOLS ? '/mcp' : `/mcp/t/${name}`;
}

/** The first segment of the URLs of a kind: `adapters`. */
export const collectionOf = (kind: ResourceKind): string => `${kind}s`;

/** `adapter/echo`: one string for a queue, a hash, an index. Names contain no slash. */
export const resourceKey = ({ kind, name }: ResourceRef): string => `${kind}/${name}`;

export const Phase = z.enum(['Pending', 'Progressing', 'Ready', 'Degraded', 'Failed', 'Stopped']).meta({
  id: 'Phase',
  description:
    'Pending: accepted; the worker has not acted on it yet. Progressing: replicas are starting or being replaced. Ready: all replicas ' +
    'answer. Degraded: some do. Failed: none does, or the server cannot start. Stopped: the spec asks for zero replicas. A toolset runs nothing: it is Ready once it is published.',
});
export type Phase = z.infer<typeof Phase>;

/** A fact about a resource, in the form of a Kubernetes condition. */
export const Condition = z
  .strictObject({
    type: z
      .enum(['Ready', 'Progressing', 'HealthCheck', 'Document', 'Arguments', 'Approved', 'Selection'])
      .meta({ description: 'The aspect that the condition describes.' }),
    status: z.enum(['True', 'False', 'Unknown']).meta({ description: 'Whether the condition holds.' }),
    reason: z.string().meta({ description: 'One CamelCase word for programs.' }),
    message: z.string().meta({ description: 'A sentence for people: what happens and what to do.' }),
    lastTransitionTime: z.iso.datetime().meta({ description: 'When `status` last changed.' }),
  })
  .meta({ id: 'Condition' });
export type Condition = z.infer<typeof Condition>;

export const ReplicaStatus = z
  .strictObject({
    name: z.string().meta({ description: 'Name of the replica.' }),
    instance: z.int().meta({ description: 'Ordinal of the replica, as in /logs?instance=.' }),
    state: z
      .enum(['Starting', 'Ready', 'NotReady', 'BackOff', 'Stopping'])
      .meta({ description: '`BackOff`: the replica keeps crashing and waits for its next start.' }),
    ready: z.boolean().meta({ description: 'Whether the replica gets requests.' }),
    updated: z.boolean().meta({ description: 'Whether the replica runs the current spec.' }),
    restartCount: z.int().meta({ description: 'How often its process was restarted.' }),
    lastExitCode: z
      .int()
      .nullable()
      .meta({ description: 'Exit code of its last process: 128 + signal number when a signal ended it.' }),
    startedAt: z.iso.datetime().nullable().meta({ description: 'When its process was last started.' }),
    message: z.string().nullable().meta({ description: 'What is wrong with the replica and what to do, for people.' }),
  })
  .meta({ id: 'ReplicaStatus' });
export type ReplicaStatus = z.infer<typeof ReplicaStatus>;
