import { z } from 'zod';
import { boundedString, text } from './adapter-fields.js';
import { boundedJson } from './bounded-json.js';
import { Approval, WhileChanged } from './definition-lock.js';
import { Port, UrlPath } from './replicated.js';
import { ResourceName } from './resource.js';

/** A path and nothing else: no other authority, and the same path for every program that reads it. */
export const ToolPath = UrlPath.refine((path) => !path.includes('//'), { message: 'must not contain "//"' })
  .refine((path) => !path.split('/').includes('.'), { message: 'must not contain "." segments' })
  .refine((path) => !/%(?![0-9a-f]{2})|%(00|2e|2f|5c)/i.test(path), {
    message: 'must not encode ".", "/" or a backslash, and every "%" must be followed by two hexadecimal digits',
  });

const Prefix = boundedString(32)
  .regex(/^[A-Za-z0-9_-]*$/, 'must be letters, digits, "_" and "-"')
  .optional()
  .meta({
    description:
      'Begins the names under which clients see the tools, such as `crm_` in `crm_search`; `""` for none. Absent: the name ' +
      'of the resource with `_`.',
  });

/** Where servers of tools listen, when their spec does not say it. */
export const DEFAULT_PORT = 8000;
export const DEFAULT_MCP_PATH = '/mcp';

/** Absent beside `remote`. */
export const ServerPort = Port.optional().meta({
  description:
    'Port the server listens on in its container, 8000 by default. The process runtime assigns PORT instead. Absent with `remote`.',
  default: DEFAULT_PORT,
});

const MAX_NAMES = 256;

/** Names in which `*` stands for any characters. @param what they name, with its article */
const names = (what: string) =>
  z
    .array(text(1024, 1))
    .max(MAX_NAMES, `must be at most ${MAX_NAMES} names`)
    .optional()
    .meta({ description: `${what}, by name; \`*\` stands for any characters. Absent: all of them; \`[]\`: none.` });

/** Characters of an OpenAPI document as JSON, and how deep its objects and arrays may be nested. */
const MAX_DOCUMENT_CHARS = 1_048_576;
const MAX_DOCUMENT_DEPTH = 64;
/** Characters of a document that the gateway reads itself. */
const MAX_READ_CHARS = 8 * 1_048_576;
/** Operations of one document that become tools. */
export const MAX_OPERATIONS = 128;

const bounded = (maxChars: number) =>
  z.preprocess(boundedJson({ maxChars, maxDepth: MAX_DOCUMENT_DEPTH }), z.record(z.string(), z.unknown()));

/** An OpenAPI document as a server has it, of which the gateway keeps a part. */
export const ReadDocument = bounded(MAX_READ_CHARS);

const OpenApiDocument = bounded(MAX_DOCUMENT_CHARS)
  .optional()
  .meta({
    description:
      'The OpenAPI document (3.0 or 3.1). The gateway keeps the parts that the chosen operations need. It stands alone: every ' +
      '`$ref` begins with `#/components/` or `#/paths/`. Either this or `documentUrl`.',
  });

/** Of a source whose server describes its tools itself, and may describe others tomorrow. */
const lockFields = {
  approval: Approval.optional().meta({
    description:
      '`required`: tools and prompts are served once somebody has approved their definitions, and a change is held back until it ' +
      'is approved, too. Absent or `none`: they are served as the server defines them.',
  }),
  whileChanged: WhileChanged.optional().meta({
    description:
      'With `approval: required`, what clients see of a tool whose definition has changed: `last-approved`, also if absent, is ' +
      'the definition that was approved; `hidden` is nothing.',
  }),
};

const DocumentUrl = boundedString(2048, 1)
  .refine((url) => (url.startsWith('/') ? isPath(url) : /^https?:\/\//i.test(url) && URL.canParse(url)), {
    error: 'must be a path at the server, such as /openapi.json, or an http or https URL',
    abort: true,
  })
  .refine((url) => !url.includes('#'), { message: 'must not have a fragment' })
  .optional()
  .meta({
    description:
      'Where the server has its OpenAPI document, in JSON or YAML: a path, or with `remote` also a URL at the origin of ' +
      '`remote.url`. The gateway reads it when the server is there, and again every five minutes. Either this or `document`.',
    examples: ['/openapi.json'],
  });

