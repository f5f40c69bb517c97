import type { OperationPlan, PublishedTool, ResourceRef } from '@mcp-gateway/common/contracts';
import { ArgumentFault, type OperationRequest, requestFor } from '@mcp-gateway/openapi/request';
import type { CallToolResult, Tool } from '@modelcontextprotocol/server';
import { exchange, type HttpServers } from '../http/exchange.js';
import {
  type ApprovableTool,
  failure,
  NOTHING,
  SourceError,
  type CallContext,
  type Listing,
  type ToolCall,
  type ToolSource,
} from '../source.js';

export interface OpenApiSourceParts extends HttpServers {
  definition: Extract<PublishedTool, { type: 'openapi' }>;
}

/** An HTTP API whose operations are tools. The worker has made the plan of each from the document of the API. */
export class OpenApiSource implements ToolSource {
  readonly ref: ResourceRef;
  readonly #tools: readonly Tool[];
  readonly #approvable: ReadonlyMap<string, ApprovableTool>;

  constructor(private readonly parts: OpenApiSourceParts) {
    const { ref, definition } = parts;
    this.ref = ref;
    this.#tools = definition.operations.map(({ tool }) => tool as Tool);
    this.#approvable = new Map(
      definition.operations.map(({ tool, plan }) => [tool.name, { ...(tool as Tool), http: plan }]),
    );
  }

  list = async (): Promise<Listing> => {
    const { fault } = this.parts.definition;
    if (fault !== undefined) throw new SourceError(fault);
    return { ...NOTHING, tools: this.#tools, approvable: this.#approvable };
  };

  onChange(): void {} // a changed definition is another source

  close = () => Promise.resolve();

  async call({ tool, arguments: given }: ToolCall, context: CallContext): Promise<CallToolResult> {
    const plan = this.#approvable.get(tool.name)?.http;
    if (!plan) return failure(`The tool ${tool.name} is gone. List the tools again.`);
    const request = requestOrFault(plan, given);
    if (request instanceof ArgumentFault) {
      return failure(`The arguments of ${tool.name} are not valid: ${request.message}. Correct them and call again.`);
    }
    const { method, path, headers, body } = request;
    const { readOnlyHint, idempotentHint } = tool.annotations ?? {};
    const call = {
      tool,
      method,
      urlOf: ({ url }: { url: string }) => new URL(path, url),
      headers: Object.entries(headers).flat(),
      body,
      mayRepeat: readOnlyHint === true || idempotentHint === true,
    };
    return exchange(this.parts, call, context);
  }
}

function requestOrFault(plan: OperationPlan, given: Record<string, unknown>): OperationRequest | ArgumentFault {
  try {
    return requestFor(plan, given);
  } catch (error) {
    if (error instanceof ArgumentFault) return error;
    throw error;
  }
}
