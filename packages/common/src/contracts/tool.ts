import { z } from 'zod';
import { text } from './adapter-fields.js';
import { boundedJson } from './bounded-json.js';
import {
  bodyFields,
  HealthCheck,
  identityFields,
  Port,
  requestOf,
  ResourceAmounts,
  type ResourceRequest,
  serverFieldsOf,
  setsVariablesOnce,
  statusFieldsOf,
  UrlPath,
} from './replicated.js';
import { ResourceName } from './resource.js';

/**
 * In a cluster, a tool is reached at the Service `{name}-service`, whose name has at most 63 characters and begins with a letter
 * (RFC 1035 §2.3.1). Objects of all resources are called `{kind}-{name}`, so a tool with such a name could take theirs.
 */
const ToolName = ResourceName.max(55, 'must be at most 55 characters')
  .refine((name) => !/^[0-9]/.test(name), { message: 'must begin with a letter' })
  .refine((name) => !/^(adapter|tool|toolset|agent)-/.test(name), {
    message: 'must not begin with "adapter-", "tool-", "toolset-" or "agent-"',
  })
  .meta({ description: 'Name of the tool, for the API and for models.', examples: ['weather'] });

/** Characters of one definition as JSON, and how deep its objects and arrays may be nested. */
const MAX_CHARS = 65_536;
const MAX_DEPTH = 32;

const JsonObject = z.record(z.string(), z.unknown());

const ObjectSchema = JsonObject.refine(({ type }) => type === 'object', {
  message: 'must be a JSON Schema with "type": "object"',
});

const Icon = z.looseObject({
  src: text(32_768, 1)
    .regex(/^(https?:\/\/|data:image\/)/, 'must be an http or https URL or a data URL of an image')
    .meta({ description: 'URL of the image.' }),
  mimeType: text(128).optional().meta({ description: 'Media type of the image.' }),
  sizes: z
    .array(text(16))
    .max(16, 'must be at most 16 sizes')
    .optional()
    .meta({ description: 'Sizes such as `48x48`.' }),
  theme: z.enum(['light', 'dark']).optional().meta({ description: 'The theme that the image is for.' }),
});

const hint = (description: string) => z.boolean('must be true or false').optional().meta({ description });

/** The Tool of MCP (2025-11-25 and 2026-07-28, schema, `Tool`). Fields that the specification does not name are kept. */
export const McpTool = z
  .preprocess(
    boundedJson({ maxChars: MAX_CHARS, maxDepth: MAX_DEPTH }),
    z.looseObject({
      name: text(63, 1).meta({ description: 'The same as the `name` of the resource.' }),
      title: text(256).optional().meta({ description: 'Name for people.' }),
      description: text(16_384).optional().meta({ description: 'What the tool does, for models.' }),
      inputSchema: ObjectSchema.meta({ description: 'JSON Schema (2020-12) of the arguments; its type is `object`.' }),
      outputSchema: JsonObject.optional().meta({ description: 'JSON Schema (2020-12) of the structured result.' }),
      annotations: z
        .looseObject({
          title: text(256).optional().meta({ description: 'Name for people.' }),
          readOnlyHint: hint('The tool changes nothing.'),
          destructiveHint: hint('The tool may delete or overwrite.'),
          idempotentHint: hint('The same call again has no further effect.'),
          openWorldHint: hint('The tool acts on things outside of its server.'),
        })
        .optional()
        .meta({ description: 'Hints about the behaviour. Clients do not trust them.' }),
      icons: z.array(Icon).max(16, 'must be at most 16 icons').optional().meta({ description: 'Icons for people.' }),
      execution: z
        .looseObject({
          taskSupport: z
            .enum(['forbidden', 'optional', 'required'])
            .optional()
            .refine((support) => support !== 'required', {
              message: 'must not be "required": this tool runs without tasks',
            })
            .meta({ description: 'Whether clients may call the tool as a task. It cannot be `required`.' }),
        })
        .optional()
        .meta({ description: 'How the tool runs.' }),
      _meta: JsonObject.optional().meta({ description: 'Metadata (MCP, `_meta`).' }),
    }),
  )
  .meta({ description: 'The definition that MCP clients get (MCP, `Tool`).' });
export type McpTool = z.infer<typeof McpTool>;

