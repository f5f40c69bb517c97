import type { IncomingHttpHeaders } from 'node:http';

/** Names of MCP's own headers, as Node spells them. */
export const HEADER = {
  sessionId: 'mcp-session-id',
  protocolVersion: 'mcp-protocol-version',
  method: 'mcp-method',
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

/** What a server may believe about the caller; only the gateway says it. CGI-like servers do not tell "_" from "-". */
const IDENTITY = /^x[-_](mcp[-_](userid|username|roles)|gateway[-_]secret|dev[-_].*)$/;

const CORS = 'access-control-';

/** Secrets between the client and the gateway. They never reach an adapter. */
const CREDENTIALS = new Set(['authorization', 'cookie']);

/** Identity headers that an adapter sees, in the shape of Microsoft's gateway. */
export interface Identity {
  subject: string;
  name: string;
  roles: readonly string[];
}

/** The headers of a message for whoever reads it next, as a flat list in its order: all but those of the connection. */
export const endToEndHeaders = (raw: readonly string[]): string[] => passOn(raw, connectionOf(raw), () => false);

/**
 * The headers to send upstream, as undici's flat list: what came in, less what ends here, plus who calls.
 * `Expect` is answered by this server, so it ends here as well. The order and the values of the rest are kept.
 */
export function requestHeaders(
  incoming: readonly string[],
  headers: IncomingHttpHeaders,
  identity: Identity,
): string[] {
  const endsHere = (key: string) =>
    key === 'expect' || CREDENTIALS.has(key) || IDENTITY.test(key) || key === HEADER.sessionId;
  return [...passOn(incoming, headers.connection, endsHere), ...identityHeaders(identity)];
}

/** Who calls, as an adapter is told, as a flat list. */
export const identityHeaders = ({ subject, name, roles }: Identity): string[] => [
  'X-Mcp-UserId',
  headerValue(subject),
  'X-Mcp-UserName',
  headerValue(name),
  'X-Mcp-Roles',
  headerValue(roles.join(',')),
];

/**
 * The headers to send to the client, as a flat list: what the server said, less what ends here, its session id, and its
 * word on which web pages may read the answer, which is the gateway's to say.
 */
export const responseHeaders = (raw: readonly string[]): string[] =>
  passOn(raw, connectionOf(raw), (key) => key === HEADER.sessionId || key.startsWith(CORS));

function passOn(raw: readonly string[], connection: string | undefined, endsHere: (key: string) => boolean): string[] {
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

const connectionOf = (raw: readonly string[]): string =>
  raw.filter((_, i) => i % 2 === 1 && raw[i - 1]?.toLowerCase() === 'connection').join(',');

function connectionNamed(connection: string | undefined): Set<string> {
  const names = connection?.split(',').map((name) => name.trim().toLowerCase());
  return new Set(names?.filter((name) => !END_TO_END.test(name)));
}

/**
 * Header values are bytes: a name in another script goes out as UTF-8 bytes, which is what the header would carry.
 * Control characters cannot be in a header at all; a line break would begin another one.
 */
function headerValue(value: string): string {
  return Buffer.from(value.replaceAll(/\p{Cc}/gu, ' '), 'utf8').toString('latin1');
}
