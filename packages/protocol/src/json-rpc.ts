import type { GatewayError } from '@mcp-gateway/common/errors';
import type { RequestId } from './message.js';

/** The pinned Node has it; TypeScript's library does not declare it yet. */
const { rawJSON } = JSON as typeof JSON & { rawJSON: (text: string) => unknown };

/**
 * The gateway's own error on an MCP path, as the body of an answer: a list when it answers a batch.
 * @param ids of the JSON-RPC requests that the error answers
 * @param requestId of the HTTP request, as in `X-Request-Id`
 */
export function rpcErrorBody(
  error: GatewayError,
  requestId: string,
  ids: RequestId | readonly RequestId[] | undefined = error.rpcId,
): string {
  const answer = Array.isArray(ids)
    ? ids.map((id: RequestId) => rpcError(error, requestId, id))
    : rpcError(error, requestId, ids as RequestId | undefined);
  return JSON.stringify(answer);
}

/**
 * The error for one request (JSON-RPC 2.0 §5.1). The id is null when the gateway has forwarded the message without
 * reading it.
 */
export function rpcError(error: GatewayError, requestId: string, id: RequestId | undefined) {
  return {
    jsonrpc: '2.0',
    id: typeof id === 'bigint' ? rawJSON(String(id)) : (id ?? null),
    error: {
      code: error.rpcCode,
      message: error.detail === undefined ? error.title : `${error.title}: ${error.detail}`,
      data: { code: error.code, requestId },
    },
  };
}
