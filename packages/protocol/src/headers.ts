import type { IncomingHttpHeaders } from 'node:http';
import { headerValues, type HeaderList } from './header-list.js';

/** Names of MCP's own headers, as Node spells them. */
export const HEADER = {
  sessionId: 'mcp-session-id',
  protocolVersion: 'mcp-protocol-version',
  method: 'mcp-method',
  /** Not MCP's: the id by which logs of several services speak of one request. */
  requestId: 'x-request-id',
} as const;

/** They speak of one connection, not of the message (RFC 9110 §7.6.1), so they end at each hop. */
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

/** Whoever is to read the message needs these, so that `Connection` cannot name them (RFC 9110 §7.6.1). */
const END_TO_END = /^(host|accept|cache-control|content-.*|last-event-id|mcp-.*)$/;

/**
 * What a server may believe about the caller, its address and the URL that it has called; only the gateway says it. "_" counts
 * as "-", which CGI-like servers do not tell apart.
 */
const SAID_BY_GATEWAY = [
  'x-mcp-(userid|username|roles)|x-gateway-secret|x-dev-.*',
  '(x-)?remote-(user|name|email|groups)|x-auth-request-.*|x-ms-client-principal(-.*)?|proxy', // of other gateways; CGI's HTTP_PROXY
  'forwarded|x-forwarded(-.*)?|x-original-.*|x-rewrite-url|x-envoy-external-address',
  'x-real-ip|(x-|x-cluster-|true-|fastly-|fly-)?client-ip|cf-connecting-ip(v6)?',
].join('|');

/** Secrets between the client and the gateway, which never reach an adapter, and what the gateway itself has answered. */
const FOR_GATEWAY = new Set<string>([
  'authorization',
  'cookie',
  'cookie2',
  'expect',
  HEADER.sessionId,
  HEADER.requestId,
]);

/** What a server checks to tell a web page's request from another. The gateway has checked it (serving/browser-access.ts). */
const OF_BROWSER_ACCESS = 'host|origin|sec-fetch-.*';

/** One pattern, as each header of each request is compared with it. */
const ENDS_HERE = new RegExp(`^(${SAID_BY_GATEWAY}|${OF_BROWSER_ACCESS})$`);
const ENDS_HERE_PRESERVING_HOST = new RegExp(`^(${SAID_BY_GATEWAY})$`);

/** Identity headers that an adapter sees, in the shape of Microsoft's gateway. */
export interface Identity {
  subject: string;
  name: string;
  roles: readonly string[];
}

/** The headers of a message for whoever reads it next, as a flat list in its order: all but those of the connection. */
export const endToEndHeaders = (raw: HeaderList): string[] => passOn(raw, connectionOf(raw), () => false);

/** What a request says beside what its client has said. */
export interface Addition {
  identity: Identity;
  requestId: string;
  /** Where it came from, as a flat list. */
  forwarded: HeaderList;
  /** The server gets the client's `Host` and `Origin`; else it gets its own host, from undici, and no `Origin`. */
  preserveHost: boolean;
}

/**
 * The headers to send upstream, as undici's flat list: what came in, less what ends here, plus who calls and from where.
 * The order and the values of the rest are kept.
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

/** Who calls, as an adapter is told, as a flat list. */
export const identityHeaders = ({ subject, name, roles }: Identity): string[] => [
  'X-Mcp-UserId',
  fieldValue(subject),
  'X-Mcp-UserName',
  fieldValue(name),
  'X-Mcp-Roles',
  fieldValue(roles.join(',')),
];

/** The flat list without the headers of the connection, and without those that end here, by their names in lower case. */
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

/** What all `Connection` headers of a flat list say. */
export const connectionOf = (raw: HeaderList): string => headerValues(raw, 'connection').join(',');

function connectionNamed(connection: string | undefined): Set<string> {
  const names = connection?.split(',').map((name) => name.trim().toLowerCase());
  return new Set(names?.filter((name) => !END_TO_END.test(name)));
}

/**
 * Header values are bytes: a name in another script goes out as UTF-8 bytes, which is what the header would carry.
 * Control characters cannot be in a header at all; a line break would begin another one.
 */
function fieldValue(value: string): string {
  return Buffer.from(value.replaceAll(/\p{Cc}/gu, ' '), 'utf8').toString('latin1');
}
