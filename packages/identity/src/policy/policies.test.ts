import { describe, expect, it } from '@jest/globals';
import { Policy } from '@mcp-gateway/common/contracts';
import { compilePolicies, policyFaults, type PolicyRequest } from './policies.js';

const policy = (when: string, changes: Partial<Policy> = {}) =>
  Policy.parse({ name: 'p', effect: 'deny', when, ...changes });

const call = (name: string, given: unknown = {}, changes: Partial<PolicyRequest> = {}): PolicyRequest => ({
  principal: { subject: 'bob', name: 'Bob', roles: ['Ops', 'team'], tenant: 'default' },
  resource: { kind: 'adapter', name: 'echo', createdBy: 'alice' },
  headers: { 'x-region': 'eu', authorization: 'Bearer secret', cookie: 'a=b', 'x-mcp-userid': 'root' },
  method: 'tools/call',
  params: { name, arguments: given },
  ...changes,
});

/** Whether one policy that denies by the expression refuses the call. */
const isDenied = (when: string, request: PolicyRequest) =>
  compilePolicies([policy(when)]).decide(request) !== undefined;

describe('an expression', () => {
  it.each([
    ['tool == "delete"', call('delete'), true],
    ['tool.startsWith("delete_")', call('create_x'), false],
    ['"OPS" in principal.roles', call('x'), true],
    ['"admins" in principal.roles', call('x'), false],
    ['principal.subject == resource.createdBy', call('x'), false],
    ['principal.tenant == "default" && resource.name == "echo"', call('x'), true],
    ['arguments.amount > 1000', call('pay', { amount: 1000.5 }), true],
    ['arguments.amount > 1000', call('pay', { amount: 1000 }), false],
    ['has(arguments.path) && !arguments.path.startsWith("/data/")', call('read', { path: '/etc/x' }), true],
    ['has(arguments.path) && !arguments.path.startsWith("/data/")', call('read', {}), false],
    [
      '!arguments.paths.all(p, ["/a/", "/b/"].exists(r, p.startsWith(r)))',
      call('x', { paths: ['/a/1', '/b/2'] }),
      false,
    ],
    ['!arguments.paths.all(p, ["/a/", "/b/"].exists(r, p.startsWith(r)))', call('x', { paths: ['/a/1', '/c'] }), true],
    ['matches(arguments.sql, "(?i)^\\\\s*drop\\\\b")', call('query', { sql: '  DROP table x' }), true],
    ['matches(arguments.sql, "(?i)^\\\\s*drop\\\\b")', call('query', { sql: 'select 1' }), false],
    ['headers["x-region"] != "eu"', call('x'), false],
    ['"authorization" in headers || "cookie" in headers || "x-mcp-userid" in headers', call('x'), false],
    ['params.uri.startsWith("file:")', call('', {}, { method: 'tools/call', params: { uri: 'file:///x' } }), true],
    ['tool == ""', call('x', {}, { params: { name: 5 } }), true],
  ])('%s', (when, request, denied) => {
    expect(policyFaults([policy(when)])).toEqual([]);
    expect(isDenied(when, request)).toBe(denied);
  });

  it.each([
    ['a missing argument', 'arguments.path == "x"', call('x')],
    ['an argument of another type', 'arguments.path.startsWith("x")', call('x', { path: 5 })],
    ['a member of Object.prototype', 'arguments.toString == "x"', call('x')],
    ['a missing header', 'headers["x-other"] == "a"', call('x')],
    ['a list too long to look through', 'arguments.l.exists(x, x == 1)', call('x', { l: Array(1_001).fill(0) })],
    ['a deep list too long', 'arguments.l.exists(x, x == 1)', call('x', { l: [], o: [{ p: Array(1_001).fill(0) }] })],
    ['too much text for patterns', 'matches(arguments.s, "x")', call('x', { s: 'a'.repeat(300_000) })],
  ])('that meets %s refuses, whatever it decides otherwise', (_what, when, request) => {
    expect(isDenied(when, request)).toBe(true);
    expect(isDenied(`!(${when})`, request)).toBe(true);
    expect(compilePolicies([policy(when, { effect: 'allow' })]).decide(request)).toBeDefined();
  });

  it.each([
    ['tool ==', 'is not valid at character 8: '],
    ['tol == "x"', 'is not valid at character 1: Unknown variable: tol'],
    ['tool == 5', 'is not valid at character 1: no such overload: string == int'],
    ['principal.email == "x"', 'is not valid at character 11: No such key: email'],
    ['tool', 'is not valid at character 1: must be true or false, and is of the type string'],
    ['arguments.ok', 'is not valid at character 1: must be true or false, and is of the type dyn'],
    ['arguments.s.matches("a")', 'is not valid at character 1: write matches(text, "pattern") instead'],
    ['matches(tool, arguments.p)', 'is not valid at character 1: the pattern of matches() must be a text in quotes'],
    ['matches(tool, "(a")', 'is not valid at character 15: the pattern of matches() is not valid in the syntax of RE2'],
    ['cel.bind(x, 1, x == 1)', 'is not valid at character 1: bind() is not available'],
    ['arguments.s.split(",").exists(x, x == "a")', 'is not valid at character 1: split() is not available'],
    ['arguments.a.all(x, arguments.b.all(y, x == y))', 'may take too long: it looks through lists in lists'],
    [Array(300).fill('1').join('+'), 'is not valid at character '],
    ['('.repeat(400) + 'true' + ')'.repeat(400), 'is not valid at character '],
  ])('is refused: %s', (when, detail) => {
    expect(policyFaults([policy('true'), policy(when)])).toEqual([
      { index: 1, detail: expect.stringContaining(detail) },
    ]);
    expect(isDenied(when, call('x'))).toBe(true); // an older version of the gateway accepted it
  });
});

