import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import type { AuditRecord } from '@mcp-gateway/common/contracts';
import { readMessage } from '@mcp-gateway/protocol';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { RequestContext } from '../request/context.js';
import { auditEvents, auditLog, type AuditedRequest } from './audit-log.js';

const message = (method: string, params: object = {}) =>
  readMessage(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
const batch = (...calls: string[]) =>
  readMessage(
    JSON.stringify(
      calls.map((name, id) => {
        const params = { name, arguments: { a: 1, b: 2 } };
        return { jsonrpc: '2.0', id, method: 'tools/call', params };
      }),
    ),
  );
const UNREAD = readMessage('');
const POST: AuditedRequest = {
  method: 'POST',
  message: undefined,
  era: 'legacy',
  namedMethod: undefined,
  namedTool: undefined,
  isManagement: false,
  refusal: undefined,
};
const NOT_FOUND = { code: 'ADAPTER_NOT_FOUND', status: 404 } as const;
const SIGN_IN = { code: 'SIGN_IN_REQUIRED', status: 401 } as const;
const DOWN = { code: 'UNAVAILABLE', status: 503 } as const;
const ADD = { action: 'mcp.tools/call', tool: 'add' };

describe('of a request', () => {
  it.each<[string, Partial<AuditedRequest>, object[]]>([
    ['initialize is recorded', { message: message('initialize') }, [{ action: 'mcp.initialize' }]],
    ['a call is recorded with its tool', { message: message('tools/call', { name: 'add', arguments: {} }) }, [ADD]],
    [
      'a call without a name is recorded',
      { message: message('tools/call', { name: 7 }) },
      [{ action: 'mcp.tools/call' }],
    ],
    ['each call of a batch is recorded', { message: batch('add', 'add') }, [ADD, ADD]],
    [
      'arguments are recorded where the adapter says so, also in a batch',
      { message: batch('add', 'other'), recorded: { tools: ['add'], redact: ['b'] } },
      [
        { ...ADD, arguments: '{"a":1,"b":"[redacted]"}' },
        { ...ADD, tool: 'other' },
      ],
    ],
    ['a list is not recorded', { message: message('tools/list') }, []],
    [
      'a refused list is recorded',
      { message: message('tools/list'), refusal: NOT_FOUND },
      [{ action: 'mcp.tools/list' }],
    ],
    ['a list that fails is not recorded', { message: message('tools/list'), refusal: DOWN }, []],
    [
      'a refused method of the client’s own has no name',
      { message: message('s3cret'), refusal: NOT_FOUND },
      [{ action: 'mcp.request' }],
    ],
    ['a call that fails is recorded', { message: message('tools/call', { name: 'add' }), refusal: DOWN }, [ADD]],
    ['a stream is not recorded', { method: 'GET' }, []],
    ['a refused stream is recorded', { method: 'GET', refusal: NOT_FOUND }, [{ action: 'mcp.stream' }]],
    [
      'a refused end of a session is recorded',
      { method: 'DELETE', refusal: NOT_FOUND },
      [{ action: 'mcp.session.delete' }],
    ],
    [
      'a failed sign-in is recorded as that',
      { message: message('tools/call'), refusal: SIGN_IN },
      [{ action: 'sign-in.failure' }],
    ],
    ['a message that is too long to read is recorded', { message: UNREAD }, [{ action: 'mcp.request' }]],
    [
      'such a modern message is the call that its headers name',
      { message: UNREAD, era: 'modern', namedMethod: 'tools/call', namedTool: 'add' },
      [ADD],
    ],
    [
      'such a modern message is recorded whatever else its headers say',
      { message: UNREAD, era: 'modern', namedMethod: 'tools/list' },
      [{ action: 'mcp.request' }],
    ],
    [
      'such a legacy message is not what its headers say',
      { message: UNREAD, namedMethod: 'tools/list', namedTool: 'add' },
      [{ action: 'mcp.request' }],
    ],
    [
      'such a legacy message is no call of the tool that its headers name',
      { message: UNREAD, namedMethod: 'tools/call', namedTool: 'add' },
      [{ action: 'mcp.request' }],
    ],
    ['management is left to the control plane', { isManagement: true }, []],
    [
      'a throttled caller of management is recorded',
      { isManagement: true, refusal: { code: 'TOO_MANY_FAILURES', status: 429 } },
      [{ action: 'management.request' }],
    ],
    [
      'management that is refused here is recorded',
      { isManagement: true, refusal: DOWN },
      [{ action: 'management.request' }],
    ],
  ])('%s', (_name, changes, events) => {
    expect(auditEvents({ ...POST, ...changes })).toEqual(events);
  });

  it('records a call behind any number of other messages of its batch', () => {
    const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
    const call = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'add' } };
    const behind = readMessage(JSON.stringify([...Array.from({ length: 100 }, () => ping), call]));
    expect(auditEvents({ ...POST, message: behind })).toEqual([ADD]);
  });

  it('records what is no message within a batch', () => {
    const call = { id: 1, method: 'tools/call', params: { name: 'add' } };
    const mixed = readMessage(JSON.stringify([call, [{ jsonrpc: '2.0', ...call }]]));
    expect(auditEvents({ ...POST, message: mixed })).toEqual([{ action: 'mcp.request' }, { action: 'mcp.request' }]);
  });

  it('records a limited number of the calls of a batch', () => {
    const calls = Array.from({ length: 1_000 }, () => 'add');
    expect(auditEvents({ ...POST, message: batch(...calls) })).toHaveLength(100);
  });
});

