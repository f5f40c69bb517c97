import { GatewayError } from '@mcp-gateway/common/errors';
import { rpcError } from '@mcp-gateway/protocol';
import type { ClientAnswer } from './client-answer.js';
import type { Posted } from './posted.js';

/** What a request was answered with instead, with the ids of what it asked: a batch has an answer for each. */
export function answering(posted: Posted, thrown: unknown): GatewayError {
  const error = thrown instanceof GatewayError ? thrown : new GatewayError('INTERNAL', { cause: thrown });
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
  for (const id of answer.unanswered(posted.requestIds)) answer.say(rpcError(error, id));
  answer.close();
}

/** Says whether it may have run. */
export function tell(answer: ClientAnswer, posted: Posted, ran: boolean, options: { cause: unknown; detail?: string }) {
  answerRequests(answer, posted, new GatewayError(ran ? 'UPSTREAM_GONE' : 'UPSTREAM_REFUSED', options));
}
