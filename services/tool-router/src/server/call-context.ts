import {
  CLIENT_CAPABILITIES_META_KEY,
  LOG_LEVEL_META_KEY,
  type LoggingLevel,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Kind } from '../catalog/view.js';
import type { CallContext, ClientPeer } from '../sources/source.js';
import type { Caller } from './caller.js';

/** The client of a legacy session; the client of a modern request lives as long as the request. */
export interface SessionPeer extends ClientPeer {
  logLevel: LoggingLevel | undefined;
  /** The client has a list with this fingerprint. */
  hasSeen(kind: Kind, fingerprint: string): void;
}

const AnyResult = z.looseObject({});
/** Signals end requests; the SDK wants a time of its own, too. */
const NO_LIMIT_MS = 86_400_000;

/** What a source needs to know of a request that the SDK serves. */
export function callContextOf(
  { mcpReq }: ServerContext,
  { principal, requestId }: Caller,
  session: SessionPeer | undefined,
): CallContext {
  const token = mcpReq._meta?.progressToken;
  const notify: ClientPeer['notify'] = (notification) => void mcpReq.notify(notification).catch(() => {});
  return {
    principal,
    requestId,
    signal: mcpReq.signal,
    onProgress:
      token === undefined
        ? undefined
        : (progress) => notify({ method: 'notifications/progress', params: { ...progress, progressToken: token } }),
    client: session ?? modernPeer(mcpReq.envelope ?? {}, principal.subject, notify),
    ask: session && ((request, signal) => mcpReq.send(request, AnyResult, { signal, timeout: NO_LIMIT_MS })),
    notify,
  };
}

/** A modern client says with each request what it can do (MCP 2026-07-28, `_meta`). */
function modernPeer(envelope: Record<string, unknown>, subject: string, notify: ClientPeer['notify']): ClientPeer {
  const logLevel = envelope[LOG_LEVEL_META_KEY] as LoggingLevel | undefined;
  return {
    key: `caller ${subject}`,
    capabilities: envelope[CLIENT_CAPABILITIES_META_KEY] ?? {},
    logLevel,
    ask: undefined,
    notify: (notification) => {
      if (notification.method !== 'notifications/message' || logLevel !== undefined) notify(notification);
    },
  };
}

/** `_meta` of a request without what belongs to the connection to the client. */
export function metaOf(meta: unknown): Record<string, unknown> | undefined {
  const { progressToken: _, ...rest } = (meta ?? {}) as Record<string, unknown>;
  return Object.keys(rest).length > 0 ? rest : undefined;
}
