import { Readable } from 'node:stream';
import { isRepeatable, type Message, messagesOf, readMessage, type RpcId } from '@mcp-gateway/protocol';
import type { RequestBody } from '../request/body.js';
import { bufferBody, type BufferedBody, bufferShortBody, capture } from '../request/buffer-body.js';

/** How far a request has come. */
export interface Delivery {
  /** A byte of the request has reached a server that may have acted on it. */
  mayHaveRun: boolean;
  /** Running the request twice makes no difference. */
  mayRunTwice: boolean;
}

/** Each body that uses one of the recorded methods contains one of these; JSON may write any letter as `\u…`. */
const SETTINGS_MARKERS = ['setLevel', 'subscribe', '\\u'];

/** A client's message and the state of its delivery. The message is parsed only on demand, which is rare. */
export class BufferedMessage implements Delivery {
  #message: Message | undefined;
  #sentEarlier = false;
  #sentLast = false;
  #toolMayRunTwice = false;

  constructor(
    /** The body to forward. */
    readonly body: BufferedBody['body'],
    private readonly bytes: Buffer | null,
    private readonly captured: () => string | null = () => null,
  ) {}

  /**
   * Without a promise when a step has read the body already.
   * @throws GatewayError TOO_LARGE
   */
  static read(source: RequestBody | null): BufferedMessage | Promise<BufferedMessage> {
    const of = ({ body, bytes }: BufferedBody) => new BufferedMessage(body, bytes);
    return source?.read ? of(source.read) : bufferBody(source).then(of);
  }

  /**
   * The same for a message that need not be sent again. A message that does not announce a short length is forwarded as
   * it comes, with a copy of the bytes when `isCaptured`.
   * @throws GatewayError TOO_LARGE
   */
  static readIfShort(
    source: RequestBody | null,
    { isCaptured = false } = {},
  ): BufferedMessage | Promise<BufferedMessage> {
    const of = ({ body, bytes }: BufferedBody) => {
      if (!isCaptured || !(body instanceof Readable)) return new BufferedMessage(body, bytes);
      const passing = capture(body);
      return new BufferedMessage(passing.body, bytes, passing.text);
    };
    return source?.read ? of(source.read) : bufferShortBody(source).then(of);
  }

  get mayHaveRun(): boolean {
    return this.#sentEarlier || this.#sentLast;
  }
  get mayRunTwice(): boolean {
    if (this.bytes?.length === 0) return true; // an empty message runs nothing
    const { message } = this;
    const opensSession = message.kind === 'request' && message.method === 'initialize';
    return this.#toolMayRunTwice || opensSession || isRepeatable(message);
  }

  /** Call it before the first byte of each attempt is sent. */
  sent(): void {
    this.#sentEarlier ||= this.#sentLast;
    this.#sentLast = true;
  }

  /** The server has shown that it did not act on the last attempt. */
  notAccepted(): void {
    this.#sentLast = false;
  }

  /** The tool hints of the called tool say that it may run twice. */
  markToolRepeatable(): void {
    this.#toolMayRunTwice = true;
  }

  /** The whole body is in memory, and can be sent again. */
  get isBuffered(): boolean {
    return this.bytes !== null;
  }
  get text(): string | null {
    return this.bytes?.toString('utf8') ?? this.captured();
  }
  /** Unreadable when the body was too long to buffer. */
  get message(): Message {
    return (this.#message ??= readMessage(this.text ?? ''));
  }
  /** The whole body is in memory and is a JSON-RPC message. */
  get isReadable(): boolean {
    return this.message.kind !== 'unreadable';
  }
  /** The ids of the requests in it, each of which needs an answer. */
  get rpcIds(): RpcId[] {
    return messagesOf(this.message).flatMap((each) => (each.kind === 'request' ? [each.id] : []));
  }
  /** It answers a request of the server. In another session the same id may belong to another request. */
  get holdsResponse(): boolean {
    return messagesOf(this.message).some(({ kind }) => kind === 'response');
  }
  /** False when the message certainly sets nothing for the rest of the session. Cheaper than parsing. */
  get mayChangeSettings(): boolean {
    return SETTINGS_MARKERS.some((trace) => this.bytes?.includes(trace) ?? false);
  }
}
