import { Readable } from 'node:stream';
import type { FetchLike } from '@modelcontextprotocol/client';
import { createEgress, type Egress, EGRESS_CONNECT_MS } from '@mcp-gateway/platform/egress';
import { isEventStream } from '@mcp-gateway/protocol';
import { discard, refuseCompressed } from '../http/read-answer.js';
import { Agent, buildConnector, fetch as undiciFetch, request, type RequestInit as UndiciRequestInit } from 'undici';

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
      const headers = new Headers(asked.headers);
      headers.set('accept-encoding', 'identity'); // the bounds count what arrives, and a few bytes may stand for very many
      if (asked.method === 'POST' && typeof asked.body === 'string') {
        return post(url, { headers, body: asked.body, signal: asked.signal, dispatcher: calls });
      }
      const isStream = asked.method === 'GET';
      const options = { ...asked, headers, dispatcher: isStream ? streams : calls } as unknown as UndiciRequestInit;
      const response = (await undiciFetch(url, options)) as unknown as Response;
      refuseCompressed(response.headers.get('content-encoding'), () => void response.body?.cancel().catch(() => {}));
      return isStream && response.body ? withBoundedEvents(response, response.body) : response;
    },
    close: async () =>
      void (await Promise.all([near, remote].flatMap(({ streams, calls }) => [streams.destroy(), calls.destroy()]))),
  };
}

interface Post {
  headers: Headers;
  body: string;
  signal: AbortSignal | null | undefined;
  dispatcher: Agent;
}

const NO_BODY = new Set([204, 205, 304]);

/** A message for a server. `fetch` would do the same in twice the time: it puts each body into three streams. */
async function post(url: string | URL, { headers, body, signal, dispatcher }: Post): Promise<Response> {
  if (!headers.has('user-agent')) headers.set('user-agent', 'mcp-gateway'); // some servers refuse requests without
  const given = Object.fromEntries(headers);
  const answer = await request(url, { method: 'POST', headers: given, body, signal: signal ?? null, dispatcher });
  const { statusCode: status, headers: answered } = answer;
  refuseCompressed(answered['content-encoding'], () => discard(answer.body));
  const received = new Headers();
  for (const [name, value = ''] of Object.entries(answered)) {
    for (const each of Array.isArray(value) ? value : [value]) received.append(name, each);
  }
  if (isEventStream(received.get('content-type') ?? '')) {
    return new Response(Readable.toWeb(answer.body) as ReadableStream<Uint8Array>, { status, headers: received });
  }
  const content = await answer.body.bytes();
  return new Response(NO_BODY.has(status) ? null : (content as Uint8Array<ArrayBuffer>), { status, headers: received });
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
