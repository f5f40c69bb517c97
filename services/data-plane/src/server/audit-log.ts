import { type AuditTrail, recordedArguments, recordsArguments, recordText, sharedPart } from '@mcp-gateway/audit';
import { type ArgumentAudit, isAllTools, type ResourceRef } from '@mcp-gateway/common/contracts';
import type { GatewayError } from '@mcp-gateway/common/errors';
import { decide } from '@mcp-gateway/common/permission';
import { type Era, eraOf, headerValue, type Message, messagesOf } from '@mcp-gateway/protocol';
import type { RouteTable } from '@mcp-gateway/routing';
import type { RequestContext, RequestObserver } from '../request/context.js';
import type { Forwarded } from '../request/forwarded.js';
import { calledTool } from '../request/message.js';

/** What of a request is recorded. */
export interface AuditEvent {
  action: string;
  tool?: string;
  /** Of a call whose adapter wants them recorded. */
  arguments?: string;
}

/** Messages of one batch with a record of their own. */
const MAX_EVENTS = 100;
/** Refusals of management requests before they reach the control plane, which records all others. */
const REFUSED_HERE = new Set([
  'SIGN_IN_REQUIRED',
  'FORBIDDEN',
  'ORIGIN_NOT_ALLOWED',
  'HOST_NOT_ALLOWED',
  'TOO_MANY_FAILURES',
  'UNAVAILABLE',
]);
/** Methods that an action may name; others are a client's text. */
const METHODS =
  /^(initialize|ping|(tools|prompts|resources|resources\/templates|tasks|roots)\/(list|call|get|read|subscribe|unsubscribe|cancel|result)|completion\/complete|logging\/setLevel|server\/discover|subscriptions\/listen)$/;

/** The part of a request that decides what is recorded of it. */
export interface AuditedRequest {
  method: string | undefined;
  /** Undefined when no step has read the message. */
  message: Message | undefined;
  era: Era;
  /** The header Mcp-Method (MCP 2026-07-28), for messages that are too long to be read. Legacy servers disregard it. */
  namedMethod: string | undefined;
  namedTool: string | undefined;
  isManagement: boolean;
  /** It is for a toolset with a search. */
  hasSearch?: boolean | undefined;
  /** Which calls are recorded with their arguments; undefined: none. */
  recorded?: ArgumentAudit | undefined;
  refusal: Pick<GatewayError, 'code' | 'status'> | undefined;
}

/**
 * Every `initialize` and `tools/call`, every failed sign-in and every other refusal. A message that cannot be read is
 * always recorded: as a call when the headers of a modern request say so, else as a request of an unknown method. A
 * server that disregards these headers may run anything, so they cannot keep a message out of the audit.
 */
export function auditEvents(request: AuditedRequest): AuditEvent[] {
  const { method, message, isManagement, refusal } = request;
  if (refusal?.code === 'SIGN_IN_REQUIRED') return [{ action: 'sign-in.failure' }];
  if (isManagement) return refusal && REFUSED_HERE.has(refusal.code) ? [{ action: 'management.request' }] : [];
  const events = message ? eventsOf(message, request) : [];
  if (events.length > 0) return events;
  if (method === 'POST' && message?.kind === 'unreadable') return [namedEvent(request)];
  return refusal && refusal.status < 500 ? [{ action: actionOf(method, message) }] : [];
}

type Recorded = Pick<AuditedRequest, 'recorded' | 'hasSearch'>;

function eventsOf(message: Message, request: Recorded): AuditEvent[] {
  const events: AuditEvent[] = [];
  for (const each of messagesOf(message)) {
    if (events.length < MAX_EVENTS && isNotable(each, message)) events.push(eventOf(each, request));
  }
  return events;
}

/** What a batch holds that is no message may be one to its server. */
const isNotable = (message: Message, whole: Message): boolean =>
  message.kind === 'request'
    ? message.method === 'initialize' || message.method === 'tools/call'
    : message !== whole && (message.kind === 'unreadable' || message.kind === 'batch');

function eventOf(message: Message, { recorded, hasSearch = false }: Recorded): AuditEvent {
  if (message.kind !== 'request') return { action: 'mcp.request' };
  if (message.method === 'initialize') return { action: 'mcp.initialize' };
  const { name, arguments: given } = calledTool(message.params, hasSearch);
  if (typeof name !== 'string') return { action: 'mcp.tools/call' };
  const isRecorded = recorded && given !== undefined && recordsArguments(recorded, name);
  if (!isRecorded) return { action: 'mcp.tools/call', tool: name };
  return { action: 'mcp.tools/call', tool: name, arguments: recordedArguments(given, recorded) };
}

function namedEvent({ era, namedMethod, namedTool }: AuditedRequest): AuditEvent {
  if (era !== 'modern' || namedMethod !== 'tools/call') return { action: 'mcp.request' };
  return { action: 'mcp.tools/call', ...(namedTool !== undefined && { tool: namedTool }) };
}

function actionOf(method: string | undefined, message: Message | undefined): string {
  if (method === 'GET') return 'mcp.stream';
  if (method === 'DELETE') return 'mcp.session.delete';
  const [first] = message ? messagesOf(message) : [];
  const named = first?.kind === 'request' && METHODS.test(first.method);
  return named ? `mcp.${first.method}` : 'mcp.request';
}

