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
 * repeat  send it to where the session lives then
 * stay    the same, if that is where it was sent before
 * ask     the same, if the tool that it calls is one that may run twice
 * tell    answer with an error that says whether it may have run
 * renew   see to it that the session lives, and tell the client to send it again
 * finish  the client has all of it
 * cut     part of an answer has gone out that cannot be continued, or that the client continues itself: break it off
 */
export type NextStep = 'repeat' | 'stay' | 'ask' | 'tell' | 'renew' | 'finish' | 'cut';

/** One to begin with, one that shows that the replica is gone, one on the next, and one more. */
const MAX_ATTEMPTS = 4;

/** What to do for a client whose server went away before it had answered. */
export function afterFailure(failure: Failure): NextStep {
  const { asked, mayHaveRun, mayRunTwice, isBuffered, begun, answered, resumable, attempt } = failure;
  if (begun === 'other') return 'cut';
  if (answered) return 'finish';
  if (resumable && !(isBuffered && mayRunTwice)) return 'cut';
  if (attempt >= MAX_ATTEMPTS) return 'tell';
  if (messagesOf(asked).some(isResponse)) return messagesOf(asked).every(isResponse) ? 'stay' : 'tell';
  if (!isBuffered) return mayHaveRun ? 'tell' : 'renew';
  if (!mayHaveRun || mayRunTwice) return 'repeat';
  return asked.kind === 'request' && asked.method === 'tools/call' ? 'ask' : 'tell';
}

/** To a question that a server has asked in its session; in another one the same id may mean another question. */
const isResponse = ({ kind }: Message): boolean => kind === 'response';