/** A path and nothing else: no other authority, and the same path for every program that reads it. */
const ToolPath = UrlPath.refine((path) => !path.includes('//'), { message: 'must not contain "//"' })
  .refine((path) => !path.split('/').includes('.'), { message: 'must not contain "." segments' })
  .refine((path) => !/%(?![0-9a-f]{2})|%(00|2e|2f|5c)/i.test(path), {
    message: 'must not encode ".", "/" or a backslash, and every "%" must be followed by two hexadecimal digits',
  });

/** The definition of a tool, and where its server takes the arguments. */
export const ToolDefinition = z.strictObject({
  tool: McpTool,
  port: Port.default(8000).meta({
    description: 'Port the server listens on in its container. The process runtime assigns PORT instead.',
  }),
  path: ToolPath.default('/score').meta({ description: 'URL path that takes the arguments.' }),
  method: z.enum(['POST', 'PUT', 'PATCH']).default('POST').meta({
    description: 'HTTP method with which the gateway sends the arguments as JSON.',
  }),
});
export type ToolDefinition = z.infer<typeof ToolDefinition>;

const SOURCES = 'must be "http" or "mcp"; the gateway has no other source of tools yet';

/** What executes the tools: how the tool router finds and calls them. */
export const ToolSource = z
  .discriminatedUnion(
    'type',
    [
      z.strictObject({
        type: z.literal('http').meta({ description: 'The server takes the arguments where `toolDefinition` says.' }),
      }),
      z.strictObject({
        type: z.literal('mcp').meta({ description: 'The server is an MCP server, which describes its tools itself.' }),
        port: Port.default(8000).meta({
          description: 'Port the server listens on in its container. The process runtime assigns PORT instead.',
        }),
        path: ToolPath.default('/mcp').meta({ description: 'URL path of its MCP endpoint.' }),
      }),
    ],
    { error: ({ code }) => (code === 'invalid_union' ? SOURCES : undefined) },
  )
  .default({ type: 'http' })
  .meta({ description: 'What executes the tools.' });
export type ToolSource = z.infer<typeof ToolSource>;

/** The desired state of a tool and of the server that executes it, as a caller describes it. */
export const ToolSpec = z
  .strictObject({
    name: ToolName,
    ...identityFields,
    source: ToolSource,
    toolDefinition: ToolDefinition.optional().meta({
      description:
        'The definition that MCP clients get, and where the server takes the arguments. The source `http` needs it; ' +
        'with `mcp`, the server describes its tools.',
    }),
    healthCheck: HealthCheck,
    resources: ResourceAmounts,
  })
  .refine(...setsVariablesOnce)
  .refine(({ source, toolDefinition }) => source.type !== 'http' || toolDefinition, {
    path: ['toolDefinition'],
    message: 'is required',
  })
  .refine(({ source, toolDefinition }) => source.type !== 'mcp' || !toolDefinition, {
    path: ['toolDefinition'],
    message: 'must be absent: with the source "mcp", the server describes its tools',
  })
  .refine(({ source, healthCheck }) => source.type === 'mcp' || healthCheck.type !== 'mcp', {
    path: ['healthCheck', 'type'],
    message: 'must be "http" or "tcp": the server of a tool with the source "http" does not speak MCP',
  })
  .refine(({ name, toolDefinition }) => !toolDefinition || toolDefinition.tool.name === name, {
    path: ['toolDefinition', 'tool', 'name'],
    message: 'must be the name of the resource',
  })
  .meta({ id: 'ToolSpec' });
export type ToolSpec = z.infer<typeof ToolSpec>;

/** The spec and the fields that the gateway sets. */
export const ToolResource = ToolSpec.extend(serverFieldsOf('tool')).meta({ id: 'ToolResource' });
export type ToolResource = z.infer<typeof ToolResource>;

/** What the worker has observed of the server of a tool. */
export const ToolStatus = z.strictObject(statusFieldsOf('tool')).meta({ id: 'ToolStatus' });
export type ToolStatus = z.infer<typeof ToolStatus>;

/** The body of POST and PUT: a spec, or the answer of GET with changes in it. */
export const ToolBody = ToolSpec.safeExtend(bodyFields).meta({ id: 'ToolBody' });

export type ToolRequest = ResourceRequest<ToolSpec>;
/** Accepts names of fields in any case, and treats a field that is null as absent. */
export const ToolRequest = requestOf<ToolSpec>(ToolBody);
