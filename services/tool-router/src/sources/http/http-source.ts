import { resourceKey, type Endpoint, type PublishedTool, type ResourceRef } from '@mcp-gateway/common/contracts';
import { identityHeaders } from '@mcp-gateway/protocol';
import type { CallToolResult, Tool } from '@modelcontextprotocol/server';
import { request, type Dispatcher } from 'undici';
import { type Endpoints, urlOf } from '../endpoints.js';
import { NOTHING, SourceError, type CallContext, type ToolCall, type ToolSource } from '../source.js';
import { connectFailed, readAnswer } from './read-answer.js';
import { resultOf } from './result.js';

const OF_JSON = ['Content-Type', 'application/json', 'Accept', 'application/json, text/*;q=0.9, */*;q=0.5'];

export interface HttpSourceParts {
  ref: ResourceRef;
  definition: Extract<PublishedTool, { type: 'http' }>;
  endpoints: Endpoints;
  dispatcher: Dispatcher;
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

  /** Sends to another replica if the first accepts no connection, or if it breaks off and the tool may run twice. */
  async call(call: ToolCall, context: CallContext): Promise<CallToolResult> {
    const body = JSON.stringify(call.arguments);
    const failed = new Set<string>();
    for (;;) {
      const endpoint = this.parts.endpoints.choose(failed);
      try {
        return await this.#send(endpoint, body, context);
      } catch (error) {
        context.signal.throwIfAborted();
        const mayRepeat = connectFailed(error) || (this.#tool.annotations?.idempotentHint === true && isBreak(error));
        if (!mayRepeat || failed.size > 0) throw this.#explained(error);
        failed.add(endpoint.id);
      }
    }
  }

  async #send(
    endpoint: Endpoint,
    body: string,
    { principal, requestId, signal }: CallContext,
  ): Promise<CallToolResult> {
    const end = this.parts.endpoints.begin(endpoint);
    try {
      const response = await request(urlOf(endpoint), {
        method: this.parts.definition.method,
        headers: [...OF_JSON, ...identityHeaders(principal), 'X-Request-Id', requestId],
        body,
        signal,
        dispatcher: this.parts.dispatcher, // it does not follow redirects
      });
      return resultOf(await readAnswer(response), this.#tool);
    } finally {
      end();
    }
  }

  #explained(error: unknown): Error {
    if (error instanceof SourceError) return error;
    const name = resourceKey(this.ref);
    if (connectFailed(error)) return new SourceError(`${name} accepts no connection`, { cause: error });
    return new SourceError(`${name} has broken off its answer, so the call may or may not have run`, { cause: error });
  }
}

const isBreak = (error: unknown): boolean => !(error instanceof SourceError);
