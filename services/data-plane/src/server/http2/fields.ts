import type { OutgoingHttpHeaders } from 'node:http2';

export interface RequestFields {
  method: string;
  path: string;
  /** A flat list. */
  headers: string[];
}

/**
 * HTTP/2 leaves `trailer` as the only header that describes the connection (RFC 9110 §7.6.1). Node throws when a
 * message without chunks has it.
 */
const REQUEST_ONLY_FIELD = 'trailer';

/** Translates the request line and headers of HTTP/2, a flat list, to HTTP/1.1 (RFC 9113 §8.3.1). */
export function requestFields(raw: readonly string[], { hasBody }: { hasBody: boolean }): RequestFields {
  const pseudo = new Map<string, string>();
  const headers: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string;
    const value = raw[i + 1] as string;
    if (name.startsWith(':')) pseudo.set(name, value);
    else if (name !== REQUEST_ONLY_FIELD) headers.push(name, value);
  }
  const has = (name: string) => headers.some((each, i) => i % 2 === 0 && each === name);
  const method = pseudo.get(':method') ?? 'GET';
  const authority = pseudo.get(':authority');
  if (authority !== undefined) replaceHost(headers, authority);
  if (hasBody && !has('content-length')) headers.push('transfer-encoding', 'chunked');
  if (!hasBody && method === 'POST' && !has('content-length')) headers.push('content-length', '0');
  return { method, path: pseudo.get(':path') ?? '/', headers };
}

/** `:authority` overrides `host`. */
function replaceHost(headers: string[], authority: string): void {
  for (let i = headers.length - 2; i >= 0; i -= 2) if (headers[i] === 'host') headers.splice(i, 2);
  headers.unshift('host', authority);
}

/** HTTP/2 has no headers of the connection, and Node refuses to send them (RFC 9113 §8.2.2). */
const OF_CONNECTION = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Node refuses to send these twice, and most clients use the first value. The list is Node's, including those of
 * requests.
 */
const SINGLE = new RegExp(
  `^(${[
    'access-control-(allow-credentials|max-age|request-method)',
    'age|authorization|date|dnt|etag|expires|from|host',
    'content-(encoding|language|length|location|md5|range|type)',
    'if-(match|modified-since|none-match|range|unmodified-since)',
    'last-modified|location|max-forwards|proxy-authorization|range|referer|retry-after|tk',
    'upgrade-insecure-requests|user-agent|x-content-type-options',
  ].join('|')})$`,
);

/** These statuses have no body, so a length other than 0 makes the answer malformed (RFC 9113 §8.1.1). */
const WITHOUT_BODY = new Set([204, 205]);

/** Translates the headers of an answer of HTTP/1.1, a flat list, to HTTP/2. */
export function responseFields(status: number, raw: readonly string[]): OutgoingHttpHeaders {
  const fields = new Map<string, string[]>(); // not an object, which has a `constructor` already
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] as string).toLowerCase();
    if (OF_CONNECTION.has(name)) continue;
    if (name === 'content-length' && WITHOUT_BODY.has(status)) continue;
    const values = fields.get(name);
    if (!values) fields.set(name, [raw[i + 1] as string]);
    else if (!SINGLE.test(name)) values.push(raw[i + 1] as string);
  }
  return Object.fromEntries(fields);
}
