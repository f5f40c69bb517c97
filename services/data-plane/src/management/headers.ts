import type { IncomingMessage, ServerResponse } from 'node:http';
import { endToEndHeaders, HEADER, withoutHeaders } from '@mcp-gateway/protocol';

/** Only the data plane says where a request came from. */
const OF_PROXIES = /^(forwarded|x-forwarded-.*)$/;

/**
 * Takes from a request what is not to go on to the control plane, and adds where it came from. The proxy passes on what it finds, and Node throws where
 * nothing catches it when `Trailer` is on a message that has no room for trailers.
 */
export function prepareHeaders({ headers, rawHeaders }: IncomingMessage, forwarded: readonly string[]): void {
  const kept = new Set(endToEndHeaders(rawHeaders).map((each, i) => (i % 2 === 0 ? each.toLowerCase() : '')));
  for (const name of Object.keys(headers)) {
    // The proxy frames by it; it is `chunked` if anything (message-fault.ts).
    if ((!kept.has(name) && name !== 'transfer-encoding') || OF_PROXIES.test(name)) delete headers[name];
  }
  for (let i = 0; i + 1 < forwarded.length; i += 2) headers[(forwarded[i] as string).toLowerCase()] = forwarded[i + 1];
  delete headers.expect; // the client has been answered (invite-body.ts)
}

/**
 * Sends the head of an answer at once, as `follow` may be quiet for hours, without what is of the connection behind.
 * @throws RangeError, TypeError when it is a head that Node does not write, such as one with the status 99
 */
export function sendHead(
  { statusCode = 502, rawHeaders }: IncomingMessage,
  res: ServerResponse,
  seenAs: (headers: string[]) => string[],
): void {
  res.writeHead(statusCode, seenAs(endToEndHeaders(withoutHeaders(rawHeaders, (name) => name === HEADER.requestId)))); // without its phrase, which Node would keep although it refuses it
  res.write('', 'latin1'); // not flushHeaders, which makes UTF-8 of its bytes
}
