import { request, type IncomingMessage } from 'node:http';
import { constants, type ServerHttp2Stream } from 'node:http2';
import { pipeline, type Duplex } from 'node:stream';
import { connectionPair } from './connection-pair.js';
import { responseFields } from './response-fields.js';
import { requestFields } from './request-fields.js';

const { NGHTTP2_NO_ERROR, NGHTTP2_INTERNAL_ERROR } = constants;

const LINGER_MS = 2_000;
/** Longer than anything the server itself lets through. */
const MAX_RESPONSE_HEAD_BYTES = 64 * 1024;

/**
 * Serves a request of HTTP/2 as one of HTTP/1.1, on a connection in memory. Whatever holds for those, limits and timeouts
 * included, so holds for these, and nothing behind the server has to know of the difference.
 */
export function bridge(
  serveHttp1: (connection: Duplex) => void,
  stream: ServerHttp2Stream,
  rawHeaders: readonly string[],
): void {
  const [near, far] = connectionPair();
  near.on('close', () => far.destroy());
  const { remoteAddress, remotePort } = stream.session?.socket ?? {};
  const encrypted = stream.session?.encrypted ?? false;
  serveHttp1(Object.assign(far, { remoteAddress, remotePort, encrypted }));

  const { method, path, headers } = requestFields(rawHeaders, { hasBody: !stream.endAfterHeaders });
  const outgoing = request({
    method,
    path,
    headers,
    createConnection: () => near,
    maxHeaderSize: MAX_RESPONSE_HEAD_BYTES,
  });
  outgoing.on('continue', () => !stream.closed && stream.additionalHeaders({ ':status': 100 }));
  outgoing.on('response', (incoming) => answer(stream, incoming));
  outgoing.on('error', () => !stream.headersSent && stream.close(NGHTTP2_INTERNAL_ERROR));
  stream.on('error', () => {}); // its end says as much
  stream.on('close', () => outgoing.destroy());
  stream.pipe(outgoing);
}

function answer(stream: ServerHttp2Stream, incoming: IncomingMessage): void {
  if (stream.closed || stream.destroyed) return;
  const { statusCode = 502, rawHeaders } = incoming;
  stream.respond({ ':status': statusCode, ...responseFields(rawHeaders) });
  stream.once('finish', () => lingerOn(stream));
  pipeline(incoming, stream, () => {});
}

/** Reads what the client still sends of a request that has been answered, so that it sees the answer; but not for ever. */
function lingerOn(stream: ServerHttp2Stream): void {
  stream.unpipe();
  stream.resume();
  const late = setTimeout(() => stream.close(NGHTTP2_NO_ERROR), LINGER_MS);
  stream.once('close', () => clearTimeout(late));
}
