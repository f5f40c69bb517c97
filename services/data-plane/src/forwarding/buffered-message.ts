import { Readable } from 'node:stream';
import { isRepeatable, type Message, messagesOf, readMessage, type RequestId } from '@mcp-gateway/protocol';
import type { RequestBody } from '../request/body.js';
import { bufferBody, type BufferedBody, bufferShortBody, capture } from '../request/buffer-body.js';

/** What is known of how far a request has come. */
export interface Delivery {
  /** A byte of it has reached a server that may have acted on it. */
  mayHaveRun: boolean;
  /** It makes no difference whether it runs once or twice. */
  mayRunTwice: boolean;
}

/** All that can be in a body with one of the methods that are remembered, as JSON may write any letter as `\u…`. */
const SETTINGS_MARKERS = ['setLevel', 'subscribe', '\\u'];

/**
 * What a client has posted, and what is known of its delivery. It is parsed only for who has to know what it says, which is
 * seldom.
 */
export class BufferedMessage implements Delivery {
  #message: Message | undefined;
  #sentEarlier = false;
  #sentLast = false;
  #toolMayRunTwice = false;

  constructor(
    /** To forward. */
    readonly body: BufferedBody['body'],
    private readonly bytes: Buffer | null,
    private readonly captured: () => string | null = () => null,
  ) {}

  /** @throws GatewayError TOO_LARGE */
  static async read(source: RequestBody | null): Promise<BufferedMessage> {
    const { body, bytes } = await bufferBody(source);
    return new BufferedMessage(body, bytes);
  }

  /**
   * The same for a message that need not be sent again: one that does not say that it is short is handed on as it comes, with
   * a copy of what has passed when `isCaptured`.
   * @throws GatewayError TOO_LARGE
   */
  static async readIfShort(source: RequestBody | null, { isCaptured = false } = {}): Promise<BufferedMessage> {
    const { body, bytes } = await bufferShortBody(source);
    if (!isCaptured || !(body instanceof Readable)) return new BufferedMessage(body, bytes);
    const passing = capture(body);
    return new BufferedMessage(passing.body, bytes, passing.text);
  }

  get mayHaveRun(): boolean {
    return this.#sentEarlier || this.#sentLast;
  }
  get mayRunTwice(): boolean {
    if (this.bytes?.length === 0) return true; // there is nothing to run
    const { message } = this;
    const opensSession = message.kind === 'request' && message.method === 'initialize';
    return this.#toolMayRunTwice || opensSession || isRepeatable(message);
  }

  /** To be called before the first byte of each attempt goes out. */
  sent(): void {
    this.#sentEarlier ||= this.#sentLast;
    this.#sentLast = true;
  }

  /** The server has shown that it has not acted on the last attempt. */
  notAccepted(): void {
    this.#sentLast = false;
  }

  /** The tool that it calls says of itself that it may run twice. */
  markToolRepeatable(): void {
    this.#toolMayRunTwice = true;
  }

  /** It is all here, and can be sent again. */
  get isBuffered(): boolean {
    return this.bytes !== null;
  }
  get text(): string | null {
    return this.bytes?.toString('utf8') ?? this.captured();
  }
  /** Unreadable when it was too long to be kept. */
  get message(): Message {
    return (this.#message ??= readMessage(this.text ?? ''));
  }
  /** It is a message, and all here. */
  get isReadable(): boolean {
    return this.message.kind !== 'unreadable';
  }
  /** Of the requests in it, each of which has to be answered. */
  get requestIds(): RequestId[] {
    return messagesOf(this.message).flatMap((each) => (each.kind === 'request' ? [each.id] : []));
  }
  /** It answers a question that a server has asked in the session: elsewhere, the same id may mean another question. */
  get holdsResponse(): boolean {
    return messagesOf(this.message).some(({ kind }) => kind === 'response');
  }
  /** False when it certainly asks for nothing that lasts as long as the session; costs less than to parse it. */
  get mayChangeSettings(): boolean {
    return SETTINGS_MARKERS.some((trace) => this.bytes?.includes(trace) ?? false);
  }
}
