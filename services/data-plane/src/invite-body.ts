import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * A client may wait with its body until it hears that the request is welcome (RFC 9110 §10.1.1). It is told so when nothing
 * is left to refuse it for, so that what is refused is not sent.
 */
export function inviteBody(req: IncomingMessage, res: ServerResponse): void {
  if (req.httpVersion !== '1.1' || !/^100-continue$/i.test(req.headers.expect ?? '')) return;
  delete req.headers.expect; // it is told once
  res.writeContinue();
}
