import type { IncomingMessage, ServerResponse } from 'node:http';

/** How long a client that is still sending is read from after it has been answered, and how much of it. */
const LINGER_MS = 2_000;
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Reads what a client still sends of a request that has been answered, so that it sees the answer instead of a broken
 * connection, and its next request is understood; but not for ever: then the connection is closed (RFC 9112 §9.3, §9.6).
 * Node does so by itself for a request that nobody has begun to read.
 */
export function lingerAfterResponse(req: IncomingMessage, res: ServerResponse): void {
  res.once('finish', () => {
    if (req.complete) return;
    let discarded = 0;
    req.unpipe();
    req.removeAllListeners('data'); // nobody needs it any more, and who is slow would hold it up
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
