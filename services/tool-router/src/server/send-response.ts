import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';

type Body = NonNullable<Response['body']>;
type Reader = ReadableStreamDefaultReader<Uint8Array>;
type Read = Awaited<ReturnType<Reader['read']>>;

/** Until then, an answer may be JSON; later, the client and all between learn that the call is under way. */
const SOON_MS = 50;

/** Sends a response that is no event stream. */
export async function sendWhole(
  response: Response,
  res: ServerResponse,
  statusOf: (status: number, body: Buffer) => number,
): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  const headers = { ...Object.fromEntries(response.headers), 'content-length': body.length };
  res.writeHead(statusOf(response.status, body), headers).end(body);
}

/**
 * Sends an event stream. Resolves when it is sent, or when the client has disconnected.
 *
 * The SDK opens a stream for each request of a session. If the first thing on it is the answer, and comes soon, the client gets
 * that as JSON (MCP 2025-11-25, transports, sending messages): one packet in place of three, at each hop.
 * @param mayBeJson the stream belongs to a request, and is not the one on which a session is told things
 */
export async function sendEvents(response: Response, body: Body, res: ServerResponse, mayBeJson: boolean) {
  const reader = body.getReader();
  // A client that disconnects cancels the source at once; otherwise its session would refuse the next stream with 409.
  res.once('close', () => void reader.cancel().catch(() => {}));
  const reads = [reader.read()];
  if (mayBeJson) {
    const answer = await soleAnswer(reader, reads);
    if (answer) return sendJson(response, answer, res);
  }
  res.writeHead(response.status, Object.fromEntries(response.headers));
  // Node delays the head until the first byte of the body: a quiet event stream would look hung.
  res.flushHeaders();
  await pipeline(chunksOf(reader, reads), res).catch(() => {});
}

function sendJson({ status, headers }: Response, body: Uint8Array, res: ServerResponse): void {
  const session = headers.get('mcp-session-id');
  res
    .writeHead(status, {
      'content-type': 'application/json',
      'content-length': body.length,
      ...(session !== null && { 'mcp-session-id': session }),
    })
    .end(body);
}

/**
 * The answer, if it comes soon and as the only message.
 * @param reads what has been read, or is being read: it is sent if this is not the case
 */
async function soleAnswer(reader: Reader, reads: Promise<Read>[]): Promise<Uint8Array | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(late.resolve, SOON_MS, undefined);
  const first = await Promise.race([reads[0], late.promise]);
  clearTimeout(timer);
  const message = first?.value && dataOf(first.value);
  if (!message) return undefined;
  const next = reader.read();
  reads.push(next);
  const end = await Promise.race([next, nextTurn()]); // the SDK ends the stream as soon as it has written the answer
  return end?.done ? message : undefined;
}

const BEFORE = Buffer.from('event: message\ndata: ');
const AFTER = Buffer.from('\n\n');

/** The data of an event, as the SDK writes one: JSON on one line. */
function dataOf(chunk: Uint8Array): Uint8Array | undefined {
  const event = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const isEvent = event.subarray(0, BEFORE.length).equals(BEFORE) && event.subarray(-AFTER.length).equals(AFTER);
  return isEvent ? event.subarray(BEFORE.length, -AFTER.length) : undefined;
}

async function* chunksOf(reader: Reader, reads: Promise<Read>[]): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { value, done } = await (reads.shift() ?? reader.read());
    if (done) return;
    yield value;
  }
}
