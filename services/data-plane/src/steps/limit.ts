import type { IncomingMessage } from 'node:http';
import { Transform, type Readable } from 'node:stream';
import { GatewayError } from '@mcp-gateway/common/errors';

export interface Limits {
  bodyBytes: number;
}

/**
 * Bounds what a client sends; returns the body to forward, or null when there is none.
 * @throws GatewayError METHOD_NOT_ALLOWED, TOO_LARGE; the stream fails with TOO_LARGE when it grows too long
 */
export function limit(req: IncomingMessage, { bodyBytes }: Limits, methods: readonly string[]): Readable | null {
  if (!methods.includes(req.method ?? '')) {
    const allow = methods.join(', ');
    throw new GatewayError('METHOD_NOT_ALLOWED', { detail: `it is used with ${allow}`, headers: { allow } });
  }
  const length = req.headers['content-length'];
  if (length !== undefined) {
    if (Number(length) > bodyBytes) throw tooLarge(bodyBytes);
    return Number(length) === 0 ? null : req; // Node's parser holds the client to its word
  }
  return req.headers['transfer-encoding'] === undefined ? null : counted(req, bodyBytes);
}

function counted(req: IncomingMessage, bodyBytes: number): Readable {
  let seen = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > bodyBytes) done(tooLarge(bodyBytes));
      else done(null, chunk);
    },
  });
  counter.on('error', () => {}); // whoever reads it may have stopped listening, or not begun
  req.once('error', (error) => counter.destroy(error));
  return req.pipe(counter);
}

const tooLarge = (bodyBytes: number) => new GatewayError('TOO_LARGE', { detail: `the limit is ${bodyBytes} bytes` });
