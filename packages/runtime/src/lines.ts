import type { Readable } from 'node:stream';

const NEWLINE = 0x0a;
/** More than the largest object that the Kubernetes API server stores. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/**
 * The complete lines of a stream of JSON lines. The rest after the last newline is dropped.
 * @throws Error when a line is longer than 16 MiB
 */
export async function* readLines(stream: Readable): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      yield Buffer.concat([...parts, chunk.subarray(start, end)]).toString();
      parts = [];
      length = 0;
      start = end + 1;
    }
    if (start === chunk.length) continue;
    parts.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > MAX_LINE_BYTES) throw new Error(`a line of the stream is longer than ${MAX_LINE_BYTES} bytes`);
  }
}
