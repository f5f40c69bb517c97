import type { FetchJson } from './fetch-json.js';
import { isSecureUrl } from './issuer.js';

export interface DiscoverySource {
  issuer: string;
  /** Default: below the issuer (OpenID Connect Discovery §4). */
  discoveryUrl?: string | undefined;
}

/**
 * A URL from the discovery document of an issuer (OpenID Connect Discovery §3, RFC 8414 §2).
 * @throws Error when the document cannot be read, is of another issuer, or does not have the URL
 */
export async function discover(
  name: 'jwks_uri' | 'introspection_endpoint',
  { issuer, discoveryUrl }: DiscoverySource,
  fetchJson: FetchJson,
): Promise<string> {
  const url = discoveryUrl ?? `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const found = (await fetchJson(url)) as Record<string, unknown> | null;
  if (found?.['issuer'] !== issuer) {
    throw new Error(
      `${url} is of the issuer ${JSON.stringify(found?.['issuer'])}; configured is ${JSON.stringify(issuer)}`,
    );
  }
  const named = found[name];
  if (typeof named !== 'string' || !isSecureUrl(named)) throw new Error(`${url} names no https ${name}`);
  return named;
}
