import { unreachable } from '@mcp-gateway/common/errors';
import { fileVariable, followedSecret, followSecret } from '@mcp-gateway/platform/config';
import type { Logger } from '@mcp-gateway/platform/logging';
import { z } from 'zod';
import { entraFields, entraSettings, type EntraSettings } from './entra/settings.js';
import { entraVerifier } from './entra/verifier.js';
import type { VerifierParts } from './oidc/claimed-issuer.js';
import { introspectedTokens, type OidcSettings } from './oidc/introspection/introspection.js';
import type { IntrospectedTokens } from './oidc/introspection/tokens.js';
import { OidcIssuers, type IssuerSettings } from './oidc/issuer.js';
import { FollowedIssuers, type IssuerSignIns, signInsOfIssuers } from './oidc/followed-issuers.js';
import { oidcVerifier } from './oidc/verifier.js';
import type { Verifier } from './verifier.js';

/** Settings of a service that signs callers in. */
export const signInFields = {
  OIDC_ISSUERS: OidcIssuers.optional().meta({ secret: true }),
  /** Of the client with which the gateway asks an issuer about tokens (`introspection`). */
  OIDC_INTROSPECTION_SECRET: z.string().max(4_096, 'must be at most 4096 characters').optional().meta({ secret: true }),
  ...entraFields,
};

type SignInConfig = { AUTH_MODE: 'development' | 'oidc' | 'entra' } & {
  [Name in keyof typeof signInFields]?: z.infer<(typeof signInFields)[Name]>;
};

/** Sign-in by access tokens, as configured. */
export type SignIn = ({ mode: 'oidc' } & OidcSettings) | { mode: 'entra'; entra: EntraSettings };

/** An authorization server that the metadata names, and the scopes to request there. */
export type AuthorizationServer = Pick<IssuerSettings, 'issuer' | 'scopes'>;

/**
 * How callers sign in; undefined with development sign-in. Exhaustive, because a mode that were missing here would let
 * anyone be anyone.
 * @throws Error when the mode lacks a setting; `signInFault` says so in words
 */
export function signInOf(config: SignInConfig): SignIn | undefined {
  const { OIDC_INTROSPECTION_SECRET: secret } = config;
  switch (config.AUTH_MODE) {
    case 'development':
      return undefined;
    case 'oidc':
      if (!config.OIDC_ISSUERS) throw new Error('AUTH_MODE=oidc without OIDC_ISSUERS');
      return {
        mode: 'oidc',
        issuers: config.OIDC_ISSUERS,
        ...(secret !== undefined && { introspectionSecret: () => secret }),
      };
    case 'entra':
      return { mode: 'entra', entra: entraSettings(config) };
    default:
      return unreachable(config.AUTH_MODE);
  }
}

/**
 * How callers sign in, with issuers and a secret that change when their files do.
 * @param defer gets what ends the reading of the files
 */
export function followSignIn(
  config: SignInConfig,
  environment: Readonly<Record<string, string | undefined>>,
  { log, defer }: { log: Logger; defer: (end: () => void) => void },
): SignIn | undefined {
  const signIn = signInOf(config);
  if (signIn?.mode !== 'oidc') return signIn;
  const { OIDC_ISSUERS: issuersField, OIDC_INTROSPECTION_SECRET: secretField } = signInFields;
  const introspectionSecret = followedSecret(
    config.OIDC_INTROSPECTION_SECRET,
    'OIDC_INTROSPECTION_SECRET',
    secretField,
    environment,
    { log, defer },
  );
  const secret = introspectionSecret && { introspectionSecret };
  if (!environment[fileVariable('OIDC_ISSUERS')]) return { ...signIn, ...secret };
  const followed = new FollowedIssuers(signIn.issuers);
  const use = (issuers: readonly IssuerSettings[] | undefined) => issuers && followed.replace(issuers);
  defer(followSecret('OIDC_ISSUERS', issuersField, environment, use, { log }));
  return Object.assign(followed, { mode: 'oidc' as const, ...secret });
}

/** The tokens about which an issuer is asked; undefined when there are none. */
export const introspectedTokensOf = (
  signIn: SignIn | undefined,
  parts: Parameters<typeof introspectedTokens>[1],
): IntrospectedTokens | undefined => (signIn?.mode === 'oidc' ? introspectedTokens(signIn, parts) : undefined);

/** Sign-ins by tokens that end with their issuer; undefined when the issuers never change. */
export const signInsOf = (signIn: SignIn | undefined): IssuerSignIns | undefined =>
  signIn?.mode === 'oidc' ? signInsOfIssuers(signIn) : undefined;

/** The verifier of access tokens. It reads keys at the first token, not before. */
export const tokenVerifier = (signIn: SignIn, parts: VerifierParts): Verifier =>
  signIn.mode === 'oidc' ? oidcVerifier(signIn, parts) : entraVerifier(signIn.entra, parts);

/** The authorization servers whose tokens count now (RFC 9728 §2). */
export const authorizationServersOf = (signIn: SignIn): readonly AuthorizationServer[] =>
  signIn.mode === 'oidc' ? signIn.issuers : signIn.entra.authorizationServers;

const ENTRA_NEEDS = {
  ENTRA_TENANT_IDS: 'the ids of the tenants whose callers may sign in',
  ENTRA_CLIENT_ID: 'the client id of the app registration of the gateway',
};

/** Says why a service must not start with these settings of sign-in. */
export function signInFault(config: SignInConfig): string | undefined {
  const { AUTH_MODE: mode } = config;
  if (mode === 'oidc' && !config.OIDC_ISSUERS) {
    return 'AUTH_MODE=oidc needs OIDC_ISSUERS, such as [{"issuer": "https://login.example.com", "audiences": ["mcp-gateway"]}].';
  }
  const introspects = config.OIDC_ISSUERS?.some(({ introspection }) => introspection) ?? false;
  if (introspects && config.OIDC_INTROSPECTION_SECRET === undefined) {
    return 'an issuer of OIDC_ISSUERS has introspection, which needs OIDC_INTROSPECTION_SECRET: the secret of the client in introspection.clientId.';
  }
  if (mode === 'oidc' && !introspects && config.OIDC_INTROSPECTION_SECRET !== undefined) {
    return 'OIDC_INTROSPECTION_SECRET is set, but no issuer of OIDC_ISSUERS has introspection, so it would have no effect. Add introspection to an issuer, or remove OIDC_INTROSPECTION_SECRET.';
  }
  const missing = (['ENTRA_TENANT_IDS', 'ENTRA_CLIENT_ID'] as const).filter((name) => config[name] === undefined);
  if (mode === 'entra' && missing.length > 0) {
    return `AUTH_MODE=entra needs ${missing.map((name) => `${name}, ${ENTRA_NEEDS[name]}`).join('; and ')}.`;
  }
  const needed = (name: string) => (name.startsWith('OIDC_') ? 'oidc' : 'entra');
  const idle = (Object.keys(signInFields) as (keyof typeof signInFields)[]).find(
    (name) => config[name] !== undefined && needed(name) !== mode,
  );
  if (idle === undefined) return undefined;
  return `${idle} is set, but AUTH_MODE is not ${needed(idle)}, so it would have no effect. Set AUTH_MODE=${needed(idle)}, or remove ${idle}.`;
}
