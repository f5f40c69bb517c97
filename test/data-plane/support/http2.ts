import { once } from 'node:events';
import { connect, type ClientHttp2Session, type ClientHttp2Stream, type OutgoingHttpHeaders } from 'node:http2';
import { buffer } from 'node:stream/consumers';
import { afterTest } from '../../support/clean-up.js';

export interface Http2Answer {
  status: number;
  /** As Node returns them: a list where there may be several values. */
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** One connection of HTTP/2, on which alice sends requests. */
export function http2Client(url: string, ca?: Buffer) {
  const session: ClientHttp2Session = connect(url, ca && { ca });
  session.on('error', () => {}); // the waiting request fails with it
  afterTest(() => session.destroy());

  function start(path: string, headers: OutgoingHttpHeaders = {}): ClientHttp2Stream {
    const stream = session.request(
      { ':method': 'POST', ':path': path, 'x-dev-userid': 'alice', ...headers },
      { endStream: false },
    );
    stream.on('error', () => {});
    return stream;
  }
  async function headOf(stream: ClientHttp2Stream): Promise<Http2Answer['headers'] & { ':status': number }> {
    const [headers] = (await once(stream, 'response')) as [Http2Answer['headers'] & { ':status': number }];
    return headers;
  }
  return {
    session,
    start,
    headOf,
    async send(path: string, headers: OutgoingHttpHeaders = {}, body = ''): Promise<Http2Answer> {
      const stream = start(path, headers);
      stream.end(body);
      const head = await headOf(stream);
      return { status: head[':status'], headers: head, text: (await buffer(stream)).toString() };
    },
  };
}
