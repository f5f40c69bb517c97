import type { FetchLike } from '@modelcontextprotocol/client';
import { Agent, fetch as undiciFetch, type RequestInit as UndiciRequestInit } from 'undici';

/** Of one answer to a POST, and of one event on the stream of a server: room for images. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
const CONNECT_MS = 3_000;
const MAX_CONNECTIONS = 4_000;

export interface ServerFetch {
  fetch: FetchLike;
  close(): Promise<void>;
}

/**
 * How the SDK reaches MCP servers. Time is bounded by the signals of the requests: a stream may be quiet for as long as it likes.
 * The SDK follows redirects within the origin of a server only.
 */
export function serverFetch(): ServerFetch {
  const options = { connect: { timeout: CONNECT_MS }, connections: MAX_CONNECTIONS, headersTimeout: 0, bodyTimeout: 0 };
  const calls = new Agent({ ...options, maxResponseSize: MAX_MESSAGE_BYTES });
  const streams = new Agent(options);
  return {
    async fetch(url, init) {
      const isStream = init?.method === 'GET';
      const request = { ...init, dispatcher: isStream ? streams : calls } as UndiciRequestInit;
      const response = (await undiciFetch(url, request)) as unknown as Response;
      return isStream && response.body ? withBoundedEvents(response, response.body) : response;
    },
    close: async () => void (await Promise.all([calls.destroy(), streams.destroy()])),
  };
}

const BLANK_LINE = /\r?\n\r?\n|\r\r/;

/** A single event must not fill the memory; all of them together may be as long as they like. */
function withBoundedEvents({ status, statusText, headers }: Response, body: ReadableStream<Uint8Array>): Response {
  let bytes = 0;
  const bound = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes = BLANK_LINE.test(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1'))
        ? 0
        : bytes + chunk.length;
      if (bytes > MAX_MESSAGE_BYTES) controller.error(new Error(`an event has more than ${MAX_MESSAGE_BYTES} bytes`));
      else controller.enqueue(chunk);
    },
  });
  return new Response(body.pipeThrough(bound), { status, statusText, headers });
}
