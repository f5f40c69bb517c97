import { z } from 'zod';
import type { IssuerSettings } from '../oidc/issuer.js';
import { RoleMapping } from '../oidc/issuer.js';

/** Where the clouds of Microsoft sign callers in, and the `iss` of their tokens of version 1.0. */
const CLOUDS = {
  public: { authority: 'https://login.microsoftonline.com', sts: 'https://sts.windows.net' },
  'us-government': { authority: 'https://login.microsoftonline.us', sts: 'https://sts.windows.net' },
  china: { authority: 'https://login.partner.microsoftonline.cn', sts: 'https://sts.chinacloudapi.cn' },
} as const;

const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
/** Scopes of OpenID Connect belong to no application. */
const OPENID_SCOPES = new Set(['openid', 'profile', 'email', 'offline_access']);
const CLOCK_TOLERANCE_SECONDS = 20;

const list = (text: string): string[] => [...new Set(text.split(/[\s,]+/).filter(Boolean))];
const listOf = (item: RegExp, message: string) =>
  z
    .string()
    .transform(list)
    .refine((items) => items.length > 0 && items.length <= 50 && items.every((each) => item.test(each)), message);

/** Settings of `AUTH_MODE=entra`. */
export const entraFields = {
  ENTRA_TENANT_IDS: listOf(
    GUID,
    'must be ids of tenants, separated by commas: GUIDs, not domain names, and not "common" or "organizations"',
  )
    .transform((ids) => [...new Set(ids.map((id) => id.toLowerCase()))])
    .optional(),
  ENTRA_CLIENT_ID: z
    .string()
    .regex(GUID, 'must be the application (client) id of the gateway, a GUID')
    .transform((id) => id.toLowerCase())
    .optional(),
  ENTRA_APP_ID_URI: z
    .string()
    .max(512)
    .regex(/^(api|https):\/\/[^\s"\\/]+(\/[^\s"\\]*)?$/, 'must be the Application ID URI, as api://… or https://…')
    .optional(),
  ENTRA_AUDIENCES: listOf(/^[^"\\]{1,512}$/, 'must be audiences, separated by commas').optional(),
  ENTRA_SCOPES: listOf(
    /^[\w.-]{1,120}$/,
    'must be names of scopes without the Application ID URI, separated by commas',
  ).optional(),
  ENTRA_CLOUD: z.enum(['public', 'us-government', 'china'], 'must be "public", "us-government" or "china"').optional(),
  ENTRA_ROLE_CLAIMS: listOf(/^(roles|groups|scp)$/, 'must be of "roles", "groups" and "scp"').optional(),
  ENTRA_ROLE_MAPPING: z
    .string()
    .transform((text, context): RoleMapping => {
      try {
        const { data } = RoleMapping.safeParse(JSON.parse(text));
        if (data) return data;
      } catch {
        // It is no JSON.
      }
      context.addIssue('must be JSON: {"id of a group, or a role": ["mcp.admin"]}');
      return z.NEVER;
    })
    .optional(),
};

type EntraConfig = { [Name in keyof typeof entraFields]?: z.infer<(typeof entraFields)[Name]> };

/** One of the two kinds of tokens of a tenant, which differ in `iss` and keys. */
interface EntraIssuer {
  /** Compared with `iss` character by character. */
  issuer: string;
  /** Compared with `tid`. */
  tenantId: string;
  discoveryUrl: string;
}

/** Entra ID, as configured. */
export interface EntraSettings {
  clientId: string;
  audiences: string[];
  issuers: EntraIssuer[];
  /** Of each tenant, the URL where clients sign in, and the scopes to request there (RFC 9728 §2). */
  authorizationServers: Pick<IssuerSettings, 'issuer' | 'scopes'>[];
  /** A token on behalf of a person needs one of them in `scp`; empty: any scope of the application. */
  requiredScopes: string[];
  roleClaims: string[];
  roleMapping: RoleMapping;
  clockToleranceSeconds: number;
}

/** @throws Error without a tenant or a client id; `signInFault` says so in words */
export function entraSettings(config: EntraConfig): EntraSettings {
  const { ENTRA_TENANT_IDS: tenantIds, ENTRA_CLIENT_ID: clientId } = config;
  if (!tenantIds || clientId === undefined) throw new Error('AUTH_MODE=entra without tenant or client id');
  const { authority, sts } = CLOUDS[config.ENTRA_CLOUD ?? 'public'];
  const appIdUri = (config.ENTRA_APP_ID_URI ?? `api://${clientId}`).replace(/\/$/, '');
  const names = config.ENTRA_SCOPES ?? ['.default'];
  // `https://mcp.example.com/*`: each MCP URL is an Application ID URI of its own.
  const prefix = appIdUri.endsWith('/*') ? '{resource}' : appIdUri;
  const scopes = names.map((name) => (OPENID_SCOPES.has(name) ? name : `${prefix}/${name}`));
  return {
    clientId,
    audiences: config.ENTRA_AUDIENCES ?? [clientId, appIdUri],
    issuers: tenantIds.flatMap((tenantId) => [
      {
        issuer: `${authority}/${tenantId}/v2.0`,
        tenantId,
        discoveryUrl: `${authority}/${tenantId}/v2.0/.well-known/openid-configuration`,
      },
      {
        issuer: `${sts}/${tenantId}/`,
        tenantId,
        discoveryUrl: `${authority}/${tenantId}/.well-known/openid-configuration`,
      },
    ]),
    authorizationServers: tenantIds.map((tenantId) => ({ issuer: `${authority}/${tenantId}/v2.0`, scopes })),
    requiredScopes: names.filter((name) => name !== '.default' && !OPENID_SCOPES.has(name)),
    roleClaims: config.ENTRA_ROLE_CLAIMS ?? ['roles'],
    roleMapping: config.ENTRA_ROLE_MAPPING ?? {},
    clockToleranceSeconds: CLOCK_TOLERANCE_SECONDS,
  };
}
