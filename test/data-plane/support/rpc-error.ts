/** What the gateway itself answers with on MCP paths. */
export const rpcError = (code: number, message: string, data: string): string =>
  JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message, data: { code: data } } });
