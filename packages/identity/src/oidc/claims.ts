import type { Principal } from '@mcp-gateway/common/principal';
import { GatewayError } from '@mcp-gateway/common/errors';
import { invalidToken } from '../bearer.js';
import type { IssuerSettings } from './issuer.js';

const MAX_SUBJECT = 512;
const MAX_ROLES = 1_000;
/**
 * Subjects that would be another's elsewhere: a server trims the header that names the caller, and halves of surrogate
 * pairs become the same character.
 */
const UNUSABLE = /^\s|\s$|[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;

export type Claims = Readonly<Record<string, unknown>>;
/** Keycloak names the type of tokens that are no access tokens so. */
const OTHER_TYPES = ['ID', 'Refresh', 'Offline', 'Logout'];

/**
 * Whether the claims say that the token is no access token: by its type, as Keycloak and Amazon Cognito give it, or by
 * a hash of the access token or the code that an ID token came with (OpenID Connect Core §3.1.3.6, §3.3.2.11).
 */
export const isOtherToken = ({ typ, token_use: use, at_hash: accessToken, c_hash: code }: Claims): boolean =>
  OTHER_TYPES.includes(String(typ)) ||
  (use !== undefined && use !== 'access' && use !== 'access_token') ||
  accessToken !== undefined ||
  code !== undefined;

export type ClaimRules = Pick<IssuerSettings, 'subjectPrefix' | 'claims' | 'roleMapping'>;

/**
 * The principal that an issuer's token names.
 * @throws GatewayError SIGN_IN_REQUIRED when the token has no usable subject; FORBIDDEN when it does not list the
 *   groups that roles are made of
 */
export function principalOf(claims: Claims, settings: ClaimRules): Principal {
  const { subjectPrefix, claims: paths } = settings;
  const subject = claimAt(claims, paths.subject);
  if (typeof subject !== 'string' || subject === '' || UNUSABLE.test(subject)) {
    throw invalidToken(`the token has no usable claim ${paths.subject}`);
  }
  if (subject.length > MAX_SUBJECT) throw invalidToken(`the claim ${paths.subject} is too long`);
  const name = paths.name.map((path) => claimAt(claims, path)).find((value) => typeof value === 'string');
  const tenant = paths.tenant === undefined ? undefined : claimAt(claims, paths.tenant);
  return {
    subject: subjectPrefix + subject,
    name: typeof name === 'string' && name !== '' ? name.slice(0, MAX_SUBJECT) : subject,
    roles: rolesOf(claims, settings),
    tenant: typeof tenant === 'string' && tenant !== '' ? tenant : 'default',
  };
}

/** An issuer, with the prefixes that belong to the subjects of others. */
export interface KnownIssuer {
  settings: IssuerSettings;
  foreignPrefixes: readonly string[];
}

/**
 * The caller that a token with these claims signs in, until the token ends.
 * @throws GatewayError as `principalOf`; SIGN_IN_REQUIRED also when the subject is one of another issuer
 */
export function callerOf(
  claims: Claims & { exp: number },
  { settings, foreignPrefixes }: KnownIssuer,
): Principal & { expiresAt: number } {
  const expiresAt = claims.exp + settings.clockToleranceSeconds;
  const principal = { ...principalOf(claims, settings), signIn: settings.issuer, expiresAt };
  if (foreignPrefixes.some((prefix) => principal.subject.startsWith(prefix))) {
    throw invalidToken('the subject of the token begins with the subjectPrefix of another issuer');
  }
  return principal;
}

function rolesOf(claims: Claims, { claims: paths, roleMapping }: ClaimRules): string[] {
  for (const path of paths.roles) refuseOverage(claims, path);
  const named = paths.roles.flatMap((path) => listOf(claimAt(claims, path)));
  const mapped = named.flatMap((role) => (Object.hasOwn(roleMapping, role) ? (roleMapping[role] ?? []) : []));
  return [...new Set([...named, ...mapped])].slice(0, MAX_ROLES);
}

/** A list, or a text with spaces between, as `scope` is (RFC 8693 §4.2). */
function listOf(value: unknown): string[] {
  if (typeof value === 'string') return value.split(/[\s,]+/).filter(Boolean);
  return Array.isArray(value) ? value.filter(isRole) : [];
}

/** Servers get all roles in one header with commas between, and trim them, so other roles could pass there for another one. */
const isRole = (item: unknown): item is string =>
  typeof item === 'string' && item !== '' && item.trim() === item && !item.includes(',');

/**
 * An issuer that has too many groups to list puts a reference in their place. Read as "no groups", it would take
 * rights away, or give what only callers without a group may do.
 */
function refuseOverage(claims: Claims, path: string): void {
  const elsewhere = claims['_claim_names'];
  const isElsewhere = isObject(elsewhere) && Object.hasOwn(elsewhere, path);
  const hasGroups = path === 'groups' && (claims['hasgroups'] === true || claims['hasgroups'] === 'true');
  if (!isElsewhere && !hasGroups) return;
  throw new GatewayError('FORBIDDEN', {
    reason: `group overage: the token does not list ${path}`,
    detail:
      `the token does not list ${path}, because the caller has too many (group overage); ` +
      'have the issuer send app roles, or only the groups that are assigned to the application',
  });
}

/** The claim of this name, else what the names between the dots lead to. Names may have dots and slashes themselves. */
function claimAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  for (let dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
    const head = path.slice(0, dot);
    const inner = Object.hasOwn(claims, head) ? claims[head] : undefined;
    if (isObject(inner)) return claimAt(inner, path.slice(dot + 1));
  }
  return undefined;
}

const isObject = (value: unknown): value is Claims =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
