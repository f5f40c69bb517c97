import type { IncomingHttpHeaders } from 'node:http';
import { closestMatch, GatewayError, malformedRequest } from '@mcp-gateway/common/errors';
import type { Principal } from '@mcp-gateway/common/principal';
import type { CallerCheck } from './refuse-replicas.js';
import type { SignInRequest, Verifier } from './verifier.js';

const MAX_HEADER = 256;

const PREFIX = 'x-dev-';
/** The headers of development sign-in without their prefix, by their names in Node, and as people write them. */
const SPELLINGS = new Map([
  ['userid', 'UserId'],
  ['name', 'Name'],
  ['roles', 'Roles'],
]);

/**
 * Sign-in for development: no token; the caller is `dev`, or what the `X-Dev-*` headers say.
 * Anyone who reaches the port is anyone they like, so `main.ts` allows it on loopback only, unless the operator says otherwise.
 * @throws GatewayError INVALID_REQUEST for other `X-Dev-*` headers: a misspelt one would make the caller another one than it says
 */
export const developmentVerifier = ({ headers }: SignInRequest): Principal => {
  if (!hasSignIn(headers)) return DEV;
  const subject = single(headers, 'x-dev-userid') ?? DEV.subject;
  return {
    subject,
    name: single(headers, 'x-dev-name') ?? subject,
    roles:
      single(headers, 'x-dev-roles')
        ?.split(',')
        .map((role) => role.trim())
        .filter(Boolean) ?? DEV.roles,
    tenant: DEV.tenant,
    signIn: DEV.signIn,
  };
};

/** The caller that says nothing of itself. One object, because others remember by it what they find out about a caller. */
const DEV: Principal = {
  subject: 'dev',
  name: 'dev',
  roles: ['mcp.dev'],
  tenant: 'default',
  signIn: 'development',
};

/** The same for those callers only that the check lets pass. */
export const developmentSignIn =
  (check: CallerCheck): Verifier =>
  (request) => {
    check(request.headers, request.address);
    return developmentVerifier(request);
  };

/** @throws GatewayError INVALID_REQUEST */
function hasSignIn(headers: IncomingHttpHeaders): boolean {
  let isFound = false;
  for (const name in headers) {
    if (!name.startsWith(PREFIX)) continue;
    if (!SPELLINGS.has(name.slice(PREFIX.length))) throw unknownHeader(name);
    isFound = true;
  }
  return isFound;
}

function unknownHeader(name: string): GatewayError {
  const meant = closestMatch(name.slice(PREFIX.length), [...SPELLINGS.keys()]);
  const hint = meant === undefined ? '' : `; did you mean X-Dev-${SPELLINGS.get(meant)}?`;
  const header = name.length > MAX_HEADER ? `${name.slice(0, MAX_HEADER)}…` : name;
  return malformedRequest(
    `${header} is no header of development sign-in, which reads X-Dev-UserId, X-Dev-Name and X-Dev-Roles${hint}`,
  );
}

function single(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]?.toString().trim();
  if (!value) return undefined;
  if (value.length > MAX_HEADER) {
    throw new GatewayError('SIGN_IN_REQUIRED', { detail: `${name} must be at most ${MAX_HEADER} characters` });
  }
  return value;
}
