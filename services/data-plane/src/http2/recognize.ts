import type { TLSSocket } from 'node:tls';
import type { Recognize } from './speak-http2.js';

/** What a connection of HTTP/2 begins with; no method of HTTP/1.1 does (RFC 9113 §3.4). */
const PREFACE = 'PRI';
const FIRST_BYTES_MS = 30_000;

/** With TLS, client and server have agreed already. */
export const byAlpn: Recognize = (socket, then) => then((socket as TLSSocket).alpnProtocol === 'h2');

/** Without TLS, a client that knows begins with HTTP/2 at once (RFC 9113 §3.3). */
export const byPreface: Recognize = (socket, then) => {
  const late = setTimeout(() => socket.destroy(), FIRST_BYTES_MS);
  let head = Buffer.alloc(0);
  socket.on('readable', look).on('error', leave).on('close', leave);

  function look(): void {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    head = Buffer.concat([head, chunk]);
    const start = head.toString('latin1', 0, PREFACE.length);
    if (start !== PREFACE && PREFACE.startsWith(start)) return;
    leave();
    socket.unshift(head);
    then(start === PREFACE);
  }

  function leave(): void {
    clearTimeout(late);
    socket.off('readable', look).off('error', leave).off('close', leave);
  }
};
