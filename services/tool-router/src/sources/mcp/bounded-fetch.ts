import type { FetchLike } from '@modelcontextprotocol/client';
import { createEgress, type Egress, EGRESS_CONNECT_MS } from '@mcp-gateway/platform/egress';
import { refuseCompressed } from '../http/read-answer.js';
import { Agent, buildConnector, fetch as undiciFetch, type RequestInit as UndiciRequestInit } from 'undici';

/** Of one answer to a POST, and of one event on the stream of a server: room for images. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
const CONNECT_MS = 3_000;
const MAX_CONNECTIONS = 4_000;

/** Of a request to a server that runs elsewhere: it goes only where the operator permits. */
export interface RemoteRequestInit extends RequestInit {
  isRemote?: true;
}

export interface ServerFetch {
  fetch: FetchLike;
  close(): Promise<void>;
}

/**
 * How the SDK reaches MCP servers. Time is bounded by the signals of the requests: a stream may be quiet for as long as it likes.
 * The SDK follows redirects within the origin of a server only.
 * @param egress of requests with `isRemote`; default: to public addresses only
 */
export function serverFetch(egress: Egress = createEgress({ allowedNetworks: [] })): ServerFetch {
  const near = agentsWith({ timeout: CONNECT_MS });
  const connector = buildConnector({ timeout: EGRESS_CONNECT_MS, lookup: egress.lookup, allowH2: false });
  const remote = agentsWith(egress.connector(connector));
  return {
    async fetch(url, init: RemoteRequestInit = {}) {
      const { isRemote, ...asked } = init;
      const { streams, calls } = isRemote ? remote : near;
      const isStream = asked.method === 'GET';
      const headers = new Headers(asked.headers);
      headers.set('accept-encoding', 'identity'); // the bounds count what arrives, and a few bytes may stand for very many
      const request = { ...asked, headers, dispatcher: isStream ? streams : calls } as unknown as UndiciRequestInit;
      const response = (await undiciFetch(url, request)) as unknown as Response;
      refuseCompressed(response.headers.get('content-encoding'), () => void response.body?.cancel().catch(() => {}));
      return isStream && response.body ? withBoundedEvents(response, response.body) : response;
    },
    close: async () =>
      void (await Promise.all([near, remote].flatMap(({ streams, calls }) => [streams.destroy(), calls.destroy()]))),
  };
}

function agentsWith(connect: buildConnector.connector | buildConnector.BuildOptions) {
  const options = { connect, connections: MAX_CONNECTIONS, headersTimeout: 0, bodyTimeout: 0 };
  return { calls: new Agent({ ...options, maxResponseSize: MAX_MESSAGE_BYTES }), streams: new Agent(options) };
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
