import type { IncomingMessage, ServerResponse } from 'node:http';

/** How long, and how much, the gateway reads from a client that still sends after the answer. */
const LINGER_MS = 2_000;
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Reads the rest of an answered request, so that the client sees the answer instead of a broken connection, and its
 * next request can be parsed. Time and size are limited: then the connection is closed (RFC 9112 §9.3, §9.6). Node does
 * the same for a request that the gateway has not begun to read.
 */
export function lingerAfterResponse(req: IncomingMessage, res: ServerResponse): void {
  res.once('finish', () => {
    if (req.complete) return;
    let discarded = 0;
    req.unpipe();
    req.removeAllListeners('data'); // the reader needs no more data, and a slow one would delay the close
    req.on('data', ({ length }: Buffer) => {
      discarded += length;
      if (discarded > MAX_BYTES) req.pause();
    });
    req.resume();
    const late = setTimeout(() => req.complete || req.destroy(), LINGER_MS);
    late.unref();
    req.once('close', () => clearTimeout(late));
  });
}
