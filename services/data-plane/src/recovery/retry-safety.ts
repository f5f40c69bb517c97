import { GatewayError, type ErrorCode } from '@mcp-gateway/common/errors';

/** What is known of a request when it is answered with an error. */
export interface Delivery {
  /** A byte of it has reached a server that may have acted on it. */
  mayHaveRun: boolean;
  /** It makes no difference whether it runs once or twice. */
  mayRunTwice: boolean;
}

/** Whether a client that reads the error concludes that it may send the request again: it waits, or opens a session first. */
const INVITES_RETRY: Record<ErrorCode, boolean> = {
  INVALID_REQUEST: false,
  SIGN_IN_REQUIRED: true,
  FORBIDDEN: true,
  ORIGIN_NOT_ALLOWED: true,
  HOST_NOT_ALLOWED: true,
  NOT_FOUND: true,
  ADAPTER_NOT_FOUND: true,
  SESSION_NOT_FOUND: true,
  METHOD_NOT_ALLOWED: false,
  ADAPTER_EXISTS: false,
  EDIT_CONFLICT: true,
  TOO_LARGE: false, // its end has not been sent, so no server can have read it
  UNSUPPORTED_MEDIA_TYPE: false,
  SESSION_LIMIT: true,
  INTERNAL: false,
  UPSTREAM_GONE: false,
  UPSTREAM_REFUSED: true,
  UPSTREAM_INVALID: false,
  NO_READY_REPLICA: true,
  UNAVAILABLE: true,
  UPSTREAM_TIMEOUT: false,
};

/** Why there is no answer, in words that do not invite a retry. */
const REASONS: Partial<Record<ErrorCode, string>> = {
  ADAPTER_NOT_FOUND: 'the adapter was removed, or you may not use it any more',
  NO_READY_REPLICA: 'the adapter has no ready replica',
  SESSION_NOT_FOUND: 'its session has ended',
};

/**
 * The error that the client is told. An error never promises less than what happened: a request that may have run, and may
 * not run twice, is answered with UPSTREAM_GONE, whatever kept the gateway from going on.
 */
export function safeAnswer(error: GatewayError, { mayHaveRun, mayRunTwice }: Delivery): GatewayError {
  const invites = INVITES_RETRY[error.code] || 'retry-after' in error.headers;
  if (!mayHaveRun || !invites) return error;
  if (mayRunTwice && error.code !== 'UPSTREAM_REFUSED') return error; // which says that the call did not run
  const detail = REASONS[error.code] ?? error.detail;
  return new GatewayError('UPSTREAM_GONE', { ...(detail !== undefined && { detail }), cause: error });
}
