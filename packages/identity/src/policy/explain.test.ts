import { describe, expect, it } from '@jest/globals';
import { Policy } from '@mcp-gateway/common/contracts';
import { type AssumedRequest, type PolicyFinding, verdictOf } from './explain.js';
import { compilePolicies } from './policies.js';

const policy = (effect: 'allow' | 'deny', when: string, more: object = {}) =>
  Policy.parse({ name: 'p', effect, when, ...more });
const CALLER = { subject: 'bob', roles: ['ops'] };
const asked = (more: Partial<AssumedRequest> = {}): AssumedRequest => ({
  principal: CALLER,
  resource: { kind: 'adapter', name: 'echo', createdBy: 'alice' },
  ...more,
});

describe('a policy on a message of which something is not known', () => {
  it.each<[string, string, Partial<AssumedRequest>, string, string[]]>([
    ['says what it can', '"ops" in principal.roles', { method: 'tools/call' }, 'true', []],
    ['needs the method', '"ops" in principal.roles', {}, 'unknown', ['method']],
    ['takes a tool for a call', 'tool == "add"', { tool: 'add' }, 'true', []],
    ['needs the tool', 'tool == "add"', { method: 'tools/call' }, 'unknown', ['tool']],
    [
      'needs no tool where another part decides',
      'tool == "add" || "ops" in principal.roles',
      { method: 'tools/call' },
      'true',
      [],
    ],
    [
      'needs no tool where another part refuses',
      'tool == "add" && "dev" in principal.roles',
      { method: 'tools/call' },
      'false',
      [],
    ],
    ['needs the arguments', 'arguments.n > 1 && "x" in headers', { tool: 'add' }, 'unknown', ['arguments', 'headers']],
    ['reads the arguments', 'arguments.n > 1', { tool: 'add', arguments: { n: 2 } }, 'true', []],
    ['fails on arguments that are not there', 'arguments.n > 1', { tool: 'add', arguments: {} }, 'failed', []],
    ['knows the parameters of a call', 'has(params.arguments.n)', { tool: 'add', arguments: { n: 1 } }, 'true', []],
    ['needs other parameters', 'params.uri == "x"', { tool: 'add' }, 'unknown', ['params']],
    ['reads headers', '"x-region" in headers', { tool: 'add', headers: { 'x-region': 'eu' } }, 'true', []],
    ['sees no credentials', '"cookie" in headers', { tool: 'add', headers: { cookie: 'a' } }, 'false', []],
    ['decides on other methods', 'true', { method: 'tools/list' }, 'not-applicable', []],
    ['needs the name of the caller', 'principal.name == "Bob"', { tool: 'add' }, 'unknown', ['principal.name']],
    ['knows the name', 'principal.name == "Bob"', { tool: 'a', principal: { ...CALLER, name: 'Bob' } }, 'true', []],
    ['needs the tenant', 'principal.tenant == "acme"', { tool: 'add' }, 'unknown', ['principal.tenant']],
    ['cannot be evaluated', 'nonsense', { tool: 'add' }, 'failed', []],
  ])('%s: %s', (_what, when, known, result, needs) => {
    const [found] = compilePolicies([policy('deny', when)]).examine(asked(known));
    expect(found).toEqual({ name: 'p', effect: 'deny', result, needs });
  });

  it('that is for every message needs no method', () => {
    const every = policy('allow', 'principal.subject == "bob"', { methods: ['*'] });
    expect(compilePolicies([every]).examine(asked())).toEqual([
      { name: 'p', effect: 'allow', result: 'true', needs: [] },
    ]);
  });
});

describe('policies together', () => {
  it.each<[string, string, string, string]>([
    ['permit without any', '', 'permitted', ''],
    ['permit when none applies', 'deny not-applicable, allow not-applicable', 'permitted', ''],
    ['permit when no deny is true', 'deny false', 'permitted', ''],
    ['refuse by a deny that is true', 'deny unknown, deny true, allow true', 'refused', '1'],
    ['refuse by a deny that fails', 'deny failed', 'refused', '0'],
    ['depend on a deny', 'deny unknown, allow true', 'depends', '0'],
    ['permit by the allow that is true', 'deny false, allow unknown, allow true', 'permitted', '2'],
    ['depend on an allow', 'allow false, allow unknown', 'depends', '1'],
    ['refuse when no allow is true', 'allow false, allow failed', 'refused', '0,1'],
  ])('%s', (_what, given, outcome, decidedBy) => {
    const findings = given
      .split(', ')
      .filter(Boolean)
      .map((each, at) => {
        const [effect, result] = each.split(' ') as ['allow' | 'deny', PolicyFinding['result']];
        return { name: String(at), effect, result, needs: [] };
      });
    expect(verdictOf(findings)).toEqual({ outcome, decidedBy: decidedBy.split(',').filter(Boolean) });
  });
});
