import { matchesName, type PublishedTool, type ResourceRef, type Route } from '@mcp-gateway/common/contracts';
import type { Principal } from '@mcp-gateway/common/principal';
import type { CallToolResult, InputRequiredResult, Result } from '@modelcontextprotocol/server';
import type { McpSource } from '../mcp/mcp-source.js';
import { AdapterPolicies } from './adapter-policies.js';
import {
  SourceError,
  type CallContext,
  type ClientPeer,
  type Listing,
  type OnUpdate,
  type SourceRequest,
  type Subscription,
  type ToolCall,
  type ToolSource,
} from '../source.js';

export interface AdapterSourceParts {
  /** The tool, not the adapter. */
  ref: ResourceRef;
  definition: Extract<PublishedTool, { type: 'adapter' }>;
  /** The route of the adapter as the table has it now. */
  adapter: () => Route | undefined;
  /** Over the replicas of the adapter. */
  server: McpSource;
}

/**
 * What a tool selects of an adapter. Everything that narrows the use of the adapter narrows it here, too: its policies, and
 * its permission, which the catalogue checks.
 */
export class AdapterSource implements ToolSource {
  readonly ref: ResourceRef;
  readonly #policies = new AdapterPolicies();

  constructor(private readonly parts: AdapterSourceParts) {
    this.ref = parts.ref;
  }

  async list(signal: AbortSignal): Promise<Listing> {
    this.#usable();
    const { tools, prompts, resources } = this.parts.definition;
    const all = await this.parts.server.list(signal);
    return {
      tools: all.tools.filter(({ name }) => isSelected(tools, name)),
      prompts: all.prompts.filter(({ name }) => isSelected(prompts, name)),
      resources: all.resources.filter(({ uri }) => isSelected(resources, uri)),
      templates: all.templates.filter(({ uriTemplate }) => isSelected(resources, uriTemplate)),
    };
  }

  async call(call: ToolCall, context: CallContext): Promise<CallToolResult | InputRequiredResult> {
    this.permit('tools/call', { name: call.tool.name, arguments: call.arguments }, context);
    return this.parts.server.call(call, context);
  }

  async request(request: SourceRequest, context: CallContext): Promise<Result> {
    this.permit(request.method, request.params, context);
    return this.parts.server.request(request, context);
  }

  async subscribe(params: Record<string, unknown>, context: CallContext, onUpdate: OnUpdate): Promise<Subscription> {
    this.permit('resources/subscribe', params, context);
    return this.parts.server.subscribe(params, context, onUpdate);
  }

  onChange = (listener: () => void): void => this.parts.server.onChange(listener);
  routeChanged = (): void => this.parts.server.routeChanged();
  logLevelChanged = (client: ClientPeer): void => this.parts.server.logLevelChanged(client);
  clientEnded = (key: string): void => this.parts.server.clientEnded(key);
  sessions = (): number => this.parts.server.sessions();
  retire = (): Promise<void> => this.parts.server.retire();
  close = (): Promise<void> => this.parts.server.close();

  // Policies that read headers find none: the request of the client has ended at the tool router.
  permit(method: string, params: Record<string, unknown>, { principal }: Pick<CallContext, 'principal'>): void {
    this.#policies.permit(this.#usable(), { principal }, method, params);
  }

  hides(method: string, principal: Principal): boolean {
    const route = this.parts.adapter();
    return route !== undefined && this.#policies.denial(route, { principal }, method, {}) !== undefined;
  }

  /** @throws SourceError while there is no such adapter */
  #usable(): Route {
    const { adapter: name } = this.parts.definition;
    const route = this.parts.adapter();
    if (!route) throw new SourceError(`there is no adapter ${name}; its owner can register it`);
    return route;
  }
}

const isSelected = (patterns: readonly string[] | undefined, name: string): boolean =>
  patterns === undefined || patterns.some((pattern) => matchesName(pattern, name));
