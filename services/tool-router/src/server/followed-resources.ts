import { ProtocolError, ProtocolErrorCode, type Result } from '@modelcontextprotocol/server';
import type { ToolCalls } from '../calls/call-tool.js';
import type { KnownSource } from '../catalog/known-source.js';
import type { View } from '../catalog/view.js';
import { SourceError, type CallContext, type Subscription } from '../sources/source.js';
import { sourceOfUri } from './forward-request.js';
import { knownParams } from './known-members.js';

/** Of one client: of a session, or of one `subscriptions/listen`. */
const MAX_RESOURCES = 200;
const METHOD = 'resources/subscribe';

interface Entry {
  /** Of the request by which the client follows it. */
  context: CallContext;
  /** Which source tells its updates now; undefined while the caller sees no such resource. */
  known?: KnownSource | undefined;
  subscription?: Subscription | undefined;
}

/** The resources that one client follows, wherever they are. Permission is checked again with every change, and with every update. */
export class FollowedResources {
  readonly #entries = new Map<string, Entry>();
  #isEnded = false;

  /**
   * @param view what the client sees now
   * @param tell told of each update, with the parameters of `notifications/resources/updated`
   */
  constructor(
    private readonly calls: ToolCalls,
    private readonly view: () => View,
    private readonly tell: (uri: string, params: Record<string, unknown>) => void,
  ) {}

  /** @throws ProtocolError when the caller sees no such resource, and when the source fails */
  async follow(params: Record<string, unknown>, context: CallContext): Promise<Result> {
    const given = knownParams(METHOD, params);
    const uri = String(given['uri']);
    const known = sourceOfUri(this.view(), uri);
    const before = this.#entries.get(uri);
    if (!before && this.#entries.size >= MAX_RESOURCES) {
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        `A client can follow ${MAX_RESOURCES} resources at once`,
      );
    }
    const entry: Entry = { context, known };
    this.#entries.set(uri, entry);
    try {
      const result = await this.#subscribe(uri, entry, known, given);
      before?.subscription?.end();
      return result;
    } catch (error) {
      if (before) this.#entries.set(uri, before);
      else this.#entries.delete(uri);
      throw error;
    }
  }

  /** Without effect for a resource that is not followed. */
  unfollow(uri: string): void {
    this.#entries.get(uri)?.subscription?.end();
    this.#entries.delete(uri);
  }

  /** Follows each resource where it is now, as far as the caller may still use it. */
  check(): void {
    if (this.#entries.size === 0) return;
    const view = this.view();
    for (const [uri, entry] of this.#entries) {
      const known = permitted(view, uri, entry.context);
      if (known === entry.known) continue;
      entry.subscription?.end();
      Object.assign(entry, { known, subscription: undefined });
      if (known) void this.#subscribe(uri, entry, known, { uri }).catch(() => (entry.known = undefined));
    }
  }

  end(): void {
    this.#isEnded = true;
    for (const uri of this.#entries.keys()) this.unfollow(uri);
  }

  async #subscribe(uri: string, entry: Entry, known: KnownSource, params: Record<string, unknown>): Promise<Result> {
    const context = { ...entry.context, principal: entry.context.client.principal };
    const onUpdate = (update: Record<string, unknown>) => {
      if (known.isReadableBy(context.client.principal)) this.tell(uri, update);
    };
    const message = { what: `${METHOD} ${uri}`, method: METHOD, params };
    const result = await this.calls.inRounds(known, message, {}, context, async (_round, inTime) => {
      if (!known.source.subscribe) throw new SourceError('the source has no resources');
      const subscription = await known.source.subscribe(params, inTime, onUpdate);
      if (this.#isEnded || this.#entries.get(uri) !== entry || entry.known !== known) subscription.end();
      else entry.subscription = subscription;
      return subscription.result;
    });
    if (result['isError'] !== true) return result;
    const [first] = result['content'] as { text: string }[];
    throw new ProtocolError(ProtocolErrorCode.InternalError, first?.text ?? 'The source failed');
  }
}

/** The source of a resource that the caller may follow. */
function permitted(view: View, uri: string, { client, headers }: CallContext): KnownSource | undefined {
  try {
    const known = sourceOfUri(view, uri);
    known.source.permit?.(METHOD, { uri }, { principal: client.principal, headers });
    return known;
  } catch {
    return undefined;
  }
}
