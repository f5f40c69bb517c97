import { imageReference, type ToolResource, ToolRequest, type ToolSpec } from '@mcp-gateway/common/contracts';
import type { ToolRows } from '@mcp-gateway/database';
import {
  resourceMetadata,
  resourceStatus,
  type ResourceDefinition,
  type ResourceDocumentation,
} from '../resources/definition.js';
import { type MayUseWorkloadIdentity, requireWorkloadIdentity } from '../resources/workload-identity.js';
import { schemaFault } from './schema-faults.js';

/** The schemas of the tool are checked here, because the contract knows no JSON Schema. */
const CheckedRequest = ToolRequest.superRefine(({ spec }, context) => {
  for (const field of ['inputSchema', 'outputSchema'] as const) {
    const schema = spec.toolDefinition?.tool[field];
    const fault = schema && schemaFault(schema);
    if (!fault) continue;
    const path = ['toolDefinition', 'tool', field, ...fault.path];
    context.addIssue({ code: 'custom', path, message: fault.message });
  }
});

/** A tool: the definition that MCP clients get, and the server that executes it. */
export const toolDefinition = (
  rows: ToolRows,
  { mayUseWorkloadIdentity }: { mayUseWorkloadIdentity: MayUseWorkloadIdentity },
): ResourceDefinition<ToolSpec, ToolResource> => ({
  kind: 'tool',
  collection: 'tools',
  request: CheckedRequest,
  rows,
  represent: (row) => ({ ...row.spec, ...resourceMetadata(row) }),
  status: (row) => ({ ...resourceStatus(row), image: imageReference(row.spec) }),
  authorizeSpec: (principal, spec) => requireWorkloadIdentity(principal, spec, mayUseWorkloadIdentity),
  errors: { notFound: 'TOOL_NOT_FOUND', nameTaken: 'TOOL_EXISTS' },
});

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
    },
    replace: { scaled: { summary: 'The same tool with two replicas', value: { ...WEATHER, replicaCount: 2 } } },
  },
  forbidden: {
    create: 'You may not use `useWorkloadIdentity`.',
    change: 'You may read the tool but not change it, or you may not use `useWorkloadIdentity`.',
  },
};