it('the cost of all expressions of an adapter is bounded', () => {
  const costly = policy('arguments.l.all(x, matches(x, "a"))');
  expect(policyFaults(Array(3).fill(costly))).toEqual([]);
  expect(policyFaults(Array(16).fill(costly)).map(({ index }) => index)).toContain(15);
});

it.each([
  'proxy-authorization',
  'mcp-session-id',
  'last-event-id',
  'x-mcp-roles',
  'x-mcp-identity-token',
  'x-dev-roles',
  'x-gateway-secret',
  'x-api-key',
  'x-forwarded-for',
  'x-real-ip',
  'forwarded',
])('an expression does not see the header %s', (name) => {
  const headers = { [name]: 'x', 'x-region': 'eu' };
  expect(isDenied(`"${name}" in headers || size(headers) != 1`, call('x', {}, { headers }))).toBe(false);
});

describe('policies', () => {
  const readers = policy('tool in ["read", "list"]', { name: 'readers', effect: 'allow' });
  const ops = policy('"ops" in principal.roles', { name: 'ops', effect: 'allow' });
  const frozen = policy('tool == "list"', { name: 'frozen', reason: 'Listing is off today.' });
  const everywhere = policy('principal.subject == "bob"', { name: 'not-bob', methods: ['*'] });
  const nobody = { principal: { subject: 'carol', name: 'Carol', roles: [], tenant: 'default' } };

  it.each([
    ['none permit everything', [], call('x'), undefined],
    ['an allow permits', [readers], call('read', {}, nobody), undefined],
    ['no allow refuses', [readers], call('delete', {}, nobody), 'the policy readers does not permit it'],
    ['one allow of several is enough', [readers, ops], call('delete'), undefined],
    ['deny comes before allow', [readers, frozen], call('list', {}, nobody), 'Listing is off today.'],
    ['only their methods count', [readers, frozen], call('', {}, { method: 'initialize', params: {} }), undefined],
    [
      '* is every method',
      [everywhere],
      call('', {}, { method: 'ping', params: {} }),
      'the policy not-bob does not permit it',
    ],
    [
      '* is a stream, too',
      [everywhere],
      call('', {}, { method: '', params: {} }),
      'the policy not-bob does not permit it',
    ],
  ])('%s', (_what, policies, request, reason) => {
    expect(compilePolicies(policies).decide(request)?.reason).toBe(reason);
  });

  it('an allow that cannot be evaluated does not hide another that permits', () => {
    const broken = policy('arguments.path == "x"', { name: 'broken', effect: 'allow' });
    expect(compilePolicies([broken, ops]).decide(call('x'))).toBeUndefined();
  });

  it('say where an expression failed, and quote nothing of the request', () => {
    const broken = policy('headers[arguments.path] == "x"', { name: 'broken' });
    const { cause } = compilePolicies([broken]).decide(call('x', { path: 'secret' })) ?? {};
    expect(cause?.message).toBe('the expression fails at character 1: no_such_key');
  });
});
