import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { Principal } from '@mcp-gateway/common/principal';
import type { CallerCheck } from './refuse-replicas.js';
import type { SignInRequest, Verifier } from './verifier.js';

const MAX_HEADER = 256;

/**
 * Sign-in for development: no token; the caller is `dev`, or what the `X-Dev-*` headers say.
 * Anyone who reaches the port is anyone they like, so `main.ts` allows it on loopback only, unless the operator says otherwise.
 */
export const developmentVerifier = ({ headers }: SignInRequest): Principal => {
  const subject = single(headers, 'x-dev-userid') ?? 'dev';
  return {
    subject,
    name: single(headers, 'x-dev-name') ?? subject,
    roles: single(headers, 'x-dev-roles')
      ?.split(',')
      .map((role) => role.trim())
      .filter(Boolean) ?? ['mcp.dev'],
    tenant: 'default',
    signIn: 'development',
  };
};

/** The same for those callers only that the check lets pass. */
export const developmentSignIn =
  (check: CallerCheck): Verifier =>
  (request) => {
    check(request.headers, request.address);
    return developmentVerifier(request);
  };

function single(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]?.toString().trim();
  if (!value) return undefined;
  if (value.length > MAX_HEADER) {
    throw new GatewayError('SIGN_IN_REQUIRED', { detail: `${name} must be at most ${MAX_HEADER} characters` });
  }
  return value;
}
