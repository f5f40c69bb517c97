import { describe, expect, it } from '@jest/globals';
import { developmentVerifier } from './development.js';

describe('development sign-in', () => {
  it.each([
    ['nothing', {}, { subject: 'dev', name: 'dev', roles: ['mcp.dev'] }],
    ['a token, which it ignores', { authorization: 'Bearer x' }, { subject: 'dev', name: 'dev', roles: ['mcp.dev'] }],
    ['an id', { 'x-dev-userid': 'alice' }, { subject: 'alice', name: 'alice', roles: ['mcp.dev'] }],
    [
      'all of them',
      { 'x-dev-userid': ' alice ', 'x-dev-name': 'Alice A.', 'x-dev-roles': ' team-a, ,mcp.admin' },
      { subject: 'alice', name: 'Alice A.', roles: ['team-a', 'mcp.admin'] },
    ],
    ['only a name', { 'x-dev-name': 'Alice' }, { subject: 'dev', name: 'Alice', roles: ['mcp.dev'] }],
    ['empty headers', { 'x-dev-userid': ' ', 'x-dev-roles': '' }, { subject: 'dev', name: 'dev', roles: ['mcp.dev'] }],
    ['a list without roles', { 'x-dev-roles': ' , ' }, { subject: 'dev', name: 'dev', roles: [] }],
  ])('takes %s', (_what, headers, principal) => {
    expect(developmentVerifier({ headers })).toEqual({ ...principal, tenant: 'default', signIn: 'development' });
  });

  it.each(['x-dev-userid', 'x-dev-name', 'x-dev-roles'])('takes %s of 256 characters and no more', (name) => {
    const verify = (value: string) => developmentVerifier({ headers: { [name]: value } });
    expect(verify('a'.repeat(256))).toBeDefined();
    expect(() => verify('a'.repeat(257))).toThrow(
      expect.objectContaining({
        code: 'SIGN_IN_REQUIRED',
        detail: `${name} must be at most 256 characters`,
      }),
    );
  });

  it.each([
    ['x-dev-role', '; did you mean X-Dev-Roles?'],
    ['x-dev-user', '; did you mean X-Dev-UserId?'],
    ['x-dev-user-id', '; did you mean X-Dev-UserId?'],
    ['x-dev-nmae', '; did you mean X-Dev-Name?'],
    ['x-dev-tenant', ''],
    ['x-dev-constructor', ''],
  ])('refuses %s, which would say nothing', (name, hint) => {
    const reads = 'is no header of development sign-in, which reads X-Dev-UserId, X-Dev-Name and X-Dev-Roles';
    expect(() => developmentVerifier({ headers: { 'x-dev-userid': 'alice', [name]: 'x' } })).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST', detail: `${name} ${reads}${hint}` }),
    );
  });

  it('leaves other headers alone', () => {
    const headers = { 'x-devtools-request-id': '1', 'x-dev': '1', 'dev-roles': 'mcp.admin' };
    expect(developmentVerifier({ headers })).toMatchObject({ subject: 'dev', roles: ['mcp.dev'] });
  });

  it('names one caller for all that say nothing of themselves, which others may remember things by', () => {
    expect(developmentVerifier({ headers: { host: 'a' } })).toBe(developmentVerifier({ headers: {} }));
  });
});
