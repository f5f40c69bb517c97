import { z } from 'zod';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Tokens and keys travel over TLS; on this machine they need not. */
export const isSecureUrl = (url: string): boolean => {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
};

const INSECURE = 'must be an https URL (http is allowed on loopback only)';
const SecureUrl = z.string(INSECURE).max(2_048).refine(isSecureUrl, INSECURE);
/** The name of a claim, or the names on the way to it with dots between: `realm_access.roles`. */
const ClaimPath = z.string().min(1, 'must name a claim').max(256);
const ClaimPaths = z
  .union([ClaimPath.transform((path) => [path]), z.array(ClaimPath).min(1, 'must name a claim').max(10)])
  .describe('the name of a claim, or a list of names');

/** Further roles by the value of a role or group. */
export const RoleMapping = z.record(z.string().max(256), z.array(z.string().min(1).max(256)).max(50));
export type RoleMapping = z.infer<typeof RoleMapping>;

/** How the gateway asks the issuer about tokens (RFC 7662). The client's secret is OIDC_INTROSPECTION_SECRET. */
const IntrospectionSettings = z.strictObject({
  clientId: z.string().min(1, 'must be the id of a client').max(256),
  /** How the client sends its secret (RFC 6749 §2.3.1). */
  clientAuthentication: z.enum(['basic', 'post'], 'must be "basic" or "post"').default('basic'),
  /** Default: what the issuer's discovery document says. */
  endpoint: SecureUrl.optional(),
  /** The tokens that it is asked about: those that are not JWTs, or also its JWTs. */
  tokens: z.enum(['opaque', 'all'], 'must be "opaque" or "all"').default('opaque'),
  /** How long an answer counts. */
  cacheSeconds: z.number().int().min(1).max(300).default(30),
});
export type IntrospectionSettings = z.infer<typeof IntrospectionSettings>;

/** An issuer of access tokens, as configured. */
export const IssuerSettings = z.strictObject({
  /** Compared with `iss` character by character (OpenID Connect Discovery §4.3). */
  issuer: SecureUrl,
  /** A token has to name one of them in `aud`. `https://gateway.example.com/*` stands for every URL below that one. */
  audiences: z
    .array(z.string().min(1).max(512), 'must be a list of audiences')
    .min(1, 'must name at least one audience')
    .max(50),
  /** Default: what the issuer's discovery document says. */
  jwksUri: SecureUrl.optional(),
  /** Default: all its tokens are JWTs, which the gateway verifies by itself. */
  introspection: IntrospectionSettings.optional(),
  /** Goes before every subject of the issuer, so that no two issuers can name the same caller. */
  subjectPrefix: z
    .string()
    .max(64)
    .regex(/^[\x21-\x7e]*$/, 'must be printable ASCII')
    .default(''),
  claims: z
    .strictObject({
      subject: ClaimPath.default('sub'),
      /** The first that the token has. */
      name: ClaimPaths.default(['name', 'preferred_username']),
      /** The roles of all of them together. */
      roles: ClaimPaths.default(['roles']),
      /** Default: every caller belongs to the tenant `default`. */
      tenant: ClaimPath.optional(),
    })
    .prefault({}),
  roleMapping: RoleMapping.default({}),
  /** The scopes that the metadata tells clients to request (RFC 9728 §2, `scopes_supported`); `{resource}` is its URL. */
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'must be a scope of RFC 6749'))
    .max(50)
    .default([]),
  clockToleranceSeconds: z.number().int().min(0).max(300).default(20),
});
export type IssuerSettings = z.infer<typeof IssuerSettings>;

/** Prefixes of other issuers that a subject of this one could begin with. */
export const foreignPrefixes = (settings: IssuerSettings, issuers: readonly IssuerSettings[]): string[] =>
  issuers
    .filter((other) => other !== settings && other.subjectPrefix.startsWith(settings.subjectPrefix))
    .map(({ subjectPrefix }) => subjectPrefix);

/** Several issuers may sign in callers; each has its own subjects. */
const Issuers = z
  .array(IssuerSettings)
  .min(1, 'must name at least one issuer')
  .max(20)
  .superRefine((issuers, context) => {
    for (const key of ['issuer', 'subjectPrefix'] as const) {
      const values = issuers.map((each) => each[key]);
      if (new Set(values).size === values.length) continue;
      const message =
        key === 'issuer'
          ? 'names an issuer twice'
          : 'must give each of several issuers a subjectPrefix of its own, so that their subjects differ';
      context.addIssue({ code: 'custom', message });
    }
    if (issuers.filter(({ introspection }) => introspection).length > 1) {
      const message =
        'must have introspection for one issuer at most: an opaque token does not say whose it is, and the gateway shows it to no other issuer';
      context.addIssue({ code: 'custom', message });
    }
  });

/** A setting that is a JSON list of issuers. */
export const OidcIssuers = z.string().transform((text, context): IssuerSettings[] => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    context.addIssue('must be JSON: [{"issuer": "https://…", "audiences": ["…"]}]');
    return z.NEVER;
  }
  const { data, error } = Issuers.safeParse(json);
  if (data) return data;
  for (const { path, message } of error.issues) {
    context.addIssue(path.length > 0 ? `${path.join('.')}: ${message}` : message);
  }
  return z.NEVER;
});
