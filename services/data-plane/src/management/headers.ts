import type { IncomingMessage, ServerResponse } from 'node:http';
import { endToEndHeaders, HEADER, withoutHeaders } from '@mcp-gateway/protocol';

/** Only the data plane sets the headers that say where a request came from, and that this is a data plane. CGI-like programs do not distinguish "_" and "-". */
const OWN = /^(forwarded|x[-_]forwarded[-_].*|x[-_]mcp[-_]gateway[-_].*)$/;

/**
 * Removes the headers that end at the data plane from a request to the control plane, and adds those of the data plane:
 * the origin of the request, and what proves that it is true. The proxy copies all headers, and Node throws outside of any handler when `Trailer` is on a message without
 * chunks.
 */
export function prepareHeaders({ headers, rawHeaders }: IncomingMessage, own: readonly string[]): void {
  const kept = new Set(endToEndHeaders(rawHeaders).map((each, i) => (i % 2 === 0 ? each.toLowerCase() : '')));
  for (const name of Object.keys(headers)) {
    // The proxy frames the body by it; it is `chunked` or absent (normalize-request.ts).
    if ((!kept.has(name) && name !== 'transfer-encoding') || OWN.test(name)) delete headers[name];
  }
  for (let i = 0; i + 1 < own.length; i += 2) headers[(own[i] as string).toLowerCase()] = own[i + 1];
  delete headers.expect; // the data plane sends 100 Continue itself (request/body.ts)
}

/**
 * Sends the head of an answer at once, because a `follow` stream may be silent for hours; without headers of the
 * connection to the control plane.
 * @throws RangeError, TypeError for a head that Node does not write, such as one with the status 99
 */
export function sendHead(
  { statusCode = 502, rawHeaders }: IncomingMessage,
  res: ServerResponse,
  seenAs: (headers: string[]) => string[],
): void {
  res.writeHead(statusCode, seenAs(endToEndHeaders(withoutHeaders(rawHeaders, (name) => name === HEADER.requestId)))); // without its phrase, which Node would keep although it refuses it
  res.write('', 'latin1'); // not flushHeaders, which encodes the head as UTF-8
}
