import type { IncomingHttpHeaders } from 'node:http';
import { headerValues, type HeaderList } from './header-list.js';

/** Names of MCP's own headers, as Node spells them. */
export const HEADER = {
  sessionId: 'mcp-session-id',
  protocolVersion: 'mcp-protocol-version',
  method: 'mcp-method',
  /** Not MCP's: the id that the logs of several services share for one request. */
  requestId: 'x-request-id',
} as const;

/** These headers describe one connection, not the message (RFC 9110 §7.6.1), so they end at each hop. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Every recipient of the message needs these headers, so `Connection` cannot name them (RFC 9110 §7.6.1). */
const END_TO_END = /^(host|accept|cache-control|content-.*|last-event-id|mcp-.*)$/;

/**
 * Headers that tell a server about the caller, its address and the URL that it called. Only the gateway sets them. "_"
 * counts as "-", because CGI-like servers do not distinguish the two.
 */
const SAID_BY_GATEWAY = [
  'x-mcp-(userid|username|roles)|x-gateway-secret|x-dev-.*',
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

/**
 * Headers by which a server recognizes requests of web pages. The gateway has checked them (serving/browser-access.ts).
 */
const OF_BROWSER_ACCESS = 'host|origin|sec-fetch-.*';

/** One pattern, because the gateway compares every header of every request with it. */
const ENDS_HERE = new RegExp(`^(${SAID_BY_GATEWAY}|${OF_BROWSER_ACCESS})$`);
const ENDS_HERE_PRESERVING_HOST = new RegExp(`^(${SAID_BY_GATEWAY})$`);

/** Identity headers that an adapter sees, in the shape of Microsoft's gateway. */
export interface Identity {
  subject: string;
  name: string;
  roles: readonly string[];
}

/** The headers of a message for the next hop, as a flat list in its order: all except those of the connection. */
export const endToEndHeaders = (raw: HeaderList): string[] => passOn(raw, connectionOf(raw), () => false);

/** Headers that the gateway adds to a request. */
export interface Addition {
  identity: Identity;
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
  const pattern = preserveHost ? ENDS_HERE_PRESERVING_HOST : ENDS_HERE;
  const endsHere = (name: string) => {
    const key = name.includes('_') ? name.replaceAll('_', '-') : name;
    return FOR_GATEWAY.has(key) || pattern.test(key);
  };
  const outgoing = passOn(incoming, headers.connection, endsHere);
  outgoing.push(...identityHeaders(identity), 'X-Request-Id', requestId, ...forwarded);
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

/**
 * The flat list without the headers of the connection and without those for which `endsHere` returns true (names in
 * lower case).
 */
export function passOn(raw: HeaderList, connection: string | undefined, endsHere: (key: string) => boolean): string[] {
  const named = connectionNamed(connection);
  const outgoing: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string;
    const key = name.toLowerCase();
    if (HOP_BY_HOP.has(key) || named.has(key) || endsHere(key)) continue;
    outgoing.push(name, raw[i + 1] as string);
  }
  return outgoing;
}

/** The values of all `Connection` headers of a flat list, joined. */
export const connectionOf = (raw: HeaderList): string => headerValues(raw, 'connection').join(',');

function connectionNamed(connection: string | undefined): Set<string> {
  const names = connection?.split(',').map((name) => name.trim().toLowerCase());
  return new Set(names?.filter((name) => !END_TO_END.test(name)));
}

/**
 * Header values are bytes, so a name in another script is sent as UTF-8 bytes. Control characters are removed: a header
 * cannot contain them, and a line break would begin another header.
 */
function fieldValue(value: string): string {
  return Buffer.from(value.replaceAll(/\p{Cc}/gu, ' '), 'utf8').toString('latin1');
}