/** It leads to the server that it is at, whoever reads it. */
const isPath = (path: string): boolean => !/^\/[/\\]/.test(path) && /^[\x21-\x7e]+$/.test(path);

const SOURCES = 'must be "http", "mcp", "adapter" or "openapi"';

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
        port: ServerPort,
        path: ToolPath.optional().meta({
          description: 'URL path of its MCP endpoint, `/mcp` by default. Absent with `remote`.',
          default: DEFAULT_MCP_PATH,
        }),
        prefix: Prefix,
        ...lockFields,
      }),
      z.strictObject({
        type: z.literal('adapter').meta({
          description: 'Chosen tools, prompts and resources of an adapter. The tool has no server of its own.',
        }),
        adapter: ResourceName.meta({
          description: 'Name of the adapter. A caller sees its tools only with the right to use the adapter as well.',
        }),
        tools: names('Tools of the adapter'),
        prompts: names('Prompts of the adapter'),
        resources: names('Resources and resource templates of the adapter, by URI'),
        prefix: Prefix,
        ...lockFields,
      }),
      z.strictObject({
        type: z.literal('openapi').meta({
          description: 'The server is an HTTP API, and chosen operations of its OpenAPI document become tools.',
        }),
        document: OpenApiDocument,
        documentUrl: DocumentUrl,
        operations: z
          .array(text(1024, 1))
          .min(1, 'must name at least one operation')
          .max(MAX_OPERATIONS, `must be at most ${MAX_OPERATIONS} names`)
          .meta({
            description:
              'The operations that become tools: by `operationId`, or by method and path such as `GET /pets/{petId}`. `*` stands ' +
              `for any characters. They may be at most ${MAX_OPERATIONS}.`,
          }),
        port: ServerPort,
        path: ToolPath.optional().meta({
          description:
            'URL path before the paths of the document, such as `/api/v3`. Absent: the path of `remote.url` unless that is `/`, ' +
            'else the path of the first of the `servers` in the document. Their hosts are never called.',
        }),
        prefix: Prefix,
        approval: Approval.optional().meta({
          description:
            '`required`, with `documentUrl` only: operations are served once somebody has approved their definitions and how they ' +
            'are called, and a change is held back until it is approved, too. Absent or `none`: they are served as the document ' +
            'defines them.',
        }),
        whileChanged: WhileChanged.optional().meta({
          description:
            'With `approval: required`, what clients see of an operation whose definition has changed: `last-approved`, also if ' +
            'absent, is the definition that was approved, and nothing if the operation is now called in another way; `hidden` is ' +
            'nothing.',
        }),
      }),
    ],
    { error: ({ code }) => (code === 'invalid_union' ? SOURCES : undefined) },
  )
  .default({ type: 'http' })
  .meta({ description: 'What executes the tools.' });
export type ToolSource = z.infer<typeof ToolSource>;
export type OpenApiSource = Extract<ToolSource, { type: 'openapi' }>;

/** The part of a tool's exposed name before the name in its source. @param name of the resource */
export const prefixOf = ({ prefix }: { prefix?: string | undefined }, name: string): string => prefix ?? `${name}_`;

/**
 * Whether a name fits a pattern in which `*` stands for any characters, none included. Letters count as they are written. Takes
 * time in proportion to both lengths at most.
 */
export function matchesName(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return pattern === name;
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last)) return false;
  const end = name.length - last.length;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

/** Whether the server says what the tools are, and so can change them. Else they change with PUT: a caller that sends it approves. */
export const describesItself = (source: ToolSource): boolean =>
  source.type === 'openapi' ? source.documentUrl !== undefined : source.type !== 'http';

/** How a source is locked that serves nothing before it is approved; undefined for one that needs no approval. */
export function lockOf(source: ToolSource): { whileChanged: WhileChanged } | undefined {
  if (source.type === 'http' || !describesItself(source) || source.approval !== 'required') return undefined;
  return { whileChanged: source.whileChanged ?? 'last-approved' };
}
