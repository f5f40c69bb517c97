import { AdapterResource, AdapterSpec, AdapterStatus, Condition, Phase, Problem, ReplicaStatus, SessionLimits, SessionResource } from '@mcp-gateway/common/contracts';
import { z } from 'zod';
import { adapterPaths } from './adapter-paths.js';
import { sessionPaths } from './session-paths.js';

const schemas = {
  AdapterSpec: schemaOf(AdapterSpec, 'input'),
  AdapterResource: schemaOf(AdapterResource, 'output'),
  AdapterStatus: schemaOf(AdapterStatus, 'output'),
  Condition: schemaOf(Condition, 'output'),
  Phase: schemaOf(Phase, 'output'),
  Problem: schemaOf(Problem, 'output'),
  ReplicaStatus: schemaOf(ReplicaStatus, 'output'),
  SessionLimits: schemaOf(SessionLimits, 'input'),
  SessionResource: schemaOf(SessionResource, 'output'),
};

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
    tags: [
      { name: 'adapters', description: 'Managed MCP servers' },
      { name: 'sessions', description: 'What clients have open on them' },
    ],
    paths: { ...adapterPaths, ...sessionPaths },
    components: {
      schemas,
    },
  };
}

/**
 * JSON Schema 2020-12, which OpenAPI 3.1 uses as it is. zod answers with a reference to the schema's own id and has every
 * schema with an id among the definitions; here those are the components.
 */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): unknown {
  const { $defs = {} } = z.toJSONSchema(schema, { io, unrepresentable: 'throw' });
  const { id } = schema.meta() ?? {};
  const definition = $defs[String(id)];
  if (!definition) throw new Error(`zod has no definition of ${id}`);
  return JSON.parse(JSON.stringify(definition).replaceAll('"#/$defs/', '"#/components/schemas/'));
}
