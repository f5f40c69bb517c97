import type { Server } from 'node:http';
import { createServer, type ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { bridge } from './bridge.js';
import { surviveStreamErrors } from './survive-stream-errors.js';

export interface Http2Options {
  /** As for HTTP/1.1, which answers 431. Only heads far beyond the limit are cut short earlier. */
  maxHeaderBytes: number;
  /** How long a connection without a request stays open. */
  keepAliveMs: number;
  /** Called with an error that would have ended the process. It has ended one request. */
  onThrow: (thrown: unknown) => void;
}

/** Each may be an open event stream. */
const MAX_STREAMS = 256;

/** Calls back once it is known whether the connection speaks HTTP/2. */
export type DetectHttp2 = (socket: Socket, then: (isHttp2: boolean) => void) => void;

/**
 * Lets a server speak HTTP/2 on the connections that `detect` accepts.
 * @param event of a connection that is ready for HTTP: `connection`, or with TLS `secureConnection`
 */
export function speakHttp2(
  server: Server,
  event: 'connection' | 'secureConnection',
  detect: DetectHttp2,
  { maxHeaderBytes, keepAliveMs, onThrow }: Http2Options,
): void {
  const [listener] = server.listeners(event) as ((this: Server, connection: Duplex) => void)[];
  const serveHttp1 = (connection: Duplex) => listener?.call(server, connection);
  const sessions = new Set<ServerHttp2Session>();
  const http2 = createServer({
    settings: { maxConcurrentStreams: MAX_STREAMS, maxHeaderListSize: 2 * maxHeaderBytes },
  });
  http2.on('stream', (stream, _headers, _flags, rawHeaders) => bridge(serveHttp1, stream, rawHeaders, onThrow));
  http2.on('sessionError', () => {}); // a broken connection; its requests have ended with it
  http2.on('session', (session) => {
    let streams = 0;
    sessions.add(session);
    surviveStreamErrors(session);
    session.on('close', () => sessions.delete(session));
    session.on('stream', (stream) => {
      streams += 1;
      stream.on('close', () => (streams -= 1));
    });
    session.setTimeout(keepAliveMs, () => streams === 0 && session.close());
  });

  server.removeAllListeners(event);
  server.on(event, (socket: Socket) =>
    detect(socket, (isHttp2) => {
      // A client may end by FIN alone. HTTP/1.1 keeps its half of such a connection open, and HTTP/2 would never end its streams.
      socket.allowHalfOpen &&= !isHttp2;
      if (isHttp2) http2.emit('connection', socket);
      else serveHttp1(socket);
    }),
  );

  const { closeIdleConnections, closeAllConnections } = server;
  server.closeIdleConnections = () => {
    closeIdleConnections.call(server);
    for (const session of sessions) session.close(); // accepts no new requests, and ends after the open ones
  };
  server.closeAllConnections = () => {
    closeAllConnections.call(server);
    for (const session of sessions) session.destroy();
  };
}

/** The beginning of an HTTP/2 connection; no method of HTTP/1.1 begins so (RFC 9113 §3.4). */
const PREFACE = 'PRI';
const FIRST_BYTES_MS = 30_000;

/** With TLS, client and server have negotiated the protocol already. */
export const byAlpn: DetectHttp2 = (socket, then) => then((socket as TLSSocket).alpnProtocol === 'h2');

/** Without TLS, a client with prior knowledge begins with HTTP/2 at once (RFC 9113 §3.3). */
export const byPreface: DetectHttp2 = (socket, then) => {
  const late = setTimeout(() => socket.destroy(), FIRST_BYTES_MS);
  let head = Buffer.alloc(0);
  socket.on('readable', inspect).on('error', stop).on('close', stop);

  function inspect(): void {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    head = Buffer.concat([head, chunk]);
    const start = head.toString('latin1', 0, PREFACE.length);
    if (start !== PREFACE && PREFACE.startsWith(start)) return;
    stop();
    socket.unshift(head);
    then(start === PREFACE);
  }

  function stop(): void {
    clearTimeout(late);
    socket.off('readable', inspect).off('error', stop).off('close', stop);
  }
};
