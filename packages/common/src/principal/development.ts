import type { IncomingHttpHeaders } from 'node:http';
import type { Principal, Verifier } from './principal.js';
import { GatewayError } from '../errors/gateway-error.js';

const MAX_HEADER = 256;

/**
 * Sign-in for development: no token; the caller is `dev`, or what the `X-Dev-*` headers say.
 * Anyone who reaches the port is anyone they like, so `main.ts` allows it on loopback only.
 */
export const developmentVerifier: Verifier = async (headers): Promise<Principal> => {
  const subject = single(headers, 'x-dev-userid') ?? 'dev';
  return {
    subject,
    name: single(headers, 'x-dev-name') ?? subject,
    roles: single(headers, 'x-dev-roles')
      ?.split(',')
      .map((role) => role.trim())
      .filter(Boolean) ?? ['mcp.dev'],
    tenant: 'default',
  };
};

function single(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]?.toString().trim();
  if (!value) return undefined;
  if (value.length > MAX_HEADER) {
    throw new GatewayError('SIGN_IN_REQUIRED', { detail: `${name} must be at most ${MAX_HEADER} characters` });
  }
  return value;
}
