import { withoutHeaders } from '@mcp-gateway/protocol';
import type { Endpoint } from '@mcp-gateway/common/contracts';
import { GatewayError, unreachable } from '@mcp-gateway/common/errors';
import type { ResponsePart } from './response/response-part.js';
import { partToSend, send } from './send.js';
import { retryPolicy } from './retry-policy.js';
import { clientError, failPending, failPendingWith } from './client-error.js';
import {
  type ForwardingParts,
  initialPlacement,
  mayHaveRun,
  nextPlacement,
  type RecoverableRequest,
  routedEndpoint,
} from './recoverable.js';
import { ClientResponse } from './response/client-response.js';
import { eventIdEpoch } from './response/event-ids.js';
import { initializeMessage, rejectedRpcIds, settingsRecorder } from './session-settings.js';
import { endIfUnknown, isResumable, resolveToolHints, throwIfUnknown } from './session-probe.js';
import { SseTracker } from './response/sse-tracker.js';
import { BufferedMessage } from './buffered-message.js';
import { tailBuffer, type TailBuffer } from './response/tail-buffer.js';
import type { Placement } from '../sessions/relocate/relocation.js';
import { SessionUnknown } from '../upstream/call.js';

/** The gateway cannot continue a compressed stream, nor rewrite its event ids. */
const isAcceptEncoding = (name: string) => name === 'accept-encoding';
/** Bytes buffered of the answer to a message that changes session settings. */
const MAX_TAIL_BYTES = 64 * 1024;
const SEND_AGAIN = 'the session continues; send it again';

/**
 * Forwards a client's message of a session, and recovers when the replica is lost before it has answered.
 * @throws GatewayError as `send` and `Relocator.relocate`
 */
export async function recoverablePost(
  parts: ForwardingParts,
  recoverable: RecoverableRequest,
  endpoint: Endpoint | undefined,
): Promise<void> {
  const message = await BufferedMessage.read(recoverable.request.body);
  let first: Placement;
  try {
    if (!endpoint && message.holdsResponse) return dropResponse(parts, recoverable, message);
    first = await initialPlacement(parts, recoverable, endpoint, message);
  } catch (error) {
    throw clientError(message, error);
  }
  // Not earlier: requests that wait for a relocation must not count as calls under way, which would block it.
  const endCall = parts.sessions.activity.send(recoverable.session.envelope.id, first.endpoint.id);
  await new RecoverablePost(parts, recoverable, message).run(first).finally(endCall);
}

/** An attempt that ended without a complete answer. */
interface FailedAttempt {
  error: unknown;
  part: ResponsePart;
  at: Placement;
  /** Counted from 1. */
  number: number;
}

class RecoverablePost {
  readonly #answer: ClientResponse;
  readonly #tail: TailBuffer | undefined;
  readonly #record: ReturnType<typeof settingsRecorder>;
  #isRelocated = false;
  #isAccepted = false;