/** Records of callers that are not verified, in a second and in a burst: anybody can cause them. */
const UNVERIFIED = { perSecond: 50, burst: 200 };
const TOO_MANY = 'too many refusals of callers that are not verified';
const MANAGED = /^\/(adapters|tools|toolsets|agents|api-keys|tenants|permissions|audit|events|registry)(\/|\?|$)/;

interface AuditLogParts {
  forwarded: Forwarded;
  /** Says which tenant a resource belongs to, also when its caller may not use it. */
  routes: Pick<RouteTable, 'get'>;
}

/** Records of requests that have ended, at the end of each. */
export function auditLog(trail: AuditTrail, { forwarded, routes }: AuditLogParts, limit = UNVERIFIED): RequestObserver {
  const admits = tokenBucket(limit);
  const partOf = sharedParts({ forwarded, routes });
  return {
    entered(context) {
      context.sentBefore = context.req.socket.bytesWritten;
    },
    ended(context) {
      const { req, resource, refusal, principal } = context;
      const events = auditEvents({
        method: req.method,
        message: context.message,
        era: eraOf(req.method, req.headers),
        namedMethod: single(req.headers['mcp-method']),
        namedTool: single(req.headers['mcp-name']),
        isManagement: resource === undefined,
        recorded: context.route?.audit?.arguments,
        hasSearch: context.route?.search,
        refusal,
      });
      if (events.length === 0 || (!resource && !MANAGED.test(req.url ?? ''))) return;
      if (!principal && !admits()) return trail.leaveOut(TOO_MANY);
      for (const event of events) trail.record(recordText(partOf(context, event), ownFacts(context)));
    },
  };
}

/** The toolset of all tools belongs to no tenant: an administrator reads what its own members do there. */
function tenantOf({ route, principal }: RequestContext, resource: ResourceRef, routes: AuditLogParts['routes']) {
  return isAllTools(resource) ? principal?.tenant : (route ?? routes.get(resource))?.tenant;
}

/** What decides the shared part of the records of a connection's last permitted call, and that part. */
interface LastPart extends AuditEvent {
  principal: RequestContext['principal'];
  route: RequestContext['route'];
  status: number | undefined;
  /** Of the same connection: the same list for as long as it says the same. */
  origin: readonly string[];
  userAgent: string | undefined;
  text: string;
}

/**
 * The shared part of a record. Most requests of a connection are calls of one caller to one tool, and to write all of
 * a record takes four microseconds, so the part of the last call is kept with the connection. Principal and route are
 * compared as objects: each change of either makes another one.
 */
function sharedParts({ forwarded, routes }: AuditLogParts): (context: RequestContext, event: AuditEvent) => string {
  const lastParts = new WeakMap<object, LastPart>();
  return (context, event) => {
    const { req, principal, route, refusal } = context;
    const status = context.head?.status;
    const origin = forwarded(req);
    const userAgent = req.headers['user-agent'];
    const last = lastParts.get(req.socket);
    const isAlike =
      last !== undefined &&
      refusal === undefined &&
      last.principal === principal &&
      last.route === route &&
      last.status === status &&
      last.action === event.action &&
      last.tool === event.tool &&
      last.arguments === event.arguments &&
      last.origin === origin &&
      last.userAgent === userAgent;
    if (isAlike) return last.text;
    const text = sharedPart('data-plane', sharedFacts(context, event, { origin, routes }));
    const mayRecur = !refusal && principal && route && event.arguments === undefined;
    if (mayRecur) lastParts.set(req.socket, { ...event, principal, route, status, origin, userAgent, text });
    return text;
  };
}

function sharedFacts(
  context: RequestContext,
  { action, tool, arguments: given }: AuditEvent,
  { origin, routes }: Pick<AuditLogParts, 'routes'> & Pick<LastPart, 'origin'>,
) {
  const { req, address, resource, principal, route, head, refusal } = context;
  const permitted = !refusal && principal && route && decide(principal, route, 'read');
  return {
    action,
    status: head?.status,
    refusal,
    rule: permitted ? permitted.rule : undefined,
    principal,
    resource,
    resourceTenant: resource && tenantOf(context, resource, routes),
    tool,
    arguments: given,
    address: headerValue(origin, 'x-forwarded-for') ?? address,
    via: address,
    headers: req.headers,
  };
}

function ownFacts({ id, req, body, sentBefore, elapsedMs }: RequestContext) {
  const sent = req.socket.bytesWritten;
  return {
    headers: req.headers,
    requestBytes: body?.read?.bytes?.length,
    responseBytes: sentBefore === undefined || sent < sentBefore ? undefined : sent - sentBefore,
    durationMs: elapsedMs,
    requestId: id,
  };
}

const single = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** Admits so many in a second, and so many at once after a pause. */
function tokenBucket({ perSecond, burst }: typeof UNVERIFIED): () => boolean {
  let tokens = burst;
  let at = performance.now();
  return () => {
    const now = performance.now();
    tokens = Math.min(burst, tokens + ((now - at) / 1000) * perSecond);
    at = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
