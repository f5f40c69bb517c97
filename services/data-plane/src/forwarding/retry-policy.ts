import { type Message, messagesOf } from '@mcp-gateway/protocol';

export interface Failure {
  /** What the client sent. */
  asked: Message;
  /** A server can have begun to act on it, this one or one before. */
  mayHaveRun: boolean;
  /** It makes no difference whether it runs once or twice: by what it is, or by what its tool says of itself. */
  mayRunTwice: boolean;
  /** All of the body is here still. */
  isBuffered: boolean;
  /** Something of the answer has gone out. */
  begun: 'no' | 'events' | 'other';
  /** The client has its answer, and only the end of the stream is missing. */
  answered: boolean;
  /** The client can resume the stream by itself, from the server that it came from. */
  resumable: boolean;
  attempt: number;
}

/**
 * retry               send it to where the session lives by then
 * retry-same-replica  the same, if the session still lives where it was sent before
 * check-tool          retry, if the server says that the tool may run twice
 * relocate-only       see to it that the session lives, and tell the client to send the message again
 * fail                answer with an error that says whether the message may have run
 * finish              the client has the whole answer
 * abort               break the answer off: it cannot be continued, or the client continues it itself
 */
export type NextStep = 'retry' | 'retry-same-replica' | 'check-tool' | 'fail' | 'relocate-only' | 'finish' | 'abort';

/** One to begin with, one that shows that the replica is gone, one on the next, and one more. */
const MAX_ATTEMPTS = 4;

/** What to do for a client whose server went away before it had answered. */
export function retryPolicy(failure: Failure): NextStep {
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

/** To a question that a server has asked in its session; in another one the same id may mean another question. */
const isResponse = ({ kind }: Message): boolean => kind === 'response';
