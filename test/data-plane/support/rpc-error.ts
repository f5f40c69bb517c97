import { expect } from '@jest/globals';

const REQUEST_ID = '00000000-0000-0000-0000-000000000000';

/** Matches an error of the gateway on MCP paths, with any request id; `id` is JSON-RPC's. */
export function rpcError(code: number, message: string, data: string, id: number | null = null): string {
  const error = { code, message, data: { code: data, requestId: REQUEST_ID } };
  const text = JSON.stringify({ jsonrpc: '2.0', id, error }).replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return expect.stringMatching(`^${text.replace(REQUEST_ID, '[0-9a-f-]{36}')}$`) as unknown as string;
}

/** The error for an adapter that does not exist, or that the caller may not use. */
export const NO_SUCH_ADAPTER = {
  code: -32003,
  message:
    'There is no such adapter: none has this name, or you may not use it; GET /adapters lists those that you may use',
  data: { code: 'ADAPTER_NOT_FOUND', requestId: expect.any(String) },
};
