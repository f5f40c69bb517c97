import { unreachable } from '@mcp-gateway/common/errors';
import { OidcIssuers, type IssuerSettings } from './oidc/issuer.js';

/** Settings of a service that signs callers in. */
export const signInFields = {
  OIDC_ISSUERS: OidcIssuers.optional().meta({ secret: true }),
};

interface SignInConfig {
  AUTH_MODE: 'development' | 'oidc';
  OIDC_ISSUERS?: IssuerSettings[] | undefined;
}

/**
 * The issuers that sign callers in; undefined with development sign-in. Exhaustive, because a mode that were missing
 * here would let anyone be anyone.
 * @throws Error when the mode needs issuers and has none; `signInFault` says so in words
 */
export function issuersOf({ AUTH_MODE, OIDC_ISSUERS }: SignInConfig): IssuerSettings[] | undefined {
  switch (AUTH_MODE) {
    case 'development':
      return undefined;
    case 'oidc':
      if (!OIDC_ISSUERS) throw new Error('AUTH_MODE=oidc without OIDC_ISSUERS');
      return OIDC_ISSUERS;
    default:
      return unreachable(AUTH_MODE);
  }
}

/** Says why a service must not start with these settings of sign-in. */
export function signInFault(config: SignInConfig): string | undefined {
  if (config.AUTH_MODE === 'oidc' && !config.OIDC_ISSUERS) {
    return 'AUTH_MODE=oidc needs OIDC_ISSUERS, such as [{"issuer": "https://login.example.com", "audiences": ["mcp-gateway"]}].';
  }
  if (config.AUTH_MODE !== 'oidc' && config.OIDC_ISSUERS) {
    return 'OIDC_ISSUERS is set, but AUTH_MODE is not oidc, so the service would check no tokens. Set AUTH_MODE=oidc, or remove OIDC_ISSUERS.';
  }
  return undefined;
}