  constructor(
    private readonly parts: ForwardingParts,
    private readonly recoverable: RecoverableRequest,
    private readonly message: BufferedMessage,
  ) {
    this.#record = settingsRecorder(parts.sessions.records, recoverable.session.envelope, message);
    this.#tail = this.#record && tailBuffer(MAX_TAIL_BYTES);
    this.#answer = new ClientResponse(recoverable.request, {
      events: new SseTracker('answer'),
      ...(this.#tail && { tail: this.#tail }),
    });
  }

  async run(first: Placement): Promise<void> {
    let at: Placement | undefined = first;
    for (let number = 1; at; number += 1) {
      const failed = await this.#attempt(at, number);
      at = failed && (await this.#recover(failed));
      if (this.recoverable.request.res.destroyed) return;
    }
  }

  /** Sends the message once. Undefined when the server has answered. */
  async #attempt(at: Placement, number: number): Promise<FailedAttempt | undefined> {
    const { parts, message } = this;
    const { request, session, headers } = this.recoverable;
    const epoch = eventIdEpoch(session.envelope, at.location);
    const isReadable = this.#answer.begun || epoch !== '';
    const part = this.#answer.next(epoch);
    try {
      await send(parts, {
        ...partToSend(request),
        sink: part,
        body: message.body,
        delivery: message,
        headers: isReadable ? withoutHeaders(headers, isAcceptEncoding) : headers,
        endpoint: at.endpoint,
        session: { ...session, location: at.location },
        initialize: () => initializeMessage(message.text),
        onStatus: (status) => this.#onStatus(status, at),
      });
    } catch (error) {
      return { error, part, at, number };
    }
    if (part.isUnusable) return { error: new GatewayError('UPSTREAM_GONE'), part, at, number };
    if (this.#isAccepted) await this.#recordSettings();
    this.#awaitResumption(at);
    return undefined;
  }

  #onStatus(status: number, at: Placement): Promise<void> | undefined {
    // A session that has just been relocated is not relocated again: the client gets the 404.
    if (status === 404) return (this.#isRelocated ? endIfUnknown : throwIfUnknown)(this.parts, this.recoverable, at);
    this.#isAccepted = status < 300;
    return undefined;
  }

  /**
   * Acts on the retry policy's decision about a failed attempt. Returns where to send the message next; undefined when
   * the answer is over.
   */
  async #recover(failed: FailedAttempt): Promise<Placement | undefined> {
    const { parts, recoverable, message } = this;
    const { error, at } = failed;
    const isSent = mayHaveRun(error);
    if (isSent === undefined) return this.#fail(error);
    if (!isSent) message.notAccepted();
    const { step, isResumable: resumable } = await this.#decide(failed, isSent);
    switch (step) {
      case 'abort':
        if (resumable) this.#awaitResumption(at);
        throw error;
      case 'finish':
        await this.#recordSettings();
        this.#answer.close();
        return undefined;
      case 'fail':
        failPending(this.#answer, message, { cause: error });
        return undefined;
      case 'retry-same-replica': {
        const endpoint = await routedEndpoint(parts, recoverable, at, error);
        if (endpoint) return at;
        dropResponse(parts, recoverable, message);
        return undefined;
      }
      case 'retry':
      case 'check-tool':
      case 'relocate-only':
        try {
          return await this.#relocate(step, failed);
        } catch (failure) {
          failPendingWith(this.#answer, message, failure);
          return undefined;
        }
      default:
        return unreachable(step);
    }
  }

  async #decide(failed: FailedAttempt, isSent: boolean) {
    const { message } = this;
    const answer = this.#answer;
    const ids = message.rpcIds;
    const answered = ids.length > 0 ? answer.unanswered(ids).length === 0 : !message.isReadable && answer.hasAnswered;
    const resumable = isSent && !answered && (await isResumable(this.parts, this.recoverable, failed));
    const step = retryPolicy({
      asked: message.message,
      mayHaveRun: message.mayHaveRun,
      mayRunTwice: message.mayRunTwice,
      isBuffered: message.isBuffered,
      begun: !answer.begun ? 'no' : answer.isEvents ? 'events' : 'other',
      answered,
      resumable,
      attempt: failed.number,
    });
    return { step, isResumable: resumable };
  }

  async #relocate(
    step: 'retry' | 'check-tool' | 'relocate-only',
    { error, at }: FailedAttempt,
  ): Promise<Placement | undefined> {
    const { parts, recoverable, message } = this;
    let next = await nextPlacement(parts, recoverable, at, error);
    if (step === 'relocate-only') {
      failPending(this.#answer, message, { cause: error, detail: SEND_AGAIN });
      return undefined;
    }
    if (step === 'check-tool') {
      const hints = await resolveToolHints(parts, recoverable, next, message.message);
      if (!hints.mayRunTwice) {
        failPending(this.#answer, message, { cause: error });
        return undefined;
      }
      message.markToolRepeatable();
      next = hints.at;
    }
    this.#isRelocated ||= error instanceof SessionUnknown;
    return next;
  }

  /** Fails with an error that says nothing about the replica. */
  #fail(error: unknown): undefined {
    if (this.#answer.begun && this.#answer.isEvents) failPendingWith(this.#answer, this.message, error);
    else throw clientError(this.message, error);
  }

  async #recordSettings(): Promise<void> {
    const end = Buffer.concat(this.#tail?.take() ?? []).toString('utf8');
    await this.#record?.(rejectedRpcIds(end, this.#answer.isEvents));
  }

  /** Registers the requests whose answers the client will resume. */
  #awaitResumption({ location }: Placement): void {
    const resumable = this.#answer.resumableFor(this.message);
    if (resumable) this.parts.resumptions.add(this.recoverable.session.envelope.id, location, resumable);
  }
}

/** Drops a client's response: the server that sent the request is gone, and with it the request. */
function dropResponse(
  { log }: ForwardingParts,
  { request, session }: RecoverableRequest,
  message: BufferedMessage,
): void {
  if (message.rpcIds.length > 0) throw new GatewayError('UPSTREAM_REFUSED');
  log.debug(
    { requestId: request.id, ...request.resource, session: session.envelope.id },
    'the gateway dropped a response of the client, because the server that sent the request is gone',
  );
  request.res.writeHead(202, { 'content-length': 0 }).end();
}
