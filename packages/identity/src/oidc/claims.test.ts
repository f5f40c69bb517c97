import { describe, expect, it } from '@jest/globals';
import { principalOf } from './claims.js';
import { OidcIssuers } from './issuer.js';

const settings = (claims: object = {}, more: object = {}) => {
  const issuer = { issuer: 'https://issuer.example', audiences: ['gateway'], claims, ...more };
  const [parsed] = OidcIssuers.parse(JSON.stringify([issuer]));
  if (!parsed) throw new Error('no issuer');
  return parsed;
};
const rolesOf = (token: object, claims: object = {}, more: object = {}) =>
  principalOf({ sub: 'alice', ...token }, settings(claims, more)).roles;

describe('claims', () => {
  it.each<[string, object, object, readonly string[]]>([
    ['a list', { roles: ['a', 'b'] }, {}, ['a', 'b']],
    ['a text with spaces, as scope', { scope: 'mcp.read mcp.write' }, { roles: 'scope' }, ['mcp.read', 'mcp.write']],
    ['nested, as of Keycloak', { realm_access: { roles: ['a'] } }, { roles: 'realm_access.roles' }, ['a']],
    [
      'a client of Keycloak with a dot',
      { resource_access: { 'my.app': { roles: ['a'] } } },
      { roles: 'resource_access.my.app.roles' },
      ['a'],
    ],
    ['namespaced, as of Auth0', { 'https://example.com/roles': ['a'] }, { roles: 'https://example.com/roles' }, ['a']],
    ['several claims', { roles: ['a'], groups: ['b', 'a'] }, { roles: ['roles', 'groups'] }, ['a', 'b']],
    ['missing', {}, {}, []],
    ['a number', { roles: 7 }, {}, []],
    ['an object', { roles: { a: true } }, {}, []],
    ['a list with other things', { roles: ['a', 7, null, ''] }, {}, ['a']],
    ['a list with a role that a server would take for two', { roles: ['a', 'b,mcp.admin'] }, {}, ['a']],
    ['a name of Object', {}, { roles: 'constructor.name' }, []],
    ['__proto__', {}, { roles: '__proto__.roles' }, []],
  ])('have roles as %s', (_what, token, claims, roles) => {
    expect(rolesOf(token, claims)).toEqual(roles);
  });

  it('have roles by group, beside their own', () => {
    const mapping = { roleMapping: { c0ffee: ['mcp.admin', 'team'] } };
    expect(rolesOf({ groups: ['c0ffee', 'other'] }, { roles: 'groups' }, mapping)).toEqual([
      'c0ffee',
      'other',
      'mcp.admin',
      'team',
    ]);
    expect(rolesOf({ groups: ['constructor'] }, { roles: 'groups' }, mapping)).toEqual(['constructor']);
  });

  it.each<[string, object]>([
    ['a reference', { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://graph' } } }],
    ['hasgroups', { hasgroups: true }],
    ['hasgroups as a text', { hasgroups: 'true' }],
  ])('with too many groups, said as %s, are refused and not read as no groups', (_what, token) => {
    expect(() => rolesOf(token, { roles: 'groups' })).toThrow(
      expect.objectContaining({ code: 'FORBIDDEN', detail: expect.stringContaining('overage') }),
    );
    expect(rolesOf({ ...token, roles: ['a'] })).toEqual(['a']); // groups are not configured
  });

  it('name the caller', () => {
    const of = (token: object, claims: object = {}, more: object = {}) =>
      principalOf({ sub: 'alice', ...token }, settings(claims, more));
    expect(of({})).toEqual({ subject: 'alice', name: 'alice', roles: [], tenant: 'default' });
    expect(of({ preferred_username: 'al' })).toMatchObject({ name: 'al' });
    expect(of({ preferred_username: 'al', name: 'Alice' })).toMatchObject({ name: 'Alice' });
    expect(of({ oid: 'o-1' }, { subject: 'oid' })).toMatchObject({ subject: 'o-1' });
    expect(of({}, {}, { subjectPrefix: 'acme:' })).toMatchObject({ subject: 'acme:alice', name: 'alice' });
    expect(of({ org: { id: 't1' } }, { tenant: 'org.id' })).toMatchObject({ tenant: 't1' });
    expect(of({ org: 7 }, { tenant: 'org' })).toMatchObject({ tenant: 'default' });
  });
});

describe('the setting of issuers', () => {
  const a = { issuer: 'https://a.example', audiences: ['x'] };
  it.each<[string, string, string]>([
    ['no JSON', '{', 'must be JSON: [{"issuer": "https://…", "audiences": ["…"]}]'],
    ['an empty list', '[]', 'must name at least one issuer'],
    [
      'no issuer',
      JSON.stringify([{ audiences: ['x'] }]),
      '0.issuer: must be an https URL (http is allowed on loopback only)',
    ],
    ['no list of audiences', JSON.stringify([{ ...a, audiences: 'x' }]), '0.audiences: must be a list of audiences'],
    ['no audience', JSON.stringify([{ ...a, audiences: [] }]), '0.audiences: must name at least one audience'],
    ['an unknown field', JSON.stringify([{ ...a, audience: 'x' }]), '0: Unrecognized key: "audience"'],
    [
      'http',
      JSON.stringify([{ ...a, issuer: 'http://a.example' }]),
      '0.issuer: must be an https URL (http is allowed on loopback only)',
    ],
    ['the same issuer twice', JSON.stringify([a, { ...a, subjectPrefix: 'b:' }]), 'names an issuer twice'],
    [
      'two issuers whose subjects may be the same',
      JSON.stringify([a, { ...a, issuer: 'https://b.example' }]),
      'must give each of several issuers a subjectPrefix of its own, so that their subjects differ',
    ],
  ])('refuses %s', (_what, text, message) => {
    expect(OidcIssuers.safeParse(text).error?.issues.map((issue) => issue.message)).toEqual([message]);
  });
});
