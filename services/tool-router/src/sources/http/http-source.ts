import type { PublishedTool, ResourceRef } from '@mcp-gateway/common/contracts';
import type { CallToolResult, Tool } from '@modelcontextprotocol/server';
import { urlOf } from '../endpoints.js';
import { NOTHING, type CallContext, type ToolCall, type ToolSource } from '../source.js';
import { exchange, type HttpServers } from './exchange.js';

const OF_JSON = ['Content-Type', 'application/json', 'Accept', 'application/json, text/*;q=0.9, */*;q=0.5'];

export interface HttpSourceParts extends HttpServers {
  definition: Extract<PublishedTool, { type: 'http' }>;
}

/** A server that takes the arguments of one tool as JSON and answers with its result. */
export class HttpSource implements ToolSource {
  readonly ref: ResourceRef;
  readonly #tool: Tool;

  constructor(private readonly parts: HttpSourceParts) {
    this.ref = parts.ref;
    this.#tool = parts.definition.tool as Tool;
  }

  list = () => Promise.resolve({ ...NOTHING, tools: [this.#tool] });

  onChange(): void {} // a changed definition is another source

  close = () => Promise.resolve();

  call({ arguments: given }: ToolCall, context: CallContext): Promise<CallToolResult> {
    const tool = this.#tool;
    const call = {
      tool,
      method: this.parts.definition.method,
      urlOf,
      headers: OF_JSON,
      body: JSON.stringify(given),
      mayRepeat: tool.annotations?.idempotentHint === true,
    };
    return exchange(this.parts, call, context);
  }
}
