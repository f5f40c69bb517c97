/**
 * Every error the gateway itself answers with.
 * `rpcCode` is used on MCP paths; -32000 … -32019 are free for implementations (JSON-RPC 2.0 §5.1, MCP 2026-07-28).
 */
export const catalogue = {
  INVALID_REQUEST: { status: 400, rpcCode: -32000, title: 'The request is not valid' },
  SIGN_IN_REQUIRED: { status: 401, rpcCode: -32001, title: 'Sign-in is required' },
  FORBIDDEN: { status: 403, rpcCode: -32002, title: 'You may not do this' },
  ORIGIN_NOT_ALLOWED: { status: 403, rpcCode: -32002, title: 'Requests from this web origin are not allowed' },
  HOST_NOT_ALLOWED: { status: 403, rpcCode: -32002, title: 'Requests for this host are not allowed' },
  NOT_FOUND: { status: 404, rpcCode: -32003, title: 'There is nothing at this address' },
  ADAPTER_NOT_FOUND: { status: 404, rpcCode: -32003, title: 'There is no such adapter' },
  SESSION_NOT_FOUND: { status: 404, rpcCode: -32004, title: 'There is no such session; initialize a new one' },
  METHOD_NOT_ALLOWED: { status: 405, rpcCode: -32000, title: 'The method is not allowed here' },
  ADAPTER_EXISTS: { status: 409, rpcCode: -32000, title: 'The adapter name is taken' },
  EDIT_CONFLICT: { status: 412, rpcCode: -32000, title: 'The adapter has changed since you read it' },
  TOO_LARGE: { status: 413, rpcCode: -32005, title: 'The request body is too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, rpcCode: -32000, title: 'The content type is not supported' },
  SESSION_LIMIT: { status: 429, rpcCode: -32010, title: 'Too many sessions are open' },
  INTERNAL: { status: 500, rpcCode: -32603, title: 'The gateway failed; its log has the cause' },
  UPSTREAM_GONE: { status: 502, rpcCode: -32006, title: 'The MCP server went away; the call may or may not have run' },
  UPSTREAM_REFUSED: {
    status: 502,
    rpcCode: -32006,
    title: 'The MCP server could not be reached; the call did not run',
  },
  UPSTREAM_INVALID: { status: 502, rpcCode: -32006, title: 'The MCP server gave an answer that cannot be passed on' },
  NO_READY_REPLICA: { status: 503, rpcCode: -32007, title: 'No replica of the adapter is ready' },
  UNAVAILABLE: { status: 503, rpcCode: -32008, title: 'A part that this request needs is not available' },
  UPSTREAM_TIMEOUT: {
    status: 504,
    rpcCode: -32009,
    title: 'The MCP server did not answer in time; the call may or may not have run',
  },
} as const satisfies Record<string, { status: number; rpcCode: number; title: string }>;

export type ErrorCode = keyof typeof catalogue;
