import type { Principal } from '@mcp-gateway/common/principal';
import {
  CLIENT_CAPABILITIES_META_KEY,
  LOG_LEVEL_META_KEY,
  type LoggingLevel,
  type Notification,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { invalidState } from '../calls/request-state.js';
import type { Kind } from '../catalog/view.js';
import { knownCapabilities, type CallContext, type ClientPeer } from '../sources/source.js';
import type { Caller } from './caller.js';
import type { FollowedResources } from './followed-resources.js';
import { sendToRouter } from './other-router.js';

/** The client of a legacy session; the client of a modern request lives as long as the request. */
export interface SessionPeer extends ClientPeer {
  logLevel: LoggingLevel | undefined;
  /** The resources that the client follows. */
  readonly resources: FollowedResources;
  /** The client has a list with this fingerprint. */
  hasSeen(kind: Kind, fingerprint: string): void;
}

const AnyResult = z.looseObject({});
/** Signals end requests; the SDK wants a time of its own, too. */
const NO_LIMIT_MS = 86_400_000;

/** What a source needs to know of a request that the SDK serves. */
export function callContextOf(
  { mcpReq, http }: ServerContext,
  { principal, requestId }: Caller,
  session: SessionPeer | undefined,
  params: Record<string, unknown>,
): CallContext {
  const token = mcpReq._meta?.progressToken;
  const send: ClientPeer['notify'] = (notification) => void mcpReq.notify(notification).catch(() => {});
  const client = session ?? modernPeer(mcpReq.envelope ?? {}, principal);
  return {
    principal,
    requestId,
    signal: mcpReq.signal,
    headers: http?.req?.headers,
    onProgress:
      token === undefined
        ? undefined
        : (progress) => send({ method: 'notifications/progress', params: { ...progress, progressToken: token } }),
    client,
    ask: session && ((request, signal) => mcpReq.send(request, AnyResult, { signal, timeout: NO_LIMIT_MS })),
    notify: (notification) => {
      if (isWanted(notification, client.logLevel, session !== undefined)) send(notification);
    },
    handOn: (router) => {
      const request = http?.req;
      if (!request) throw invalidState();
      const { id, method, envelope, inputResponses, signal } = mcpReq;
      const _meta = { ...mcpReq._meta, ...envelope };
      const message = { id, method, params: { ...params, _meta, inputResponses, requestState: mcpReq.requestState() } };
      return sendToRouter(router, { request, message, signal, notify: send });
    },
  };
}

/** What a source needs to know of `subscriptions/listen`, which the SDK serves without a handler. */
export function listenContextOf(
  { principal, requestId }: Caller,
  { headers, signal }: Request,
  envelope: Record<string, unknown>,
): CallContext {
  const client = modernPeer(envelope, principal);
  return { principal, requestId, headers, signal, client, ask: undefined, onProgress: undefined, notify() {} };
}

const LEVELS: readonly LoggingLevel[] = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
];

/** A legacy client gets log messages of all levels unless it has said which, a modern one none (MCP, logging). */
export function isWanted(notification: Notification, least: LoggingLevel | undefined, isLegacy: boolean): boolean {
  if (notification.method !== 'notifications/message') return true;
  if (least === undefined) return isLegacy;
  return LEVELS.indexOf(notification.params?.['level'] as LoggingLevel) >= LEVELS.indexOf(least);
}

/** A modern client says with each request what it can do (MCP 2026-07-28, `_meta`). It has no stream apart from those of requests. */
function modernPeer(envelope: Record<string, unknown>, principal: Principal): ClientPeer {
  const capabilities = envelope[CLIENT_CAPABILITIES_META_KEY] ?? {};
  const known = JSON.stringify(knownCapabilities(capabilities));
  return {
    era: 'modern',
    key: `caller ${known} ${principal.subject}`, // a server learns once for each session what its client can do
    principal,
    capabilities,
    logLevel: envelope[LOG_LEVEL_META_KEY] as LoggingLevel | undefined,
    ask: undefined,
    notify() {},
  };
}

/** `_meta` of a request without what belongs to the connection to the client. */
export function metaOf(meta: unknown): Record<string, unknown> | undefined {
  const { progressToken: _, ...rest } = (meta ?? {}) as Record<string, unknown>;
  return Object.keys(rest).length > 0 ? rest : undefined;
}
