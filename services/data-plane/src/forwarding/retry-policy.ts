import { type Message, messagesOf } from '@mcp-gateway/protocol';

export interface AttemptFailure {
  /** The client's message. */
  asked: Message;
  /** A server, the last one or one before, can have begun to act on the message. */
  mayHaveRun: boolean;
  /** Running the message twice makes no difference, by its method or by its tool hints. */
  mayRunTwice: boolean;
  /** The whole body is in memory. */
  isBuffered: boolean;
  /** Whether a part of the answer has been sent. */
  begun: 'no' | 'events' | 'other';
  /** The client has its answer; only the end of the stream is missing. */
  answered: boolean;
  /** The client can resume the stream by itself, from the same server. */
  resumable: boolean;
  attempt: number;
}

/**
 * retry               send it to where the session lives by then
 * retry-same-replica  the same, if the session still lives where it was sent before
 * check-tool          retry, if the server says that the tool may run twice
 * relocate-only       relocate the session, and answer that the client may send the message again
 * fail                answer with an error that says whether the message may have run
 * finish              the client has the whole answer
 * abort               break the answer off: it cannot be continued, or the client continues it itself
 */
export type NextStep = 'retry' | 'retry-same-replica' | 'check-tool' | 'fail' | 'relocate-only' | 'finish' | 'abort';

/** The first attempt, one that proves that the replica is gone, one on the next replica, and one more. */
const MAX_ATTEMPTS = 4;

/** The next step after a server was lost before it had answered. */
export function retryPolicy(failure: AttemptFailure): NextStep {
  const { asked, mayHaveRun, mayRunTwice, isBuffered, begun, answered, resumable, attempt } = failure;
  if (begun === 'other') return 'abort';
  if (answered) return 'finish';
  if (resumable && !(isBuffered && mayRunTwice)) return 'abort';
  if (attempt >= MAX_ATTEMPTS) return 'fail';
  if (messagesOf(asked).some(isResponse)) return messagesOf(asked).every(isResponse) ? 'retry-same-replica' : 'fail';
  if (!isBuffered) return mayHaveRun ? 'fail' : 'relocate-only';
  if (!mayHaveRun || mayRunTwice) return 'retry';
  return asked.kind === 'request' && asked.method === 'tools/call' ? 'check-tool' : 'fail';
}

/**
 * A response to a request that a server sent in its session; in another session the same id may belong to another
 * request.
 */
const isResponse = ({ kind }: Message): boolean => kind === 'response';
