import type { OutgoingHttpHeaders } from 'node:http2';

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

/** Node refuses to send these twice, and the first one is what most clients go by. All that Node has, if of requests only. */
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

/** What has these has no body, so a length other than 0 makes the answer malformed (RFC 9113 §8.1.1). */
const WITHOUT_BODY = new Set([204, 205]);

/** The headers of an answer of HTTP/1.1, a flat list, for HTTP/2. */
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
