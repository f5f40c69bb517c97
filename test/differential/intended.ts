import type { Got } from './client.js';
import type { Exchange } from './exchange.js';
import type { Header } from './headers.js';
import type { Arrived } from './server.js';
import { SESSION } from './server.js';

// The intended differences, as docs/protocol.md lists them. They are repeated here, so that the test is independent of the code.
const OF_CONNECTION =
  /^(connection|keep-alive|proxy-(authenticate|authorization|connection)|te|trailer|transfer-encoding|upgrade)$/;
const NOT_FOR_SERVERS =
  /^(authorization|cookie|x[-_]mcp[-_](userid|username|roles)|x[-_]gateway[-_]secret|x[-_]dev[-_].*)$/;
const NOT_OF_CLIENTS = /^(host|forwarded|x-forwarded-.*|x-real-ip|x-request-id)$/;
/** Headers that would affect the gateway's whole origin. */
const NOT_FOR_CLIENTS =
  /^(set-cookie|link|x-accel-redirect|content-security-policy|x-content-type-options|x-request-id)$/;
const CONTAINED: Header[] = [
  ['Content-Security-Policy', 'sandbox'],
  ['X-Content-Type-Options', 'nosniff'],
];
/** The client's address and the requested host; the gateway sends requests to the server's own host. */
const WHERE_FROM = (host: string): Header[] => [
  ['X-Forwarded-For', '127.0.0.1'],
  ['X-Forwarded-Host', host],
  ['X-Forwarded-Proto', 'http'],
  ['Forwarded', `for=127.0.0.1;host="${host}";proto=http`],
];
/** Server and client get the same id; the comparison replaces it. */
const REQUEST_ID: Header = ['X-Request-Id', 'an id'];
const WHO_CALLS: Header[] = [
  ['X-Mcp-UserId', 'alice'],
  ['X-Mcp-UserName', 'alice'],
  ['X-Mcp-Roles', 'mcp.dev'],
];

/** The request that the server must receive through the gateway, given the one that it received directly. */
export function arrivesAs({ method, url, headers, body }: Arrived, { era, inSession }: Exchange, ownHost: string) {
  const [, host = ''] = headers.find(([name]) => name.toLowerCase() === 'host') ?? [];
  const endToEnd = withoutConnection(headers).filter(
    ([name]) => !NOT_FOR_SERVERS.test(name.toLowerCase()) && !NOT_OF_CLIENTS.test(name.toLowerCase()),
  );
  endToEnd.push(['host', ownHost], ...WHERE_FROM(host));
  const session: Header[] = inSession && era === 'legacy' ? [['Mcp-Session-Id', SESSION]] : [];
  return {
    method,
    url,
    headers: [...endToEnd.filter(isNotSession), ...WHO_CALLS, REQUEST_ID, ...session].filter(isNotLength),
    body,
  };
}

/** The request that arrived through the gateway, normalized as above. A chunked body may be forwarded with its length. */
export const arrived = ({ headers, ...rest }: Arrived): Arrived => ({
  ...rest,
  headers: withoutConnection(headers).filter(isNotLength).map(withoutId),
});

/** The client has received only the head, so the gateway can still answer with an error, and does. */
export const brokeOff = ({ complete, body, headers }: Got): boolean =>
  !complete && body.length === 0 && !headers.some(([, value]) => value.startsWith('text/event-stream'));

/** The answer that the client must receive through the gateway, given the one that it received directly. */
export function comesBackAs(direct: Got, exchange: Exchange, sealedId: string) {
  const session = sessionOf(direct, exchange, sealedId);
  const endToEnd = withoutConnection(direct.headers)
    .filter(isNotSession)
    .filter(([name]) => !NOT_FOR_CLIENTS.test(name.toLowerCase()));
  return { ...direct, headers: [...endToEnd, ...CONTAINED, REQUEST_ID, ...session] };
}

/** The answer that the client received, normalized as above. */
export const cameBack = (got: Got): Got => ({ ...got, headers: withoutConnection(got.headers).map(withoutId) });

/** The ids of the HTTP request in a message. */
export const requestIds = ({ headers }: { headers: Header[] }): string[] =>
  headers.filter(([name]) => name.toLowerCase() === 'x-request-id').map(([, value]) => value);

const withoutId = ([name, value]: Header): Header =>
  name.toLowerCase() === 'x-request-id' ? REQUEST_ID : [name, value];

function sessionOf(
  { headers, status }: Got,
  { era, method, inSession }: Exchange,
  sealedId: string,
): [string, unknown][] {
  if (headers.every(isNotSession)) return [];
  if (inSession && era === 'legacy') return [['mcp-session-id', sealedId]];
  return era === 'legacy' && method === 'POST' && status < 300 ? [['mcp-session-id', 'a new one']] : [];
}

/** Each hop writes these headers itself. */
const isOwn = (name: string) => /^(host|content-length)$/i.test(name);

const isNotLength = ([name]: Header) => name.toLowerCase() !== 'content-length';
const isNotSession = ([name]: Header) => name.toLowerCase() !== 'mcp-session-id';

/** Removes the headers of the connection, and the length of an empty body, which is optional. */
function withoutConnection(headers: Header[]): Header[] {
  const named = headers
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(',').map((each) => each.trim().toLowerCase()));
  return headers
    .filter(
      ([name, value]) =>
        !OF_CONNECTION.test(name.toLowerCase()) &&
        !named.includes(name.toLowerCase()) &&
        !(isOwn(name) && value === '0'),
    )
    .map(([name, value]) => [isOwn(name) ? name.toLowerCase() : name, value]);
}
