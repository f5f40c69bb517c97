import { createHash } from 'node:crypto';
import type { IssuedCertificates, IssuedCredential } from '@mcp-gateway/common/contracts';
import { forbidden, GatewayError, invalidField, unreachable } from '@mcp-gateway/common/errors';
import { hasAnyRole, isAdmin } from '@mcp-gateway/common/permission';
import type { Principal } from '@mcp-gateway/common/principal';
import type { Logger } from '@mcp-gateway/platform/logging';
import { type ClientCredential, type Credential, CredentialFault, readCredential } from './settings.js';
import type { TokenEndpoint } from './token-endpoint.js';

export interface CredentialBroker {
  /**
   * @param field of the adapter that names the credential
   * @throws GatewayError FORBIDDEN, INVALID_REQUEST when the caller may not let an adapter use the credential
   */
  checkUse(principal: Principal, name: string, field: CredentialField): void;
  /**
   * The same for a tool, whose server gets credentials that are the same for all callers: their tokens do not come that far.
   * @throws GatewayError FORBIDDEN, INVALID_REQUEST
   */
  checkSharedUse(principal: Principal, name: string): void;
  /**
   * The header for requests to a server.
   * @param subjectToken the caller's verified access token, if there is one; it is used and not kept
   * @param renew not one that was issued before, because the server has refused it
   * @throws GatewayError CREDENTIAL_UNAVAILABLE, UNAVAILABLE, SIGN_IN_REQUIRED
   */
  issue(name: string, subjectToken: string | undefined, renew: boolean): Promise<IssuedCredential>;
  /**
   * The certificates for connections to servers.
   * @throws GatewayError CREDENTIAL_UNAVAILABLE
   */
  certificates(name: string): IssuedCertificates;
}

/** The fields of an adapter that name credentials: of the type `tls`, and of all others. */
type CredentialField = 'upstreamAuth' | 'tls';

export interface BrokerParts {
  /** The folder of credentials; undefined: there are none. */
  folder: string | undefined;
  tokens: TokenEndpoint;
  log: Logger;
  /** Milliseconds since the epoch. */
  now?: (() => number) | undefined;
}

/** How soon a changed secret reaches the data planes. */
const HEADER_RENEW_SECONDS = 60;
/** How long data planes go on with a header, or with certificates, while the control plane is down. */
const HEADER_EXPIRES_SECONDS = 86_400;
/** A refused token that is younger than this is no reason to get another one. */
const MIN_AGE_MS = 10_000;
/** A data plane asks for the next token when this part of the time has passed. */
const RENEW_AFTER = 0.8;
/** A token of which less is left is not given out again: the data plane asks because it wants a new one. */
const MIN_LEFT = 0.3;
const MAX_TOKENS = 1_000;

interface HeldToken {
  value: string;
  /** Milliseconds since the epoch. */
  since: number;
  until: number;
}

/** Gives out the credentials that the operator has configured. Tokens of a client are shared; tokens of callers are not kept. */
export function credentialBroker({ folder, tokens, log, now = Date.now }: BrokerParts): CredentialBroker {
  const clientToken = clientTokens(tokens, now);

  const find = finder(folder, log);

  const ofToken = ({ value, until }: Pick<HeldToken, 'value' | 'until'>, shared: boolean): IssuedCredential => {
    const expiresInSeconds = Math.max(0, (until - now()) / 1000);
    return {
      header: 'authorization',
      value: `Bearer ${value}`,
      shared,
      expiresInSeconds,
      renewInSeconds: expiresInSeconds * RENEW_AFTER,
    };
  };

  return {
    checkUse: (principal, name, field) => void checkUse(find, principal, { name, field }),
    checkSharedUse(principal, name) {
      const { type } = checkUse(find, principal, { name, field: 'upstreamAuth' });
      if (type === 'header' || type === 'client-credentials') return;
      const message = `is of the type ${type}, which is for adapters; a tool uses header or client-credentials`;
      throw invalidField('#/upstreamAuth/credential', message);
    },
    async issue(name, subjectToken, renew) {
      const credential = find(name);
      if (!credential) throw unusable(name, 'is not configured');
      switch (credential.type) {
        case 'header':
          return {
            header: credential.header,
            value: credential.value,
            shared: true,
            renewInSeconds: HEADER_RENEW_SECONDS,
            expiresInSeconds: HEADER_EXPIRES_SECONDS,
          };
        case 'client-credentials':
          return ofToken(await clientToken(credential, renew), true);
        case 'token-exchange':
        case 'on-behalf-of': {
          if (subjectToken === undefined) {
            throw unusable(name, 'is for callers who sign in with an access token, and this request has none');
          }
          refuseExpired(subjectToken, now());
          const { value, expiresInSeconds } = await tokens(credential, subjectToken);
          return ofToken({ value, until: now() + expiresInSeconds * 1000 }, false);
        }
        case 'tls':
          throw unusable(name, 'is of the type tls, which adapters name in tls and not in upstreamAuth');
        default:
          return unreachable(credential);
      }
    },
    certificates: (name) => certificatesOf(name, find(name)),
  };
}

