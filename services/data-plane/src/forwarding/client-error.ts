import { type ErrorCode, GatewayError } from '@mcp-gateway/common/errors';
import { CLIENT_GONE } from '../request/body.js';
import type { ClientResponse } from './response/client-response.js';
import type { BufferedMessage, Delivery } from './buffered-message.js';

/**
 * Whether a client that gets the error concludes that it may send the request again, after a wait or in a new session.
 */
const INVITES_RETRY: Record<ErrorCode, boolean> = {
  INVALID_REQUEST: false,
  SIGN_IN_REQUIRED: true,
  FORBIDDEN: true,
  POLICY_DENIED: true,
  ORIGIN_NOT_ALLOWED: true,
  HOST_NOT_ALLOWED: true,
  NOT_FOUND: true,
  NO_LOGS: true,
  ADAPTER_NOT_FOUND: true,
  API_KEY_NOT_FOUND: true,
  TOOL_NOT_FOUND: true,
  TOOLSET_NOT_FOUND: true,
  SESSION_NOT_FOUND: true,
  TENANT_NOT_FOUND: true,
  METHOD_NOT_ALLOWED: false,
  ADAPTER_EXISTS: false,
  TOOL_EXISTS: false,
  TOOLSET_EXISTS: false,
  API_KEY_LIMIT: true,
  TENANT_EXISTS: false,
  TENANT_IN_USE: false,
  EDIT_CONFLICT: true,
  TOO_LARGE: false, // the end of the body was not sent, so no server can have parsed it
  UNSUPPORTED_MEDIA_TYPE: false,
  TOO_MANY_FAILURES: true,
  SESSION_LIMIT: true,
  STREAM_LIMIT: true,
  QUOTA_EXCEEDED: true,
  INTERNAL: false,
  CREDENTIAL_UNAVAILABLE: true,
  CREDENTIAL_REFUSED: true,
  UPSTREAM_GONE: false,
  UPSTREAM_REFUSED: true,
  UPSTREAM_TLS_FAILED: true,
  UPSTREAM_NOT_ALLOWED: true,
  UPSTREAM_INVALID: false,
  WRITE_CONTENTION: true,
  NO_READY_REPLICA: true,
  UNAVAILABLE: true,
  UPSTREAM_TIMEOUT: false,
};

/** These say that the call did not run, which holds for the last attempt only. */
const SAYS_NOT_RUN: ReadonlySet<ErrorCode> = new Set([
  'CREDENTIAL_UNAVAILABLE',
  'CREDENTIAL_REFUSED',
  'UPSTREAM_REFUSED',
  'UPSTREAM_TLS_FAILED',
  'UPSTREAM_NOT_ALLOWED',
]);

/** Why there is no answer, in words that do not invite a retry. */
const REASONS: Partial<Record<ErrorCode, string>> = {
  ADAPTER_NOT_FOUND: 'the adapter was removed, or you may not use it any more',
  TOOLSET_NOT_FOUND: 'the toolset was removed, or you may not use it any more',
  NO_READY_REPLICA: 'the server has no ready replica',
  SESSION_NOT_FOUND: 'the session has ended',
};

/**
 * The error for the client. An error never promises less than what happened: a request that may have run, and may not
 * run twice, is answered with UPSTREAM_GONE, whatever made the forwarding fail.
 */
export function safeAnswer(error: GatewayError, { mayHaveRun, mayRunTwice }: Delivery): GatewayError {
  const invites = INVITES_RETRY[error.code] || 'retry-after' in error.headers;
  if (!mayHaveRun || !invites) return error;
  if (mayRunTwice && !SAYS_NOT_RUN.has(error.code)) return error;
  const detail = REASONS[error.code] ?? error.detail;
  return new GatewayError('UPSTREAM_GONE', { ...(detail !== undefined && { detail }), cause: error });
}

/**
 * The error for the client, with the ids of the requests that it answers: a batch needs an answer for each. Every error
 * for a client's message passes here, so no error invites a retry of a request that must not run twice.
 */
export function clientError(buffered: BufferedMessage, thrown: unknown): GatewayError {
  if (thrown === CLIENT_GONE) throw CLIENT_GONE;
  const error = safeAnswer(
    thrown instanceof GatewayError ? thrown : new GatewayError('INTERNAL', { cause: thrown }),
    buffered,
  );
  const { code, detail, headers, cause } = error;
  const ids = buffered.rpcIds;
  const rpcId = buffered.message.kind === 'batch' && ids.length > 0 ? ids : ids[0];
  return new GatewayError(code, { ...(detail !== undefined && { detail }), headers, cause, rpcId });
}

/**
 * Answers each pending request with the error, in the stream when it has begun.
 * @throws GatewayError the error, when no answer has begun
 */
export function failPendingWith(answer: ClientResponse, buffered: BufferedMessage, thrown: unknown): void {
  const error = clientError(buffered, thrown);
  if (!answer.begun) throw error;
  // A message that is not buffered has no known ids.
  const ids = buffered.isReadable ? answer.unanswered(buffered.rpcIds) : answer.hasAnswered ? [] : [undefined];
  answer.refuse(error, ids);
  answer.close();
}

/** Fails the pending requests with an error that says whether they may have run. */
export function failPending(
  answer: ClientResponse,
  buffered: BufferedMessage,
  options: { cause: unknown; detail?: string },
) {
  failPendingWith(
    answer,
    buffered,
    new GatewayError(buffered.mayHaveRun ? 'UPSTREAM_GONE' : 'UPSTREAM_REFUSED', options),
  );
}
