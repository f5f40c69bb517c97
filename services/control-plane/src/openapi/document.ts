import { AdapterResource, AdapterSpec, AdapterStatus, Condition, Phase, Problem, ReplicaStatus } from '@mcp-gateway/common/contracts';
import { z } from 'zod';
import { adapterPaths } from './adapter-paths.js';

/** The OpenAPI 3.1 document; its schemas are the contracts that the code parses with. */
export function openApiDocument(): Record<string, unknown> {
  return {
    openapi: '3.1.0',
    info: {
      title: 'MCP Gateway',
      version: '0.1.0',
      description: 'Deploys, inspects and removes MCP servers. MCP clients use /adapters/{name}/mcp on the same host.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [{ name: 'adapters', description: 'Managed MCP servers' }],
    paths: adapterPaths,
    components: {
      schemas: {
        AdapterSpec: schemaOf(AdapterSpec, 'input'),
        AdapterResource: schemaOf(AdapterResource, 'output'),
        AdapterStatus: schemaOf(AdapterStatus, 'output'),
        Condition: schemaOf(Condition, 'output'),
        Phase: schemaOf(Phase, 'output'),
        Problem: schemaOf(Problem, 'output'),
        ReplicaStatus: schemaOf(ReplicaStatus, 'output'),
      },
    },
  };
}

/** JSON Schema 2020-12, which OpenAPI 3.1 uses as it is. Schemas with an id of their own become references. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): unknown {
  const { $schema: _, $defs: __, id: ___, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'throw' }) as Record<string, unknown>;
  return JSON.parse(JSON.stringify(json).replaceAll('"#/$defs/', '"#/components/schemas/'));
}