/** @throws GatewayError FORBIDDEN, INVALID_REQUEST */
function checkUse(
  find: ReturnType<typeof finder>,
  principal: Principal,
  { name, field }: { name: string; field: CredentialField },
): Credential {
  if (!isAdmin(principal) && !hasAnyRole(principal, rolesOf(find, name))) {
    // The same for a credential that does not exist: a caller learns nothing about credentials of others.
    throw forbidden(`${field}.credential needs the role mcp.admin or one that the operator lists for this credential`);
  }
  const credential = find(name);
  if (!credential) {
    throw invalidField(`#/${field}/credential`, 'is no credential that the operator has configured');
  }
  if ((credential.type === 'tls') !== (field === 'tls')) {
    const other = field === 'tls' ? 'upstreamAuth' : 'tls';
    throw invalidField(`#/${field}/credential`, `is of the type ${credential.type}; name it in ${other}`);
  }
  return credential;
}

/** @throws GatewayError CREDENTIAL_UNAVAILABLE */
function certificatesOf(name: string, credential: Credential | undefined): IssuedCertificates {
  if (!credential) throw unusable(name, 'is not configured');
  if (credential.type !== 'tls') throw unusable(name, `is of the type ${credential.type}, not tls`);
  const { 'ca.crt': ca, 'tls.crt': cert, 'tls.key': key } = credential;
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert, key }),
    renewInSeconds: HEADER_RENEW_SECONDS,
    expiresInSeconds: HEADER_EXPIRES_SECONDS,
  };
}

/** @throws GatewayError CREDENTIAL_UNAVAILABLE */
const finder =
  (folder: string | undefined, log: Logger) =>
  (name: string): Credential | undefined => {
    try {
      return folder === undefined ? undefined : readCredential(folder, name);
    } catch (error) {
      if (!(error instanceof CredentialFault)) throw error;
      log.error({ credential: name, reason: error.message }, 'a credential cannot be used');
      throw unusable(name, 'is not configured correctly; the log of the control plane says what is wrong', error);
    }
  };

/** Tokens of clients, each for all who need it at the same time and until most of its time has passed. */
function clientTokens(tokens: TokenEndpoint, now: () => number) {
  const held = new Map<string, HeldToken>();
  const requested = new Map<string, Promise<HeldToken>>();

  async function request(key: string, credential: ClientCredential): Promise<HeldToken> {
    const { value, expiresInSeconds } = await tokens(credential, undefined);
    const token = { value, since: now(), until: now() + expiresInSeconds * 1000 };
    const [oldest] = held.size >= MAX_TOKENS ? held.keys() : [];
    if (oldest !== undefined) held.delete(oldest);
    held.set(key, token);
    return token;
  }

  return async (credential: ClientCredential, renew: boolean): Promise<HeldToken> => {
    const key = createHash('sha256').update(JSON.stringify(credential)).digest('base64');
    const known = held.get(key);
    const isFresh = known && known.until - now() > (known.until - known.since) * MIN_LEFT;
    if (known && isFresh && !(renew && now() - known.since > MIN_AGE_MS)) return known;
    let token = requested.get(key);
    if (!token) requested.set(key, (token = request(key, credential).finally(() => requested.delete(key))));
    return token;
  };
}

function rolesOf(find: (name: string) => Credential | undefined, name: string): readonly string[] {
  try {
    return find(name)?.roles ?? [];
  } catch {
    return [];
  }
}

const unusable = (name: string, why: string, cause?: unknown): GatewayError =>
  new GatewayError('CREDENTIAL_UNAVAILABLE', { detail: `the credential ${name} ${why}`, cause });

/** The authorization server would refuse it too, with a reason that clients do not understand. */
function refuseExpired(token: string, now: number): void {
  const [, claims = ''] = token.split('.');
  let exp: unknown;
  try {
    ({ exp } = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as { exp?: unknown });
  } catch {
    return; // an opaque token
  }
  if (typeof exp !== 'number' || exp * 1000 > now) return;
  const detail = 'the token has expired';
  const challenge = `Bearer error="invalid_token", error_description="${detail}"`;
  throw new GatewayError('SIGN_IN_REQUIRED', { detail, headers: { 'www-authenticate': challenge } });
}
