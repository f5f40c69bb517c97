import type { OperationPlan, ResourceRef, Route } from '@mcp-gateway/common/contracts';
import { canRead } from '@mcp-gateway/common/permission';
import type { Principal } from '@mcp-gateway/common/principal';
import type {
  CallToolResult,
  ClientCapabilities,
  Implementation,
  InputRequiredResult,
  LoggingLevel,
  Notification,
  Progress,
  Prompt,
  Resource,
  ResourceTemplateType,
  Result,
  ServerCapabilities,
  Tool,
} from '@modelcontextprotocol/server';

/** What an MCP server says of itself (MCP 2025-11-25, lifecycle; 2026-07-28, discovery). */
export interface ServerDescription {
  info: Implementation | undefined;
  instructions: string | undefined;
  capabilities: ServerCapabilities;
}

/** A tool, and how the gateway calls it. */
export type ApprovableTool = Tool & { http: OperationPlan };

/** All that one source offers at one moment, under the names of the source. */
export interface Listing {
  /** Undefined for a source that is no MCP server. */
  server?: ServerDescription;
  tools: readonly Tool[];
  /** With what beside a tool counts for its approval, by name. Undefined: nothing does. */
  approvable?: ReadonlyMap<string, ApprovableTool>;
  prompts: readonly Prompt[];
  resources: readonly Resource[];
  templates: readonly ResourceTemplateType[];
}

export const NOTHING: Listing = { tools: [], prompts: [], resources: [], templates: [] };

/** What a caller sends to a tool. The arguments have been validated. */
export interface ToolCall {
  /** As its source lists it. */
  tool: Tool;
  arguments: Record<string, unknown>;
  /** `_meta` of the caller's request, without what belongs to the connection. */
  meta?: Record<string, unknown> | undefined;
  /** What a client sends when it repeats a call that needed input (MCP 2026-07-28, multi-round-trip requests). */
  inputResponses?: Record<string, unknown> | undefined;
  /** As the server gave it. */
  requestState?: string | undefined;
}

/** A method of MCP that names what it is about, apart from tools/call. */
export interface SourceRequest {
  method: 'prompts/get' | 'resources/read' | 'completion/complete';
  params: Record<string, unknown>;
}

/** Told of an update of a resource, with the parameters of `notifications/resources/updated`. */
export type OnUpdate = (params: Record<string, unknown>) => void;

/** A resource that is followed. */
export interface Subscription {
  /** What the server has answered. */
  result: Result;
  end(): void;
}

/** A request that a server sends to a client: sampling, elicitation or roots. */
export interface ClientRequest {
  method: string;
  params?: Record<string, unknown> | undefined;
}

/** The client that a request comes from, as a server that keeps state per client sees it. */
export interface ClientPeer {
  /** Requests with one key share a session at a server that has sessions. */
  readonly key: string;
  /** Who uses the client, as the last request has said: roles may change while the client is connected. */
  readonly principal: Principal;
  readonly era: 'legacy' | 'modern';
  /** What the client has said that it can do. */
  readonly capabilities: ClientCapabilities;
  /** The least severe level of log messages that the client wants; undefined: it has not said. */
  readonly logLevel: LoggingLevel | undefined;
  /** Sends a request to the client and waits for the answer; undefined for a client that can only be asked by an answer (modern). */
  readonly ask: ((request: ClientRequest, signal: AbortSignal) => Promise<Result>) | undefined;
  /** Sends a notification to the client, if it is there. */
  notify(notification: Notification): void;
}

/** From whom a request comes, and how the source reaches the caller while it serves it. */
export interface CallContext {
  principal: Principal;
  /** Names the request in logs of all services. */
  requestId: string;
  /** Aborts when the caller cancels the request or has gone, and when its time is up. */
  signal: AbortSignal;
  /** Of the client's request. */
  headers?: Headers | undefined;
  /** Undefined: the caller has not asked for progress. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /** The session of the client; `ask` and `notify` of the context belong to this request. */
  client: ClientPeer;
  ask: ClientPeer['ask'];
  notify: ClientPeer['notify'];
  /** Hands the request on to another tool router, which has the call that it continues. */
  handOn?: ((router: string) => Promise<Result>) | undefined;
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
   * @throws SourceError when the source cannot execute it; the message is a sentence for the caller
   */
  call(call: ToolCall, context: CallContext): Promise<CallToolResult | InputRequiredResult>;
  /**
   * Prompts, resources and completions, for sources that list such.
   * @throws SourceError, or ProtocolError that the server has answered
   */
  request?(request: SourceRequest, context: CallContext): Promise<Result>;
  /**
   * Follows a resource for a client until the subscription ends. A legacy client of a legacy server is told in its session, and
   * `onUpdate` is not called.
   * @param params of `resources/subscribe`
   * @throws SourceError, or ProtocolError that the server has answered
   */
  subscribe?(params: Record<string, unknown>, context: CallContext, onUpdate: OnUpdate): Promise<Subscription>;
  /**
   * Whether a policy hides the lists of a kind from a caller. Undefined: the source has no policies.
   * @param method that lists it, such as `tools/list`
   */
  hides?(method: string, principal: Principal): boolean;
  /**
   * Permits again, for the caller as it is now, what was permitted when it began.
   * @throws SourceError for a message that policies do not permit
   */
  permit?(method: string, params: Record<string, unknown>, context: Pick<CallContext, 'principal' | 'headers'>): void;
  /** Called whenever the source may offer something else than before. */
  onChange(listener: () => void): void;
  /** Called when the route of the resource has changed: replicas came or went. */
  routeChanged?(): void;
  /** Called when a client has said which log messages it wants. */
  logLevelChanged?(client: ClientPeer): void;
  /** Called when a client has ended: the source ends what it keeps for it. */
  clientEnded?(key: string): void;
  /** Sessions of clients that are open at the server. Undefined: it knows none. */
  sessions?(): number;
  /** Closes when the requests that are under way have ended: the resource has been changed or removed. Default: `close`. */
  retire?(): Promise<void>;
  close(): Promise<void>;
}

/** Whether a caller may use what is reached over all of these routes. */
export const mayUse = (principal: Principal, routes: readonly (Route | undefined)[]): boolean =>
  routes.every((route) => route !== undefined && canRead(principal, route));

/** What a server that keeps state has to know of a client, and nothing that clients can invent. */
export function knownCapabilities({ sampling, elicitation, roots }: ClientCapabilities): ClientCapabilities {
  return {
    ...(sampling && { sampling: { ...(sampling.context && { context: {} }), ...(sampling.tools && { tools: {} }) } }),
    ...(elicitation && {
      elicitation: { ...(elicitation.form && { form: {} }), ...(elicitation.url && { url: {} }) },
    }),
    ...(roots && { roots: {} }),
  };
}

/** What is wrong with a source, in a sentence that callers and logs may read. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
}

/** A policy does not permit the message. */
export class PolicyDenial extends SourceError {}

/** Why the gateway, and not the tool, says that a call has failed. */
export type FailureReason = 'invalid' | 'circuit_open' | 'timeout' | 'denied' | 'failed';
const REASONS = new WeakMap<CallToolResult, FailureReason>();
export const reasonOf = (result: CallToolResult): FailureReason | undefined => REASONS.get(result);

/**
 * A result by which a model learns what went wrong, and what it can do.
 * @param reason undefined: the tool itself has failed
 */
export function failure(text: string, reason?: FailureReason): CallToolResult {
  const result: CallToolResult = { content: [{ type: 'text', text }], isError: true };
  if (reason) REASONS.set(result, reason);
  return result;
}
