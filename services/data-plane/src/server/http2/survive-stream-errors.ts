import type { ServerHttp2Session } from 'node:http2';

/** How long a client may take to answer a ping. */
const PING_MS = 10_000;
/** nghttp2's codes below this one are fatal: the connection cannot continue. */
const FATAL = -900;

/**
 * Keeps a connection whose client has sent one malformed request, such as a body longer than its `content-length`.
 * HTTP/2 ends that stream alone (RFC 9113 §8.1.1), and nghttp2 resets it; Node destroys the connection, and with it the
 * streams of all clients behind the same proxy. Node does not say whether nghttp2 has ended the stream or the
 * connection, so the gateway pings: nghttp2 neither sends nor reads anything after it has ended a connection.
 */
export function surviveStreamErrors(session: ServerHttp2Session, pingMs = PING_MS): void {
  let late: NodeJS.Timeout | undefined;
  const { destroy } = session;
  session.on('close', () => clearTimeout(late));
  session.destroy = (error, code) => {
    if (!error || !mayBeOfStream(error)) return destroy.call(session, error, code);
    if (late) return;
    late = setTimeout(() => destroy.call(session, error, code), pingMs).unref();
    session.ping((failed) => {
      if (failed) return;
      clearTimeout(late);
      late = undefined;
    });
  };
}

/** False for faults that Node itself counts, such as too many invalid frames, which have codes of their own. */
const mayBeOfStream = ({ code, errno = FATAL }: NodeJS.ErrnoException): boolean =>
  code === 'ERR_HTTP2_ERROR' && errno > FATAL;
