import { z } from 'zod';
import { PublishedLock } from './definition-lock.js';
import { OperationPlan } from './operation-plan.js';
import { McpTool, ToolDefinition } from './tool.js';
import { ToolsetSpec } from './toolset.js';

/**
 * The definition of a tool as the worker publishes it beside its route: what the tool router serves, and how a call reaches the
 * server. `type` is the source of the tool. The route says who may use it and which endpoints it has; each endpoint has the path.
 *
 * http     POST (or `method`) of the arguments as JSON to the URL and the path of an endpoint. The text of the answer is the result;
 *          a status of 400 or more makes it an error that the model reads (`isError`).
 * mcp      An endpoint is an MCP server at its URL and path; its tools are those that it lists.
 * adapter  The tools, prompts and resources that the adapter lists and that a pattern fits. The route has no endpoints: those of the
 *          adapter count. Only a caller that may use the adapter as well sees them.
 * openapi  Each tool is a request to the URL of an endpoint. The path of the request is that of the plan, not that of the endpoint.
 *
 * `prefix` begins the exposed names; `prefixOf` has its default. `lock` has what is approved of a source that needs approval; of
 * an operation, that is the tool with its plan under `http`.
 */
export const PublishedTool = z.discriminatedUnion('type', [
  z.object({ type: z.literal('http'), tool: McpTool, method: ToolDefinition.shape.method }),
  z.object({ type: z.literal('mcp'), prefix: z.string().optional(), lock: PublishedLock.optional() }),
  z.object({
    type: z.literal('adapter'),
    adapter: z.string(),
    tools: z.array(z.string()).optional(),
    prompts: z.array(z.string()).optional(),
    resources: z.array(z.string()).optional(),
    prefix: z.string().optional(),
    lock: PublishedLock.optional(),
  }),
  z.object({
    type: z.literal('openapi'),
    operations: z.array(z.object({ tool: McpTool, plan: OperationPlan })),
    prefix: z.string().optional(),
    /** Hash that names a document at the server and what is chosen of it. Absent: the document came with the spec. */
    document: z.string().optional(),
    lock: PublishedLock.optional(),
    /** Why its document gives no tools now, in a sentence. */
    fault: z.string().optional(),
  }),
]);
export type PublishedTool = z.infer<typeof PublishedTool>;

const { title, description, tools, names, search } = ToolsetSpec.shape;

/** The definition of a toolset, published in the same way: what it selects among the tools of all sources. Its route has no endpoints. */
export const PublishedToolset = z.object({
  type: z.literal('toolset'),
  title,
  description,
  tools,
  names,
  search,
});
export type PublishedToolset = z.infer<typeof PublishedToolset>;

/** What stands beside a route. */
export const PublishedDefinition = z.union([PublishedToolset, PublishedTool]);
export type PublishedDefinition = z.infer<typeof PublishedDefinition>;
