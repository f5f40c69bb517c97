import type { ResourceRef } from '@mcp-gateway/common/contracts';
import type { Principal } from '@mcp-gateway/common/principal';
import type {
  CallToolResult,
  InputRequiredResult,
  Progress,
  Prompt,
  Resource,
  ResourceTemplateType,
  Result,
  Tool,
} from '@modelcontextprotocol/server';

/** All that one source offers at one moment, under the names of the source. */
export interface Listing {
  tools: readonly Tool[];
  prompts: readonly Prompt[];
  resources: readonly Resource[];
  templates: readonly ResourceTemplateType[];
}

/** What a caller sends to a tool. The arguments have been validated. */
export interface ToolCall {
  /** Name of the tool at its source. */
  name: string;
  arguments: Record<string, unknown>;
}

/** From whom a request comes, and how the source reaches the caller while it serves it. */
export interface CallContext {
  principal: Principal;
  /** Aborts when the caller cancels the request or has gone, and when its time is up. */
  signal: AbortSignal;
  /** Undefined: the caller has not asked for progress. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** A method of MCP that names what it is about, apart from tools/call. */
export interface SourceRequest {
  method: 'prompts/get' | 'resources/read' | 'completion/complete';
  params: Record<string, unknown>;
}

/**
 * Where tools come from: one for each resource whose definition says `http`, `mcp` and so on. The catalogue knows what it
 * lists, the call checks permission and arguments; a source only lists and executes.
 */
export interface ToolSource {
  /** The resource whose route says who may use it. */
  readonly ref: ResourceRef;
  /**
   * Everything that the source offers, of all pages.
   * @throws SourceError when it is not complete: an incomplete list is never shown
   */
  list(signal: AbortSignal): Promise<Listing>;
  /**
   * Executes a tool. What the model shall read about a failure is a result with `isError`.
   * @throws SourceError when the source cannot be reached; the message is a sentence for the caller
   */
  call(call: ToolCall, context: CallContext): Promise<CallToolResult | InputRequiredResult>;
  /** Prompts, resources and completions, for sources that list such. */
  request?(request: SourceRequest, context: CallContext): Promise<Result>;
  /** Called whenever the source may offer something else than before. */
  onChange(listener: () => void): void;
  close(): Promise<void>;
}

/** What is wrong with a source, in a sentence that callers and logs may read. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
}
