import type { GatewayError } from '@mcp-gateway/common/errors';

/**
 * The gateway's own refusal on an MCP path, as a JSON-RPC 2.0 §5.1 error. The id is null: the gateway forwards without
 * reading the message, so it does not know which request it refuses.
 */
export function rpcErrorBody(error: GatewayError): string {
  return JSON.stringify({
    jsonrpc: '2.0',
    id: null,
    error: {
      code: error.rpcCode,
      message: error.detail === undefined ? error.title : `${error.title}: ${error.detail}`,
      data: { code: error.code },
    },
  });
}
