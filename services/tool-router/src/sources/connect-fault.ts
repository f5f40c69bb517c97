import { GatewayError } from '@mcp-gateway/common/errors';
import { tlsFault } from '@mcp-gateway/platform/egress';

const CONNECT_CODES = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Whether a request has failed before a byte of it was sent. */
export function connectFailed(error: unknown): boolean {
  const { code, cause } = error as NodeJS.ErrnoException;
  if (error instanceof AggregateError) return error.errors.every(connectFailed);
  return CONNECT_CODES.has(code ?? '') || (cause instanceof Error && connectFailed(cause));
}

/**
 * Why there is no connection to a server that runs elsewhere, in words: the operator does not permit its address, its HTTP proxy
 * refuses it, or TLS fails. Undefined for other errors.
 */
export function connectFault(error: unknown): string | undefined {
  if (error instanceof GatewayError) return error.detail ?? error.title;
  const { code, cause } = error as { code?: unknown; cause?: unknown }; // that of an error of JSON-RPC is a number
  return (
    (typeof code === 'string' ? tlsFault(code, false) : undefined) ??
    (cause instanceof Error ? connectFault(cause) : undefined)
  );
}
