import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { AuditOutcome, AuditRecord } from '@mcp-gateway/common/contracts';
import type { GatewayError } from '@mcp-gateway/common/errors';
import type { Principal } from '@mcp-gateway/common/principal';

/** Longest texts of a record, in characters; with them a record has at most a few KiB. */
const MAX = { subject: 512, name: 128, role: 64, text: 256, arguments: 4_096 };
const MAX_ROLES = 32;

/** What a service knows of a request when it has ended, and what other requests of the caller to the same tool have in common with it. */
export interface SharedFacts {
  action: string;
  /** Undefined: there was no answer. */
  status: number | undefined;
  refusal: GatewayError | undefined;
  /** The rule that permitted it, if known. */
  rule?: string | undefined;
  principal: Principal | undefined;
  resource: { kind: string; name: string } | undefined;
  /** The tenant that the resource belongs to; undefined when there is no such resource. */
  resourceTenant?: string | undefined;
  tool?: string | undefined;
  /** Redacted and bounded (arguments.ts). */
  arguments?: string | undefined;
  address: string | undefined;
  via?: string | undefined;
  headers: IncomingHttpHeaders;
}

/** Facts that differ between the calls of a caller to one tool. */
export interface OwnFacts {
  headers: IncomingHttpHeaders;
  /** Undefined: the length of the body is what `Content-Length` says. */
  requestBytes?: number | undefined;
  responseBytes: number | undefined;
  durationMs: number;
  requestId: string | undefined;
}

export type AuditFacts = SharedFacts & OwnFacts;

/** How a request ended, by the status of its answer and the error that the gateway answered with or broke it off for. */
export function outcomeOf(status: number | undefined, refusal: Pick<GatewayError, 'status'> | undefined): AuditOutcome {
  if (refusal) return refusal.status >= 500 ? 'failed' : 'refused';
  if (status === undefined) return 'aborted';
  return status >= 400 ? 'failed' : 'success';
}

/**
 * The record of a request, as JSON of an `AuditRecord`. It takes no text of an error: such a text may quote what a
 * client or a server has sent.
 */
export const auditText = (service: AuditRecord['service'], facts: AuditFacts, nowMs = Date.now()): string =>
  recordText(sharedPart(service, facts), facts, nowMs);

/** Members of a record without the braces, for `recordText`: a service may keep them for requests that are alike. */
export function sharedPart(service: AuditRecord['service'], facts: SharedFacts): string {
  const { status, refusal, principal, resource, via, headers } = facts;
  const members = {
    service,
    action: facts.action,
    outcome: outcomeOf(status, refusal),
    status,
    code: refusal?.code,
    reason: bounded(refusal ? refusal.reason : facts.rule, MAX.text),
    caller: principal && callerOf(principal),
    resource: resource && {
      kind: resource.kind,
      name: bounded(resource.name, MAX.name),
      tenant: bounded(facts.resourceTenant, MAX.text),
    },
    tool: bounded(facts.tool, MAX.name),
    arguments: bounded(facts.arguments, MAX.arguments),
    address: bounded(facts.address, MAX.text),
    via: via === facts.address ? undefined : via,
    userAgent: bounded(headers['user-agent'], MAX.text),
  } satisfies Partial<AuditRecord>;
  return JSON.stringify(members).slice(1, -1);
}

/** The record with these shared members. Its own are few and simple, so that writing them takes a microsecond. */
export function recordText(shared: string, facts: OwnFacts, nowMs = Date.now()): string {
  const { headers, responseBytes, durationMs, requestId } = facts;
  const requestBytes = facts.requestBytes ?? lengthIn(headers);
  const traceId = traceIdIn(headers);
  let text = `{"id":"${randomUUID()}","time":"${isoTime(nowMs - durationMs)}",${shared}`;
  if (requestBytes !== undefined) text += `,"requestBytes":${requestBytes}`;
  if (responseBytes !== undefined) text += `,"responseBytes":${responseBytes}`;
  text += `,"durationMs":${Math.round(durationMs * 10) / 10}`;
  if (requestId !== undefined) text += `,"requestId":${JSON.stringify(requestId)}`;
  if (traceId !== undefined) text += `,"traceId":"${traceId}"`;
  return `${text}}`;
}

let second = Number.NaN;
let upToSecond = '';

/** As `Date.toISOString`; records of one second share most of it. */
function isoTime(ms: number): string {
  const whole = Math.floor(ms / 1000);
  if (whole !== second) {
    second = whole;
    upToSecond = new Date(whole * 1000).toISOString().slice(0, -4);
  }
  return `${upToSecond}${String(Math.floor(ms - whole * 1000)).padStart(3, '0')}Z`;
}

/** A principal is the same object for as long as its token is remembered. */
const callers = new WeakMap<Principal, NonNullable<AuditRecord['caller']>>();

function callerOf(principal: Principal): NonNullable<AuditRecord['caller']> {
  let caller = callers.get(principal);
  if (!caller) {
    const { subject, name, roles, tenant, signIn } = principal;
    caller = {
      subject: bounded(subject, MAX.subject),
      name: bounded(name, MAX.text),
      roles: roles.slice(0, MAX_ROLES).map((role) => bounded(role, MAX.role)),
      tenant: bounded(tenant, MAX.text),
      signIn: bounded(signIn, MAX.text),
    };
    callers.set(principal, caller);
  }
  return caller;
}

// oxlint-disable-next-line no-control-regex
const UNSTORABLE = /[\0-\x1f\x7f\ud800-\udfff]/;
// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\0-\x1f\x7f]/g;

/** At most `max` characters, without control characters and halves of characters, which PostgreSQL does not store. */
function bounded<Text extends string | undefined>(text: Text, max: number): Text;
function bounded(text: string | undefined, max: number): string | undefined {
  if (text === undefined) return undefined;
  const short = text.length > max ? text.slice(0, max) : text;
  return UNSTORABLE.test(short) ? short.replace(CONTROLS, '\ufffd').toWellFormed() : short;
}

/** W3C Trace Context, §3.2: version, trace id, parent id, flags. */
const TRACEPARENT = /^[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-[\da-f]{2}/;

const traceIdIn = ({ traceparent }: IncomingHttpHeaders): string | undefined =>
  typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent)?.[1] : undefined;

function lengthIn(headers: IncomingHttpHeaders): number | undefined {
  const length = Number(headers['content-length'] ?? Number.NaN);
  return Number.isSafeInteger(length) && length >= 0 ? length : undefined;
}

/** Stands in the place of records that were dropped. */
export const gapRecord = (
  service: AuditRecord['service'],
  { records, since, reason }: { records: number; since: number; reason: string },
  nowMs: number,
): AuditRecord => ({
  id: randomUUID(),
  time: new Date(nowMs).toISOString(),
  service,
  action: 'audit.gap',
  outcome: 'failed',
  reason,
  gap: { records, since: new Date(since).toISOString() },
});
