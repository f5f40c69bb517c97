import type { OutgoingHttpHeaders } from 'node:http2';

/** HTTP/2 has no headers of the connection (RFC 9113 §8.2.2). */
const OF_CONNECTION = /^(connection|keep-alive|proxy-connection|transfer-encoding|upgrade)$/;

/** Node refuses to send these twice, and the first one is what most clients go by. */
const SINGLE = /^(age|content-(encoding|length|location|type)|date|etag|expires|last-modified|location|retry-after)$/;

/** The headers of an answer of HTTP/1.1, a flat list, for HTTP/2. */
export function responseFields(raw: readonly string[]): OutgoingHttpHeaders {
  const fields: Record<string, string[]> = {};
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] as string).toLowerCase();
    if (OF_CONNECTION.test(name)) continue;
    if (fields[name] && SINGLE.test(name)) continue;
    (fields[name] ??= []).push(raw[i + 1] as string);
  }
  return fields;
}