it.each(['/adapters', '/tools/x', '/api-keys?limit=1', '/tenants/acme/quota', '/permissions/explain', '/audit/export'])(
  'records a request for %s that is refused before it reaches the control plane',
  (url) => {
    const actions: string[] = [];
    const trail = {
      record: (text: string) => void actions.push((JSON.parse(text) as AuditRecord).action),
      leaveOut: () => {},
    };
    const parts = { forwarded: () => [], routes: { get: () => undefined } };
    const { ended } = auditLog({ ...trail, close: async () => {} }, parts);
    const req = { method: 'GET', url, headers: {}, socket: { bytesWritten: 0 } };
    ended({ req, elapsedMs: 1, refusal: DOWN } as unknown as RequestContext);
    ended({ req: { ...req, url: '/nothing' }, elapsedMs: 1, refusal: DOWN } as unknown as RequestContext);
    expect(actions).toEqual(['management.request']);
  },
);

it('limits the records of callers that are not verified, and of no one else', () => {
  const seen: string[] = [];
  const trail = {
    record: (text: string) => void seen.push((JSON.parse(text) as AuditRecord).caller?.subject ?? 'unverified'),
    leaveOut: () => void seen.push('left out'),
    close: async () => {},
  };
  const { ended } = auditLog(
    trail,
    { forwarded: () => [], routes: { get: () => undefined } },
    { perSecond: 0, burst: 2 },
  );
  const req = { method: 'POST', headers: {}, socket: { bytesWritten: 0 } };
  const context = { req, resource: { kind: 'adapter', name: 'echo' }, elapsedMs: 1, message: message('initialize') };
  const alice = { subject: 'alice', name: 'Alice', roles: [], tenant: 'default' };
  for (const principal of [undefined, undefined, undefined, alice, undefined, alice]) {
    ended({ ...context, principal } as unknown as RequestContext);
  }
  expect(seen).toEqual(['unverified', 'unverified', 'left out', 'alice', 'left out', 'alice']);
});

describe('of the calls of one connection, each record', () => {
  const socket = { bytesWritten: 0 };
  const origins: Record<string, string[]> = {
    one: ['X-Forwarded-For', '192.0.2.1'],
    other: ['X-Forwarded-For', '192.0.2.2'],
  };
  const route = { kind: 'adapter', name: 'echo', createdBy: 'eve', requiredRoles: ['a'], tenant: 'acme' };
  const alice = { subject: 'alice', name: 'Alice', roles: ['a'], tenant: 'default' };
  const CALL = { tool: 'add', principal: alice, route, status: 200, from: 'one', userAgent: 'x' };
  const refusal = new GatewayError('QUOTA_EXCEEDED', { reason: 'quota' });
  const texts: string[] = [];
  const trail = { record: (text: string) => void texts.push(text), leaveOut: () => {}, close: async () => {} };
  const forwarded = (req: IncomingMessage) => origins[String(req.headers['x-from'])] ?? [];
  const { ended } = auditLog(trail, { forwarded, routes: { get: () => undefined } });
  const recordOf = ({ tool, principal, route: used, status, from, userAgent, ...more }: typeof CALL) => {
    ended({
      req: { method: 'POST', headers: { 'user-agent': userAgent, 'x-from': from }, socket },
      resource: { kind: used.kind, name: used.name },
      message: message('tools/call', { name: tool }),
      head: { status },
      elapsedMs: 1,
      principal,
      route: used,
      ...more,
    } as unknown as RequestContext);
    return JSON.parse(texts.at(-1) ?? '') as AuditRecord;
  };

  it.each<[string, Partial<typeof CALL> & { refusal?: GatewayError }, object]>([
    ['nothing', {}, {}],
    ['the tool', { tool: 'sub' }, { tool: 'sub' }],
    ['the caller', { principal: { ...alice, subject: 'bob' } }, { caller: { subject: 'bob' } }],
    ['the roles of the caller', { principal: { ...alice, roles: ['a', 'b'] } }, { caller: { roles: ['a', 'b'] } }],
    ['the rule', { route: { ...route, createdBy: 'alice' } }, { reason: 'creator' }],
    ['the adapter', { route: { ...route, name: 'other' } }, { resource: { name: 'other' } }],
    ['the tenant of the adapter', { route: { ...route, tenant: 'tea' } }, { resource: { tenant: 'tea' } }],
    ['the status', { status: 500 }, { status: 500, outcome: 'failed' }],
    ['the client behind a proxy', { from: 'other' }, { address: '192.0.2.2' }],
    ['the user agent', { userAgent: 'y' }, { userAgent: 'y' }],
    ['a refusal', { refusal }, { outcome: 'refused', code: 'QUOTA_EXCEEDED', reason: 'quota' }],
  ])('says what is its own, when the call before differs in %s', (_what, change, expected) => {
    const usual = { ...recordOf(CALL), id: '', time: '' };
    expect(usual).toMatchObject({ tool: 'add', caller: { subject: 'alice', roles: ['a'] }, reason: 'required-role' });
    expect(recordOf({ ...CALL, ...change })).toMatchObject(expected);
    expect({ ...recordOf(CALL), id: '', time: '' }).toEqual(usual);
  });
});
