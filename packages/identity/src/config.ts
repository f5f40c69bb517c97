import { OidcIssuers, type IssuerSettings } from './oidc/issuer.js';

/** Settings of a service that signs callers in. */
export const signInFields = {
  OIDC_ISSUERS: OidcIssuers.optional(),
};

/** The issuers that sign callers in; undefined with development sign-in. */
export function issuersOf(config: {
  AUTH_MODE: string;
  OIDC_ISSUERS?: IssuerSettings[] | undefined;
}): IssuerSettings[] | undefined {
  return config.AUTH_MODE === 'oidc' ? config.OIDC_ISSUERS : undefined;
}

/** Says why a service must not start with these settings of sign-in. */
export function signInFault(config: {
  AUTH_MODE: string;
  OIDC_ISSUERS?: IssuerSettings[] | undefined;
}): string | undefined {
  if (config.AUTH_MODE === 'oidc' && !config.OIDC_ISSUERS) {
    return 'AUTH_MODE=oidc needs OIDC_ISSUERS, such as [{"issuer": "https://login.example.com", "audiences": ["mcp-gateway"]}].';
  }
  if (config.AUTH_MODE !== 'oidc' && config.OIDC_ISSUERS) {
    return 'OIDC_ISSUERS is set, but AUTH_MODE is not oidc, so the service would check no tokens. Set AUTH_MODE=oidc, or remove OIDC_ISSUERS.';
  }
  return undefined;
}
