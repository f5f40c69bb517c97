import type { IncomingHttpHeaders } from 'node:http';
import { HEADER, nextHopFilter, withoutHeaders, type HeaderList } from './header-list.js';

/**
 * Headers that tell a server about the caller, its address and the URL that it called. Only the gateway sets them. "_"
 * counts as "-", because CGI-like servers do not distinguish the two.
 */
const SET_BY_GATEWAY = [
  'x-mcp-(userid|username|roles|identity-token)|x-mcp-gateway(-.*)?|x-gateway-secret|x-dev-.*',
  '(x-)?remote-(user|name|email|groups)|x-auth-request-.*|x-ms-client-principal(-.*)?|proxy', // of other gateways; CGI's HTTP_PROXY
  'forwarded|x-forwarded(-.*)?|x-original-.*|x-rewrite-url|x-envoy-external-address',
  'x-real-ip|(x-|x-cluster-|true-|fastly-|fly-)?client-ip|cf-connecting-ip(v6)?',
].join('|');

/** Secrets between the client and the gateway, and headers that the gateway has acted on. Servers never get them. */
const FOR_GATEWAY = new Set<string>([
  'authorization',
  'cookie',
  'cookie2',
  'expect',
  HEADER.sessionId,
  HEADER.requestId,
]);

/** A key of the gateway ends here. Another `X-API-Key` is the server's own affair. */
const API_KEY_PREFIX = 'mcpgw_';

/**
 * Headers by which a server recognizes requests of web pages. The gateway has checked them (serving/browser-access.ts).
 */
const OF_BROWSER_ACCESS = 'host|origin|sec-fetch-.*';

function withoutEnding(pattern: RegExp) {
  return nextHopFilter((name) => {
    const key = name.replaceAll('_', '-');
    return FOR_GATEWAY.has(key) || pattern.test(key);
  });
}
const forServer = withoutEnding(new RegExp(`^(${SET_BY_GATEWAY}|${OF_BROWSER_ACCESS})$`));
const forServerPreservingHost = withoutEnding(new RegExp(`^(${SET_BY_GATEWAY})$`));

/** The header with a signed token of the caller, for adapters that request it. */
export const IDENTITY_TOKEN = 'X-Mcp-Identity-Token';

/** Identity headers that an adapter sees, in the shape of Microsoft's gateway. */
export interface Identity {
  subject: string;
  name: string;
  roles: readonly string[];
}

/** Headers that the gateway adds to a request. */
export interface Addition {
  /** Undefined: the server does not learn of the caller. */
  identity: Identity | undefined;
  requestId: string;
  /** The origin of the request (`X-Forwarded-*`), as a flat list. */
  forwarded: HeaderList;
  /**
   * True: the server gets the client's `Host` and `Origin`. False: undici sets the server's own host, and there is no
   * `Origin`.
   */
  preserveHost: boolean;
}

/**
 * The headers to send upstream, as undici's flat list: the client's, without those that end at the gateway, plus the
 * caller and the origin of the request. The order and the values of the others do not change.
 */
export function requestHeaders(
  incoming: HeaderList,
  headers: IncomingHttpHeaders,
  { identity, requestId, forwarded, preserveHost }: Addition,
): string[] {
  const filter = preserveHost ? forServerPreservingHost : forServer;
  const kept = filter(incoming, headers.connection);
  const hasOurKey = headers['x-api-key']?.includes(API_KEY_PREFIX) ?? false;
  const outgoing = hasOurKey ? withoutHeaders(kept, (name) => name.replaceAll('_', '-') === 'x-api-key') : kept;
  if (identity) outgoing.push(...identityHeaders(identity));
  outgoing.push('X-Request-Id', requestId, ...forwarded);
  return outgoing;
}

/** The headers that name the caller to an adapter, as a flat list. */
export const identityHeaders = ({ subject, name, roles }: Identity): string[] => [
  'X-Mcp-UserId',
  fieldValue(subject),
  'X-Mcp-UserName',
  fieldValue(name),
  'X-Mcp-Roles',
  fieldValue(roles.join(',')),
];

const VISIBLE_ASCII = /^[ -~]*$/;

/**
 * Header values are bytes, so a name in another script is sent as UTF-8 bytes. Control characters are removed: a header
 * cannot contain them, and a line break would begin another header.
 */
function fieldValue(value: string): string {
  if (VISIBLE_ASCII.test(value)) return value;
  return Buffer.from(value.replaceAll(/\p{Cc}/gu, ' '), 'utf8').toString('latin1');
}
