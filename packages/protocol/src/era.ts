import type { IncomingHttpHeaders } from 'node:http';
import { HEADER } from './headers.js';

/** The first stateless revision of MCP; revisions are dates, so they compare as strings. */
const FIRST_MODERN_VERSION = '2026-07-28';

export type Era = 'legacy' | 'modern';

/**
 * Which era a request belongs to, by its headers alone (MCP 2026-07-28, transports, Streamable HTTP: every modern request
 * names its version and its method in headers). A GET or DELETE, or a version header without a method header, is legacy, and
 * so is `initialize`, which modern revisions do not have: a server that answers it may begin a session.
 */
export function eraOf(method: string | undefined, headers: IncomingHttpHeaders): Era {
  const version = headers[HEADER.protocolVersion];
  const rpcMethod = headers[HEADER.method];
  const modern =
    method === 'POST' &&
    typeof version === 'string' &&
    version >= FIRST_MODERN_VERSION &&
    rpcMethod !== undefined &&
    rpcMethod !== 'initialize';
  return modern ? 'modern' : 'legacy';
}
