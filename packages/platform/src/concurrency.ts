import pTimeout, { TimeoutError } from 'p-timeout';

/** Rejects when the work takes longer than `ms`, so that a server that hangs holds up no request. The work itself goes on. */
export const withTimeout = <T>(work: Promise<T>, ms: number): Promise<T> =>
  pTimeout(work, { milliseconds: ms, fallback: () => noAnswer(ms) }); // an error made ahead of need costs its stack trace each time

function noAnswer(ms: number): never {
  throw new TimeoutError(`no answer within ${ms} ms`);
}
