import type { IncomingHttpHeaders } from 'node:http';
import { HEADER } from './header-list.js';
import type { Message } from './json-rpc.js';

/** The first stateless revision of MCP; revisions are dates, so they compare as strings. */
const FIRST_MODERN_VERSION = '2026-07-28';

export type Era = 'legacy' | 'modern';

/**
 * The era of a request, by its headers alone (MCP 2026-07-28, transports, Streamable HTTP: every modern request names
 * its version and its method in headers). GET, DELETE, and a version header without a method header are legacy. So is
 * `initialize`, which modern revisions do not have: a server that answers it may begin a session.
 */
export const eraOf = (method: string | undefined, headers: IncomingHttpHeaders): Era =>
  namesModernVersion(method, headers) && headers[HEADER.method] !== undefined && headers[HEADER.method] !== 'initialize'
    ? 'modern'
    : 'legacy';

/**
 * Whether the headers contradict each other: a modern version without the method header that belongs to it. The body
 * decides the era then, so that the server can tell the client which header is missing.
 */
export const isContradictory = (method: string | undefined, headers: IncomingHttpHeaders): boolean =>
  namesModernVersion(method, headers) && headers[HEADER.method] === undefined;

/** The era of a message by its body alone (MCP 2026-07-28: every request names its version in `_meta`). */
export function eraOfMessage(message: Message): Era {
  if (message.kind !== 'request' && message.kind !== 'notification') return 'legacy';
  const { _meta: meta } = message.params as { _meta?: Record<string, unknown> | null };
  const version = meta?.[META_VERSION];
  return isModern(version) && message.method !== 'initialize' ? 'modern' : 'legacy';
}

const META_VERSION = 'io.modelcontextprotocol/protocolVersion';

const isModern = (version: unknown): boolean => typeof version === 'string' && version >= FIRST_MODERN_VERSION;

const namesModernVersion = (method: string | undefined, headers: IncomingHttpHeaders): boolean =>
  method === 'POST' && isModern(headers[HEADER.protocolVersion]);
