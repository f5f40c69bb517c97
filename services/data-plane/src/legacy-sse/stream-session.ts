import type { Route } from '@mcp-gateway/common/contracts';
import type { SessionEnvelope } from '@mcp-gateway/sessions';
import type { ClientResponse } from '../forwarding/response/client-response.js';
import type { StreamRegistry } from '../sessions/stream-registry.js';
import type { SessionStore } from '../sessions/store.js';

export interface StreamSessionParts {
  sessions: SessionStore;
  streams: StreamRegistry;
}

/**
 * The session that a stream of the older HTTP transport is. It is recorded, counted and listed as any other, and ends with the
 * stream; when it is ended otherwise, by the API or because it is too old, the stream ends with it.
 */
export class StreamSession {
  #isOver = false;
  readonly #releases: (() => void)[] = [];

  constructor(
    private readonly parts: StreamSessionParts,
    private readonly envelope: SessionEnvelope,
    private readonly route: Route,
    private readonly answer: ClientResponse,
  ) {}

  /**
   * To be called before the client learns where to send messages.
   * @throws GatewayError SESSION_LIMIT; UNAVAILABLE when Redis is away
   */
  async begin(): Promise<void> {
    const { parts, envelope, route } = this;
    await parts.sessions.open(envelope, route, { initialize: null, transport: 'http-sse' });
    this.#releases.push(
      parts.sessions.use(envelope, route),
      parts.streams.add({
        session: envelope.id,
        resource: route,
        endpointId: envelope.endpointId,
        recheck: () => void this.#recheck(),
        onDrain: () => {}, // there is nowhere to move it to
      }),
      () => void parts.sessions.end(envelope, route, { tellServer: false }).catch(() => {}), // it ends by itself, unused
    );
    if (this.#isOver) this.end(); // the client has left meanwhile
  }

  end(): void {
    this.#isOver = true;
    for (const onDrain of this.#releases.splice(0)) onDrain();
  }

  async #recheck(): Promise<void> {
    const { closed } = await this.parts.sessions.find(this.envelope, this.route);
    if (!closed || !this.answer.begun) return;
    this.answer.detach();
    this.answer.end();
  }
}
