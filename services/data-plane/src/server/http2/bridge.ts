import { type IncomingMessage, request } from 'node:http';
import { constants, type ServerHttp2Stream } from 'node:http2';
import { type Duplex, pipeline } from 'node:stream';
import { connectionPair } from './connection-pair.js';
import { requestFields, responseFields } from './fields.js';

const { NGHTTP2_NO_ERROR, NGHTTP2_INTERNAL_ERROR } = constants;

const LINGER_MS = 2_000;
/** More than the server itself accepts. */
const MAX_RESPONSE_HEAD_BYTES = 64 * 1024;

/**
 * Serves a request of HTTP/2 as one of HTTP/1.1, on a connection in memory. The limits and timeouts of HTTP/1.1 apply
 * to it, and the code behind the server need not know the difference.
 * @param onThrow called with errors that Node throws at a message that it cannot write; the error ends this request and
 *   no other
 */
export function bridge(
  serveHttp1: (connection: Duplex) => void,
  stream: ServerHttp2Stream,
  rawHeaders: readonly string[],
  onThrow: (thrown: unknown) => void,
): void {
  const contain = (step: () => void) => {
    try {
      step();
    } catch (thrown) {
      onThrow(thrown);
      fail(stream);
    }
  };
  stream.on('error', () => {}); // its end reports the same
  contain(() => {
    const near = connect(serveHttp1, stream);
    stream.on('close', () => near.destroy());
    const { method, path, headers } = requestFields(rawHeaders, { hasBody: !stream.endAfterHeaders });
    const outgoing = request({
      method,
      path,
      headers,
      createConnection: () => near,
      maxHeaderSize: MAX_RESPONSE_HEAD_BYTES,
    });
    outgoing.on('continue', () =>
      contain(() => {
        if (!stream.closed && !stream.destroyed) stream.additionalHeaders({ ':status': 100 });
      }),
    );
    outgoing.on('response', (incoming) => contain(() => answer(stream, incoming)));
    // The server refuses CONNECT; Node has an event of its own for its answers.
    outgoing.on('connect', ({ statusCode = 405 }) =>
      contain(() => stream.respond({ ':status': statusCode }, { endStream: true })),
    );
    outgoing.on('error', () => !stream.headersSent && stream.close(NGHTTP2_INTERNAL_ERROR));
    stream.on('close', () => outgoing.destroy());
    stream.pipe(outgoing);
  });
}

/** The client's end of an in-memory connection to the server. */
function connect(serveHttp1: (connection: Duplex) => void, { session }: ServerHttp2Stream): Duplex {
  const [near, far] = connectionPair();
  near.on('close', () => far.destroy());
  for (const end of [near, far]) end.on('error', () => {}); // its user may have stopped listening
  const { remoteAddress, remotePort } = session?.socket ?? {};
  serveHttp1(Object.assign(far, { remoteAddress, remotePort, encrypted: session?.encrypted ?? false }));
  return near;
}

function answer(stream: ServerHttp2Stream, incoming: IncomingMessage): void {
  if (stream.closed || stream.destroyed) return;
  const { statusCode = 502, rawHeaders } = incoming;
  stream.respond({ ':status': statusCode, ...responseFields(statusCode, rawHeaders) });
  stream.once('finish', () => lingerOn(stream));
  if (stream.writableEnded)
    incoming.on('error', () => {}).resume(); // the status has no body, even if the server sends one
  else pipeline(incoming, stream, () => {});
}

function fail(stream: ServerHttp2Stream): void {
  if (stream.closed || stream.destroyed) return;
  if (stream.headersSent) return stream.close(NGHTTP2_INTERNAL_ERROR);
  stream.respond({ ':status': 502 });
  stream.once('finish', () => lingerOn(stream));
  stream.end();
}

/** Reads the rest of an answered request, so that the client sees the answer; the time is limited. */
function lingerOn(stream: ServerHttp2Stream): void {
  stream.unpipe();
  stream.resume();
  const late = setTimeout(() => stream.close(NGHTTP2_NO_ERROR), LINGER_MS);
  stream.once('close', () => clearTimeout(late));
}
