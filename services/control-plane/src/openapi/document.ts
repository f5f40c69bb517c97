import { AdapterBody, AdapterResource, AdapterStatus, ApiKeyBody, ApiKeyCreated, ApiKeyResource, ApprovalBody, AuditEntry, AuditOutcome, ChangeEvent, Condition, DefinitionChanges, Icon, PermissionExplanation, Phase, Quota, QuotaResource, RegistryList, RegistryServer, ReplicaStatus, SessionLimits, SessionResource, TenantBody, TenantResource, ToolBody, ToolResource, ToolsetBody, ToolsetResource, ToolsetStatus, ToolStatus } from '@mcp-gateway/common/contracts';
import { Problem } from '@mcp-gateway/common/errors';
import { z } from 'zod';
import { mcpPaths, mcpSchemas } from './mcp-paths.js';
import { managementPaths } from './management-paths.js';

const schemas = {
  AdapterBody: withoutDefaults(schemaOf(AdapterBody, 'input')),
  AdapterResource: schemaOf(AdapterResource, 'output'),
  AdapterStatus: schemaOf(AdapterStatus, 'output'),
  ApiKeyBody: withoutDefaults(schemaOf(ApiKeyBody, 'input')),
  ApiKeyCreated: schemaOf(ApiKeyCreated, 'output'),
  ApiKeyResource: schemaOf(ApiKeyResource, 'output'),
  ApprovalBody: withoutDefaults(schemaOf(ApprovalBody, 'input')),
  AuditEntry: schemaOf(AuditEntry, 'output'),
  AuditOutcome: schemaOf(AuditOutcome, 'output'),
  ChangeEvent: schemaOf(ChangeEvent, 'output'),
  Condition: schemaOf(Condition, 'output'),
  DefinitionChanges: schemaOf(DefinitionChanges, 'output'),
  Icon: schemaOf(Icon, 'output'),
  PermissionExplanation: schemaOf(PermissionExplanation, 'output'),
  Phase: schemaOf(Phase, 'output'),
  Problem: schemaOf(Problem, 'output'),
  Quota: withoutDefaults(schemaOf(Quota, 'input')),
  QuotaResource: schemaOf(QuotaResource, 'output'),
  RegistryList: schemaOf(RegistryList, 'output'),
  RegistryServer: schemaOf(RegistryServer, 'output'),
  ReplicaStatus: schemaOf(ReplicaStatus, 'output'),
  SessionLimits: schemaOf(SessionLimits, 'input'),
  SessionResource: schemaOf(SessionResource, 'output'),
  TenantBody: withoutDefaults(schemaOf(TenantBody, 'input')),
  TenantResource: schemaOf(TenantResource, 'output'),
  ToolBody: withoutDefaults(schemaOf(ToolBody, 'input')),
  ToolResource: schemaOf(ToolResource, 'output'),
  ToolsetBody: withoutDefaults(schemaOf(ToolsetBody, 'input')),
  ToolsetResource: schemaOf(ToolsetResource, 'output'),
  ToolsetStatus: schemaOf(ToolsetStatus, 'output'),
  ToolStatus: schemaOf(ToolStatus, 'output'),
  ...mcpSchemas,
};

const ACCESS_TOKEN =
  'With AUTH_MODE=oidc or entra: an access token of a configured issuer or tenant. On MCP paths, the challenge of a 401 names the document ' +
  'that lists the issuers (RFC 9728).';

const API_KEY =
  'An API key of this gateway, in every mode, if the operator has enabled them. `Authorization: Bearer` takes it, too. ' +
  'POST /api-keys creates one.';

const DEVELOPMENT =
  'With AUTH_MODE=development, the default: there is no token. The caller is `dev` with the role `mcp.dev`, unless this header, ' +
  '`X-Dev-Name` and `X-Dev-Roles` (separated by commas) name another. On loopback only, unless the operator allows more.';

/**
 * The OpenAPI 3.1 document; its schemas are the contracts that the code parses with.
 * @param server URL of the gateway, which may be relative to that of the document (Server Object)
 */
export function openApiDocument(server = '/') {
  return {
    openapi: '3.1.0',
    info: {
      title: 'MCP Gateway',
      version: '0.1.0',
      description: 'Deploys, inspects and removes MCP servers. MCP clients use /mcp and /adapters/{name}/mcp on the same host.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: server, description: 'The gateway that answers with this document.' }],
    security: [{ accessToken: [] }, { apiKey: [] }, { development: [] }, {}],
    tags: [
      { name: 'adapters', description: 'Managed MCP servers' },
      { name: 'tools', description: 'Registered tools and the servers that execute them' },
      { name: 'toolsets', description: 'Selections of tools that MCP clients get at a URL of their own' },
      { name: 'permissions', description: 'Who may do what' },
      { name: 'sessions', description: 'Open MCP sessions on adapters' },
      { name: 'api-keys', description: 'Keys with which scripts sign in' },
      { name: 'tenants', description: 'Groups of callers that share quotas' },
      { name: 'registry', description: 'The servers that you may use, as a registry of MCP servers' },
      { name: 'events', description: 'What changes' },
      { name: 'audit', description: 'Who did what' },
      { name: 'mcp', description: 'The endpoints of MCP clients; an MCP SDK uses them' },
    ],
    paths: { ...managementPaths, ...mcpPaths },
    components: {
      securitySchemes: {
        accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: ACCESS_TOKEN },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: API_KEY },
        development: { type: 'apiKey', in: 'header', name: 'X-Dev-UserId', description: DEVELOPMENT },
      },
      schemas,
    },
  };
}

/**
 * JSON Schema 2020-12, which OpenAPI 3.1 uses unchanged. zod returns a reference to the schema's own id and puts every schema with
 * an id into the definitions. Here the definitions become components.
 */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): unknown {
  const { $defs = {} } = z.toJSONSchema(schema, { io, unrepresentable: 'throw' });
  const { id } = schema.meta() ?? {};
  const definition = $defs[String(id)];
  if (!definition) throw new Error(`zod has no definition of ${id}`);
  return JSON.parse(JSON.stringify(definition).replaceAll('"#/$defs/', '"#/components/schemas/'));
}

/**
 * Generators of clients treat a field with a `default` as always present, so that each request would have to name it. In schemas of
 * requests the description has the default instead.
 */
function withoutDefaults(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutDefaults);
  if (schema === null || typeof schema !== 'object') return schema;
  const fields = Object.entries(schema).map(([key, value]) => [key, withoutDefaults(value)] as const);
  const { default: value, ...rest } = Object.fromEntries(fields) as { default?: unknown; description?: string };
  if (value === undefined) return rest;
  return { ...rest, description: `${rest.description ?? ''} Default: \`${JSON.stringify(value)}\`.`.trimStart() };
}
