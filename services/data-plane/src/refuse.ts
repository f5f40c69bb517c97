import type { ServerResponse } from 'node:http';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { Logger } from '@mcp-gateway/common/logging';
import { rpcErrorBody } from '@mcp-gateway/protocol';

/**
 * Answers with the error as JSON-RPC; returns it. When the answer has begun, cutting it short is all that is left to say: a stream
 * that somebody only listens to ends.
 */
export function refuse(res: ServerResponse, thrown: unknown, log: Logger): GatewayError {
  const error = thrown instanceof GatewayError ? thrown : new GatewayError('INTERNAL', { cause: thrown });
  // That no replica is ready stands in the status, and clients ask again.
  const level = error.status >= 500 && error.code !== 'NO_READY_REPLICA' ? 'warn' : 'debug';
  log[level]({ code: error.code, detail: error.detail, err: error.cause }, 'MCP request refused');
  if (res.headersSent || res.destroyed) {
    if (error.code === 'ADAPTER_NOT_FOUND' && res.req.method === 'GET') res.end();
    else res.destroy();
    return error;
  }
  res.writeHead(error.status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...error.headers });
  res.end(rpcErrorBody(error));
  return error;
}
