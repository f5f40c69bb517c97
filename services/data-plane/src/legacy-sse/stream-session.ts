import type { Route } from '@mcp-gateway/common/contracts';
import type { Principal } from '@mcp-gateway/common/principal';
import type { SessionEnvelope } from '@mcp-gateway/sessions';
import type { ClientResponse } from '../forwarding/response/client-response.js';
import type { StreamRegistry } from '../sessions/stream-registry.js';
import type { SessionStore } from '../sessions/store.js';

export interface StreamSessionParts {
  sessions: SessionStore;
  streams: StreamRegistry;
}

/**
 * The session of a stream of the older HTTP transport. It is recorded, counted and listed like any other, and ends with
 * the stream. When the API ends it, or it is too old, the stream ends with it.
 */
export class StreamSession {
  #isOver = false;
  readonly #releases: (() => void)[] = [];

  constructor(
    private readonly parts: StreamSessionParts,
    private readonly opened: { envelope: SessionEnvelope; route: Route; principal: Pick<Principal, 'tenant'> },
    private readonly answer: ClientResponse,
  ) {}

  /**
   * Call it before the client gets the URL for messages.
   * @throws GatewayError SESSION_LIMIT, QUOTA_EXCEEDED; UNAVAILABLE when Redis is unavailable
   */
  async begin(): Promise<void> {
    const { parts } = this;
    const { envelope, route, principal } = this.opened;
    await parts.sessions.open(envelope, route, { initialize: null, transport: 'http-sse', tenant: principal.tenant });
    this.#releases.push(
      parts.sessions.use(envelope, route),
      parts.streams.add({
        session: envelope.id,
        resource: route,
        endpointId: envelope.endpointId,
        recheck: () => void this.#recheck(),
        onDrain: () => {}, // a stream cannot be relocated
      }),
      () => void parts.sessions.end(envelope, route, { tellServer: false }).catch(() => {}), // the record expires by itself, unused
    );
    if (this.#isOver) this.end(); // the client left meanwhile
  }

  end(): void {
    this.#isOver = true;
    for (const onDrain of this.#releases.splice(0)) onDrain();
  }

  async #recheck(): Promise<void> {
    const { closed } = await this.parts.sessions.find(this.opened.envelope, this.opened.route);
    if (!closed || !this.answer.begun) return;
    this.answer.detach();
    this.answer.end();
  }
}
