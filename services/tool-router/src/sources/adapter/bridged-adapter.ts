import type { Route } from '@mcp-gateway/common/contracts';
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
import type { McpSource } from '../mcp/mcp-source.js';
import { AdapterPolicies } from './adapter-policies.js';

/**
 * The whole of an adapter, for its own clients at `/adapters/{name}/mcp`. Data planes have applied its policies to each message
 * that a client has sent; here they are applied to what follows from a message later.
 */
export class BridgedAdapter implements ToolSource {
  readonly ref;
  readonly #policies = new AdapterPolicies();

  /** @param route of the adapter, as the table has it now */
  constructor(
    private readonly server: McpSource,
    private readonly route: () => Route | undefined,
  ) {
    this.ref = server.ref;
  }

  list = (signal: AbortSignal): Promise<Listing> => this.server.list(signal);
  call = (call: ToolCall, context: CallContext) => this.server.call(call, context);
  request = (request: SourceRequest, context: CallContext) => this.server.request(request, context);
  // A modern client asks data planes for `subscriptions/listen`, so the policies for this method decide here.
  async subscribe(params: Record<string, unknown>, context: CallContext, onUpdate: OnUpdate): Promise<Subscription> {
    this.permit('resources/subscribe', params, context);
    return this.server.subscribe(params, context, onUpdate);
  }

  onChange = (listener: () => void): void => this.server.onChange(listener);
  routeChanged = (): void => this.server.routeChanged();
  logLevelChanged = (client: ClientPeer): void => this.server.logLevelChanged(client);
  clientEnded = (key: string): void => this.server.clientEnded(key);
  sessions = (): number => this.server.sessions();
  close = (): Promise<void> => this.server.close();

  permit(method: string, params: Record<string, unknown>, context: Pick<CallContext, 'principal' | 'headers'>): void {
    const route = this.route();
    if (!route) throw new SourceError(`the adapter ${this.ref.name} is gone`);
    this.#policies.permit(route, context, method, params);
  }
}
