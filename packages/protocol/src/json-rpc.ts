import type { GatewayError } from '@mcp-gateway/common/errors';

/** The gateway's own refusal on an MCP path, as the body of an answer. */
export const rpcErrorBody = (error: GatewayError): string => JSON.stringify(rpcError(error));

/**
 * The same as a JSON-RPC 2.0 §5.1 error. The id is null when the gateway has forwarded without reading the message, and so
 * does not know which request it refuses.
 */
export function rpcError(error: GatewayError, id = error.requestId) {
  return {
    jsonrpc: '2.0',
    id: id ?? null,
    error: {
      code: error.rpcCode,
      message: error.detail === undefined ? error.title : `${error.title}: ${error.detail}`,
      data: { code: error.code },
    },
  };
}
