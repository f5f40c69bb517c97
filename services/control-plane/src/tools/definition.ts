import {
  bridgeFaults,
  imageReference,
  representedTool,
  type ToolResource,
  ToolRequest,
  type ToolSpec,
  type ToolStatus,
} from '@mcp-gateway/common/contracts';
import type { Principal } from '@mcp-gateway/common/principal';
import type { ToolRow, ToolRows } from '@mcp-gateway/database';
import { schemaFault } from '@mcp-gateway/json-schema';
import type { Requester } from '../http/request.js';
import {
  resourceMetadata,
  resourceStatus,
  type ResourceDefinition,
  type ResourceDocumentation,
} from '../resources/definition.js';
import { type MayUseWorkloadIdentity, requireWorkloadIdentity } from '../resources/workload-identity.js';
import { preparedSource } from './sources.js';

/** The schemas of the tool are checked here, because the contract knows no JSON Schema. A bridge without its settings never starts. */
const CheckedRequest = ToolRequest.superRefine(({ spec }, context) => {
  for (const fault of bridgeFaults(spec)) context.addIssue({ code: 'custom', ...fault });
  for (const field of ['inputSchema', 'outputSchema'] as const) {
    const schema = spec.toolDefinition?.tool[field];
    const fault = schema && schemaFault(schema);
    if (!fault) continue;
    const path = ['toolDefinition', 'tool', field, ...fault.path];
    context.addIssue({ code: 'custom', path, message: fault.message });
  }
});

/** What a spec may need beside itself. */
export interface ToolPrivileges {
  mayUseWorkloadIdentity: MayUseWorkloadIdentity;
  /** For a credential that is the same for all callers. @throws GatewayError FORBIDDEN, INVALID_REQUEST */
  checkSharedCredential(principal: Principal, name: string): void;
  /** @throws GatewayError ADAPTER_NOT_FOUND, also for an adapter that the caller may not use */
  findAdapter(by: Requester, name: string): Promise<unknown>;
  /** Names of the toolsets whose status tells whether the tool is there. */
  toolsetsOf(tool: string): Promise<string[]>;
}

/** A tool: the definition that MCP clients get, and what executes it. */
export const toolDefinition = (
  rows: ToolRows,
  { mayUseWorkloadIdentity, checkSharedCredential, findAdapter, toolsetsOf }: ToolPrivileges,
): ResourceDefinition<ToolSpec, ToolResource> => ({
  kind: 'tool',
  collection: 'tools',
  request: CheckedRequest,
  rows,
  represent: (row) => ({ ...representedTool(row.spec), ...resourceMetadata(row) }),
  status: toolStatus,
  whyNoLogs,
  /** A caller that changes such a tool chooses what runs with the identity, or gets the credential. */
  authorizeSpec(principal, spec) {
    requireWorkloadIdentity(principal, spec, mayUseWorkloadIdentity);
    if (spec.upstreamAuth) checkSharedCredential(principal, spec.upstreamAuth.credential);
  },
  prepare: async (by, spec) => ({ ...spec, source: await preparedSource(by, spec, findAdapter) }),
  dependents: async (tool) => (await toolsetsOf(tool)).map((name) => ({ kind: 'toolset', name })),
  errors: { notFound: 'TOOL_NOT_FOUND', nameTaken: 'TOOL_EXISTS' },
});

function whyNoLogs({ spec: { name, remote, source } }: ToolRow): string | undefined {
  if (source.type === 'adapter') {
    return `the adapter ${source.adapter} has the server of ${name}; GET /adapters/${source.adapter}/logs has its logs`;
  }
  if (!remote) return undefined;
  return `the server of ${name} runs elsewhere, so the gateway has no logs of it; GET /tools/${name}/status says whether it answers`;
}

function toolStatus(row: ToolRow): ToolStatus {
  const { spec } = row;
  const status = resourceStatus(row);
  if (spec.remote) return { ...status, replicaStatus: 'a remote server, which has no replicas here' };
  return {
    ...status,
    image: imageReference(spec),
    ...(spec.source.type === 'adapter' && { replicaStatus: 'it has no replicas: the adapter has the server' }),
  };
}

const WEATHER = {
  name: 'weather',
  imageName: 'tool-example',
  imageVersion: '0.1.0',
  description: 'The weather at a place',
  toolDefinition: {
    tool: {
      name: 'weather',
      title: 'Weather',
      description: 'Gets the current weather at a place.',
      inputSchema: {
        type: 'object',
        properties: {
          location: { type: 'string', description: 'City, such as "Zurich"' },
          unit: { type: 'string', enum: ['celsius', 'fahrenheit'] },
        },
        required: ['location'],
      },
      annotations: { readOnlyHint: true },
    },
    port: 8000,
    path: '/score',
  },
  requiredRoles: ['weather.users'],
};

const PETS = {
  openapi: '3.1.1',
  info: { title: 'Pets', version: '1.0.0' },
  servers: [{ url: '/api/v1' }],
  paths: {
    '/pets/{petId}': {
      get: {
        operationId: 'getPet',
        summary: 'Finds a pet',
        parameters: [{ name: 'petId', in: 'path', required: true, schema: { type: 'integer' } }],
        responses: { 200: { description: 'The pet' } },
      },
    },
  },
};

/** The parts of the OpenAPI document that only tools have. */
export const toolDocumentation: ResourceDocumentation = {
  type: 'Tool',
  collection: 'tools',
  aResource: 'a tool',
  registers: 'a tool',
  examples: {
    create: {
      weather: { summary: 'A server that takes the arguments at POST /score', value: WEATHER },
      server: {
        summary: 'An MCP server that describes its tools itself',
        value: {
          name: 'search',
          imageName: 'team/search',
          imageVersion: '1.0.0',
          source: { type: 'mcp', path: '/mcp' },
        },
      },
      selection: {
        summary: 'The tools of an adapter that read, without its prompts',
        value: {
          name: 'crm-reader',
          source: { type: 'adapter', adapter: 'crm', tools: ['get_*', 'list_*'], prompts: [], prefix: 'crm_' },
          requiredRoles: ['support'],
        },
      },
      api: {
        summary: 'An operation of an HTTP API, by its OpenAPI document',
        value: {
          name: 'pets',
          imageName: 'team/pets',
          imageVersion: '1.0.0',
          source: { type: 'openapi', operations: ['GET /pets/{petId}'], document: PETS },
        },
      },
      remote: {
        summary: 'The same of an HTTP API that runs elsewhere',
        value: {
          name: 'pets',
          remote: { url: 'https://pets.example.com/api/v1' },
          source: { type: 'openapi', operations: ['GET /pets/{petId}'], document: PETS },
        },
      },
    },
    replace: { scaled: { summary: 'The same tool with two replicas', value: { ...WEATHER, replicaCount: 2 } } },
  },
  forbidden: {
    create: 'You may not use `useWorkloadIdentity` or this `upstreamAuth`.',
    change: 'You may read the tool but not change it, or you may not use `useWorkloadIdentity` or this `upstreamAuth`.',
  },
};
