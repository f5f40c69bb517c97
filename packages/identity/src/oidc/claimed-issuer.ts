import { decodeJwt, decodeProtectedHeader } from 'jose';
import { invalidToken } from '../bearer.js';
import type { SignInRequest } from '../verifier.js';
import type { Claims } from './claims.js';
import type { FetchJson } from './fetch-json.js';
import type { IntrospectedTokens } from './introspection/tokens.js';
import type { WarningLog } from './key-set.js';

/** Between two warnings of one kind. */
const WARN_PAUSE_MS = 60_000;

export interface VerifierParts {
  log: WarningLog;
  /** Milliseconds since the epoch. */
  now?: () => number;
  fetchJson?: FetchJson;
  /** Default: one of its own, when an issuer is configured so. */
  introspected?: IntrospectedTokens | undefined;
  /** Where the client is; default: the other end of the connection. */
  addressOf?: ((request: SignInRequest) => string | undefined) | undefined;
}

/**
 * The parts of a JWT, before anything of it is verified.
 * @throws GatewayError SIGN_IN_REQUIRED when the token is none
 */
export function decode(token: string): { header: Claims; claims: Claims } {
  try {
    return { header: decodeProtectedHeader(token), claims: decodeJwt(token) };
  } catch (error) {
    throw invalidToken('the token is not a JWT', error);
  }
}

/** Logs at most one warning in a minute: anybody can send tokens that do not hold. */
export function seldom(log: WarningLog, now: () => number): WarningLog['warn'] {
  let warnedAt = -Infinity;
  return (fields, text) => {
    if (now() - warnedAt < WARN_PAUSE_MS) return;
    warnedAt = now();
    log.warn(fields, text);
  };
}

/**
 * Finds the issuer that a token claims, character by character. Logs the claim when it differs from a configured issuer
 * only by case or a trailing slash, and else no more than that it is another one: anybody can put anything there.
 */
export function claimedIssuer<T>(known: ReadonlyMap<string, T>, log: WarningLog, now: () => number) {
  const plain = (issuer: string) => issuer.toLowerCase().replace(/\/$/, '');
  const configured = [...known.keys()];
  const warnAlmost = seldom(log, now);
  const warnOther = seldom(log, now);

  function warn(named: string): void {
    const configuredIssuer = configured.find((issuer) => plain(issuer) === plain(named));
    if (configuredIssuer === undefined) {
      return warnOther({ configured }, 'a token is refused because its issuer is not among the configured ones');
    }
    warnAlmost(
      { tokenIssuer: named, configuredIssuer },
      'a token is refused because its issuer is not exactly the configured one; set issuer to tokenIssuer if both are the same',
    );
  }
  /** @throws GatewayError SIGN_IN_REQUIRED when no configured issuer is claimed */
  return ({ iss }: Claims): T => {
    const named = typeof iss === 'string' ? iss : '';
    const issuer = known.get(named);
    if (issuer !== undefined) return issuer;
    warn(named);
    throw invalidToken('the token is of an issuer that is not accepted here');
  };
}
