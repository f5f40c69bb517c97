import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterTest } from '../../support/clean-up.js';
import { waitFor } from '../../support/wait.js';

export const FRAME = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goaway: 7 } as const;
export const FLAG = { ack: 1, endStream: 1, endHeaders: 4 } as const;

const FRAME_HEAD_BYTES = 9;
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

export interface Frame {
  type: number;
  flags: number;
  stream: number;
  payload: Buffer;
}

/** RFC 9113 §4.1 */
export function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(FRAME_HEAD_BYTES);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A HEADERS frame with every field as a literal (RFC 7541 §6.2.2), so that no encoder changes the bytes. */
export function headers(stream: number, fields: readonly (readonly [string, string])[], flags: number): Buffer {
  const literal = (text: string) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'latin1')]);
  const block = fields.flatMap(([name, value]) => [Buffer.from([0]), literal(name), literal(value)]);
  return frame(FRAME.headers, FLAG.endHeaders | flags, stream, Buffer.concat(block));
}

/** A connection of HTTP/2 on which a test decides every frame. */
export function rawHttp2(url: string, ca?: Buffer) {
  const { hostname, port } = new URL(url);
  const socket = ca
    ? connectTls({ host: hostname, port: Number(port), ca, ALPNProtocols: ['h2'] })
    : connectTcp(Number(port), hostname);
  const frames: Frame[] = [];
  let rest = Buffer.alloc(0);
  let isClosed = false;
  socket.on('error', () => {}).on('close', () => (isClosed = true));
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let end = frameEnd(rest); end <= rest.length; end = frameEnd(rest)) {
      const [type = 0, flags = 0] = rest.subarray(3, 5);
      frames.push({ type, flags, stream: rest.readUInt32BE(5), payload: rest.subarray(FRAME_HEAD_BYTES, end) });
      rest = rest.subarray(end);
    }
  });
  afterTest(() => socket.destroy());
  socket.write(Buffer.concat([Buffer.from(PREFACE), frame(FRAME.settings, 0, 0)]));
  return {
    write: (...sent: Buffer[]) => void socket.write(Buffer.concat(sent)),
    isClosed: () => isClosed,
    /** Resolves with the first frame of that type on that stream. @throws Error when the connection ends before */
    async next(type: number, stream: number): Promise<Frame> {
      return waitFor(`a frame of type ${type} on stream ${stream}`, () => {
        const found = frames.find((each) => each.type === type && each.stream === stream);
        if (!found && isClosed) throw new Error(`the connection ended after ${JSON.stringify(frames)}`);
        return found;
      });
    },
  };
}

const frameEnd = (bytes: Buffer): number =>
  bytes.length < FRAME_HEAD_BYTES ? Infinity : FRAME_HEAD_BYTES + bytes.readUIntBE(0, 3);
