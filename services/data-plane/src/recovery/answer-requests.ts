import { GatewayError } from '@mcp-gateway/common/errors';
import { rpcError } from '@mcp-gateway/protocol';
import { CLIENT_GONE } from '../request-body.js';
import type { ClientAnswer } from './client-answer.js';
import type { Posted } from './posted.js';
import { safeAnswer } from './retry-safety.js';

/**
 * What a request is answered with instead, with the ids of what it asked: a batch has an answer for each. Every error for a
 * message that was posted passes here, so none invites a retry of what must not run twice.
 */
export function answering(posted: Posted, thrown: unknown): GatewayError {
  if (thrown === CLIENT_GONE) throw CLIENT_GONE;
  const error = safeAnswer(
    thrown instanceof GatewayError ? thrown : new GatewayError('INTERNAL', { cause: thrown }),
    posted,
  );
  const { code, detail, headers, cause } = error;
  const ids = posted.requestIds;
  const requestId = posted.message.kind === 'batch' && ids.length > 0 ? ids : ids[0];
  return new GatewayError(code, { ...(detail !== undefined && { detail }), headers, cause, requestId });
}

/**
 * Answers each request that has no answer yet with the error: in the stream, when that has begun.
 * @throws GatewayError the error, to be the answer, when none has begun
 */
export function answerRequests(answer: ClientAnswer, posted: Posted, thrown: unknown): void {
  const error = answering(posted, thrown);
  if (!answer.begun) throw error;
  // What is not kept cannot be asked for its ids.
  const ids = posted.isReadable ? answer.unanswered(posted.requestIds) : answer.hasAnswered ? [] : [undefined];
  for (const id of ids) answer.say(rpcError(error, id));
  answer.close();
}

/** Says whether it may have run. */
export function tell(answer: ClientAnswer, posted: Posted, options: { cause: unknown; detail?: string }) {
  answerRequests(answer, posted, new GatewayError(posted.mayHaveRun ? 'UPSTREAM_GONE' : 'UPSTREAM_REFUSED', options));
}
