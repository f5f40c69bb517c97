import { z } from 'zod';

const REDIS_SHAPE =
  'must be a URL such as redis://user:password@127.0.0.1:6379; ' +
  'percent-encode characters of the password such as "/", "@", "#" and "%"';
const DATABASE_SHAPE =
  'must be a URL such as postgresql://user:password@127.0.0.1:5432/mcp_gateway; ' +
  'percent-encode characters of the password such as "/", "@", "#" and "%"';

/** No message of these repeats the value, which may hold a password. */
export const RedisUrl = z
  .string()
  .regex(/^rediss?:\/\//, { error: 'must start with redis:// or rediss://', abort: true })
  .refine((href) => isWhole(URL.parse(href)) && URL.parse(href)?.hostname !== '', { error: REDIS_SHAPE, abort: true })
  .refine((href) => /^\/?\d*$/.test(URL.parse(href)?.pathname ?? ''), {
    error: 'must have the number of a database as its path, as in redis://127.0.0.1:6379/0, or no path',
  })
  .describe('the URL of a Redis or Valkey server, such as redis://127.0.0.1:6379');

export const DatabaseUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, { error: 'must start with postgresql://', abort: true })
  .refine((href) => isWhole(parseDatabaseUrl(href)), { error: DATABASE_SHAPE })
  .describe('the URL of a PostgreSQL database, such as postgresql://user@127.0.0.1:5432/mcp_gateway')
  .meta({ secret: true });

/** Of a cluster: its nodes, separated by commas. A comma may be part of a password, so the next URL has to begin behind it. */
export const RedisUrls = z
  .string()
  .superRefine((list, context) => {
    for (const url of list.split(/,(?=rediss?:\/\/)/)) {
      const [fault] = RedisUrl.safeParse(url).error?.issues ?? [];
      if (fault) return context.addIssue(fault.message);
    }
    return undefined;
  })
  .describe('the URL of a Redis or Valkey server, such as redis://127.0.0.1:6379')
  .meta({ secret: true });

/** Of a service within the gateway. */
export const HttpUrl = z
  .string()
  .refine(
    (href) => /^https?:$/.test(URL.parse(href)?.protocol ?? ''),
    'must be a URL that starts with http:// or https://',
  );

/** libpq allows an empty host after a user, when `?host=` names the folder of a socket; the URL standard does not. */
export const parseDatabaseUrl = (href: string): URL | null =>
  URL.parse(href) ?? URL.parse(href.replace('@/', '@localhost/'));

/**
 * Whether the user name and the password end where the URL standard says: after a "/", "?" or "#" that is not encoded, the rest
 * of a password would be a path, which messages may show.
 */
function isWhole(url: URL | null): boolean {
  if (!url || /[@#]/.test(url.pathname + url.search + url.hash)) return false;
  try {
    decodeURIComponent(url.username + url.password);
    return true;
  } catch {
    return false; // a "%" that encodes nothing
  }
}

/** Where clients reach the gateway. */
export interface PublicUrl {
  /** Undefined when only a path is given. */
  hostname: string | undefined;
  /** Without a slash at its end; empty for the root. */
  path: string;
  /** Where clients see the root, without a slash at its end; the path alone when only that is given. */
  href: string;
}

const PATH = /^(\/[\w.~-]+)*$/;
/** Paths of the gateway itself. A prefix that equals one would be ambiguous. */
const SERVED =
  /^\/(adapters|api-keys|audit|events|mcp|registry|tenants|tools|toolsets|permissions|errors|livez|readyz|openapi\.json)(\/|$)/;

const WRONG = 'must be a URL such as https://tools.example.com/gateway, or only its path, such as /gateway';
const TAKEN =
  'must have another path: the gateway itself serves ' +
  '/adapters, /api-keys, /audit, /events, /mcp, /permissions, /registry, /tenants, /tools, /toolsets, /errors, /livez, /readyz and /openapi.json';

export const PublicUrl = z.string().transform((text, context): PublicUrl => {
  const isPath = /^\/(?!\/)/.test(text);
  const whole = isPath ? `http://gateway${text}` : text;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  const path = url?.pathname.replace(/\/$/, '') ?? '';
  const isPlain = url && /^https?:$/.test(url.protocol) && url.href === url.origin + url.pathname;
  const fault = !isPlain || !PATH.test(path) ? WRONG : SERVED.test(path) ? TAKEN : undefined;
  if (fault) context.addIssue(fault);
  return { hostname: isPath ? undefined : url?.hostname, path, href: isPath || !url ? path : url.origin + path };
});
