import { messagesOf, readMessage, type Message, type RequestId } from '@mcp-gateway/protocol';
import type { RequestBody } from '../request-body.js';
import { keep, type KeptBody } from '../steps/keep.js';

/** All that can be in a body with one of the methods that are remembered, as JSON may write any letter as `\u…`. */
const TRACES = ['setLevel', 'subscribe', '\\u'];

/** What a client has posted in a session. It is parsed only for who has to know what it says, which is seldom. */
export class Posted {
  #message: Message | undefined;

  constructor(
    /** To forward. */
    readonly body: KeptBody['body'],
    private readonly kept: Buffer | null,
  ) {}

  /** @throws GatewayError TOO_LARGE */
  static async read(source: RequestBody | null): Promise<Posted> {
    const { body, kept } = await keep(source);
    return new Posted(body, kept);
  }

  /** It is all here, and can be sent again. */
  get isKept(): boolean {
    return this.kept !== null;
  }
  get text(): string | null {
    return this.kept?.toString('utf8') ?? null;
  }
  /** Unreadable when it was too long to be kept. */
  get message(): Message {
    return (this.#message ??= readMessage(this.text ?? ''));
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
  get mayAskForLater(): boolean {
    return TRACES.some((trace) => this.kept?.includes(trace) ?? false);
  }
}
