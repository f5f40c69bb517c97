import { createParser } from 'eventsource-parser';
import { ConnectionError } from './errors.js';

/** An event of a `text/event-stream` (HTML Living Standard §9.2). */
export interface ServerSentEvent {
  id?: string | undefined;
  event?: string | undefined;
  data: string;
}

/** A longer line is given in parts, so that a server without line ends does not fill the memory. */
const MAX_LINE_CHARS = 4 * 1024 * 1024;

type Body = ReadableStream<Uint8Array<ArrayBuffer>>;

/**
 * What a body has, as it arrives: lines of text, values of NDJSON, or server-sent events, by the content type. When the caller
 * stops to iterate, the request ends.
 * @throws ConnectionError when the answer breaks off
 */
export function itemsOf(response: Response): AsyncGenerator<unknown, void> {
  const type = response.headers.get('content-type') ?? '';
  const body = response.body ?? new Blob([]).stream();
  if (type.startsWith('text/event-stream')) return eventsOf(body);
  return type.startsWith('application/x-ndjson') ? valuesOf(body) : linesOf(body);
}

/** The lines of a text, without their ends. */
async function* linesOf(body: Body): AsyncGenerator<string, void> {
  let rest = '';
  for await (const text of textOf(body)) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
    if (rest.length < MAX_LINE_CHARS) continue;
    yield rest;
    rest = '';
  }
  if (rest) yield rest;
}

async function* valuesOf(body: Body): AsyncGenerator<unknown, void> {
  for await (const line of linesOf(body)) if (line.trim()) yield parsed(line);
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new ConnectionError('interrupted', 'the answer has a line that is not JSON; it probably broke off', {
      cause,
    });
  }
}

async function* eventsOf(body: Body): AsyncGenerator<ServerSentEvent, void> {
  const events: ServerSentEvent[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event), maxBufferSize: MAX_LINE_CHARS });
  for await (const text of textOf(body)) {
    parser.feed(text);
    yield* events.splice(0);
  }
}

/** Not every browser iterates a stream by itself. */
async function* textOf(body: Body): AsyncGenerator<string, void> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (cause) {
    if ((cause as Error | undefined)?.name === 'AbortError') throw cause;
    throw new ConnectionError('interrupted', 'the answer broke off', { cause });
  } finally {
    await reader.cancel().catch(() => {});
  }
}
