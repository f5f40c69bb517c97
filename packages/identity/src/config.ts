import { unreachable } from '@mcp-gateway/common/errors';
import type { z } from 'zod';
import { entraFields, entraSettings, type EntraSettings } from './entra/settings.js';
import { entraVerifier } from './entra/verifier.js';
import type { VerifierParts } from './oidc/claimed-issuer.js';
import { OidcIssuers, type IssuerSettings } from './oidc/issuer.js';
import { oidcVerifier } from './oidc/verifier.js';
import type { Verifier } from './verifier.js';

/** Settings of a service that signs callers in. */
export const signInFields = {
  OIDC_ISSUERS: OidcIssuers.optional().meta({ secret: true }),
  ...entraFields,
};

type SignInConfig = { AUTH_MODE: 'development' | 'oidc' | 'entra' } & {
  [Name in keyof typeof signInFields]?: z.infer<(typeof signInFields)[Name]>;
};

/** Sign-in by access tokens, as configured. */
export type SignIn = { mode: 'oidc'; issuers: IssuerSettings[] } | { mode: 'entra'; entra: EntraSettings };

/** An authorization server that the metadata names, and the scopes to request there. */
export type AuthorizationServer = Pick<IssuerSettings, 'issuer' | 'scopes'>;

/**
 * How callers sign in; undefined with development sign-in. Exhaustive, because a mode that were missing here would let
 * anyone be anyone.
 * @throws Error when the mode lacks a setting; `signInFault` says so in words
 */
export function signInOf(config: SignInConfig): SignIn | undefined {
  switch (config.AUTH_MODE) {
    case 'development':
      return undefined;
    case 'oidc':
      if (!config.OIDC_ISSUERS) throw new Error('AUTH_MODE=oidc without OIDC_ISSUERS');
      return { mode: 'oidc', issuers: config.OIDC_ISSUERS };
    case 'entra':
      return { mode: 'entra', entra: entraSettings(config) };
    default:
      return unreachable(config.AUTH_MODE);
  }
}

/** The verifier of access tokens. It reads keys at the first token, not before. */
export const tokenVerifier = (signIn: SignIn, parts: VerifierParts): Verifier =>
  signIn.mode === 'oidc' ? oidcVerifier(signIn.issuers, parts) : entraVerifier(signIn.entra, parts);

/** The authorization servers whose tokens count (RFC 9728 §2). */
export const authorizationServersOf = (signIn: SignIn): readonly AuthorizationServer[] =>
  signIn.mode === 'oidc' ? signIn.issuers : signIn.entra.authorizationServers;

/** Says why a service must not start with these settings of sign-in. */
export function signInFault(config: SignInConfig): string | undefined {
  const { AUTH_MODE: mode } = config;
  if (mode === 'oidc' && !config.OIDC_ISSUERS) {
    return 'AUTH_MODE=oidc needs OIDC_ISSUERS, such as [{"issuer": "https://login.example.com", "audiences": ["mcp-gateway"]}].';
  }
  const missing = (['ENTRA_TENANT_IDS', 'ENTRA_CLIENT_ID'] as const).filter((name) => config[name] === undefined);
  if (mode === 'entra' && missing.length > 0) {
    return `AUTH_MODE=entra needs ${missing.join(' and ')}: the ids of the tenants whose callers may sign in, and the client id of the gateway's app registration.`;
  }
  const needed = (name: string) => (name === 'OIDC_ISSUERS' ? 'oidc' : 'entra');
  const idle = (Object.keys(signInFields) as (keyof typeof signInFields)[]).find(
    (name) => config[name] !== undefined && needed(name) !== mode,
  );
  if (idle === undefined) return undefined;
  return `${idle} is set, but AUTH_MODE is not ${needed(idle)}, so it would have no effect. Set AUTH_MODE=${needed(idle)}, or remove ${idle}.`;
}
