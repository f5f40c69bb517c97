import { describe, expect, it } from '@jest/globals';
import { Policy } from '@mcp-gateway/common/contracts';
import { compilePolicies, policyBudget, policyFaults, type PolicyRequest } from './policies.js';

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

/** A message below the limit of 1 MiB, with texts and lists that take long to read again and again. */
const LONG = {
  l: Array(1_000).fill(1),
  s: 'a'.repeat(300_000),
  a: Array(300).fill(Array(300).fill(1)),
  b: Array(300).fill(Array(300).fill(1)),
};

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
    ['too much text in each turn', 'arguments.l.exists(x, size(arguments.s) == x)', call('x', LONG)],
    ['large values to compare', 'arguments.l.exists(x, arguments.a == arguments.b && x == 2)', call('x', LONG)],
    ['a long text in each turn', 'arguments.l.exists(x, arguments.s.lowerAscii() == "b")', call('x', LONG)],
    ['a list to search in each turn', 'arguments.l.exists(x, x in arguments.a)', call('x', LONG)],
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
    [
      `${'['.repeat(12)}arguments.l${'].map(a, a + a)[0]'.repeat(12)}.exists(x, x == 1)`,
      'may take too long: it looks through lists in lists',
    ],
    [`${'['.repeat(14)}arguments.s${'].map(a, a + a)[0]'.repeat(14)} == "x"`, 'may take too long'],
    [Array(300).fill('1').join('+'), 'is not valid at character '],
    ['('.repeat(400) + 'true' + ')'.repeat(400), 'is not valid at character '],
  ])('is refused: %s', (when, detail) => {
    expect(policyFaults([policy('true'), policy(when)])).toEqual([
      { index: 1, detail: expect.stringContaining(detail) },
    ]);
    expect(isDenied(when, call('x'))).toBe(true); // an older version of the gateway accepted it
  });
});

it.each([
  ['reads each entry once', '!arguments.files.all(f, f.startsWith("/data/") && !f.contains(".."))'],
  ['compares with texts of its own', Array.from({ length: 20 }, (_, at) => `arguments.s == "${at}"`).join(' || ')],
  [
    'looks for a text in a long one',
    'arguments.s.contains("x") || "x" in arguments.files || size(arguments.s) > 500000',
  ],
  ['compares entries with an argument', 'arguments.files.exists(f, f == arguments.s || f.startsWith(arguments.s))'],
  ['compares with few', '["/a", "/b"].exists(p, arguments.s.startsWith(p)) || tool in ["a", "b"] || "x" in arguments'],
])('an expression that %s decides on long messages', (_what, when) => {
  expect(policyFaults([policy(when)])).toEqual([]);
  const long = call('x', { files: Array(1_000).fill(`/data/${'f'.repeat(400)}`), s: 's'.repeat(400_000) });
  expect(isDenied(when, long)).toBe(false);
});

it.each([
  ['reading', 'arguments.l.exists(x, size(arguments.s) == x)', { l: Array(100).fill(1), s: 'a'.repeat(4_000) }],
  ['patterns', 'matches(arguments.s, "x")', { s: 'a'.repeat(200_000) }],
])('all messages of a batch together have one budget for %s', (_what, when, given) => {
  const decider = compilePolicies([policy(when)]);
  const budget = policyBudget();
  const each = call('x', given, { budget });
  const denied = Array.from({ length: 10 }, () => decider.decide(each)?.reason);
  expect(denied[0]).toBeUndefined();
  expect(denied.at(-1)).toBe('the policy p cannot be evaluated');
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
