import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { isEventStream } from '@mcp-gateway/protocol';
import type { Log } from '../log.js';
import { readBody } from '../message.js';
import { Sessions } from '../sessions.js';
import type { Settings } from '../settings.js';
import type { Target } from '../target.js';
import { RemoteServer, requestHeaders } from './remote-server.js';
import { ssePeerStarter } from './sse-peer.js';

/** Statuses by which a server of the older transport refuses a POST (MCP 2025-11-25, transports, backwards compatibility). */
const NO_STREAMABLE_HTTP = new Set([400, 404, 405]);
const PROBE_MS = 10_000;

/**
 * Forwards to a remote server: byte for byte if it speaks streamable HTTP, with a session of the bridge for each client if it only speaks
 * the older transport.
 */
export function remoteTarget(settings: Settings & { target: { kind: 'remote' } }, log: Log): Target {
  const { target, maxMessageBytes, requestMs } = settings;
  const server = new RemoteServer({ url: target.url, headers: target.headers, requestMs });
  const startPeer = ssePeerStarter({ server, maxMessageBytes, log });
  const first = firstAnswer(server, log);
  let older: Sessions | undefined;

  async function post(req: IncomingMessage, res: ServerResponse, body: Buffer): Promise<void> {
    if (older) return older.post(readBody(body.toString()), req, res);
    if (!isInitialize(body)) return server.forward(req, res, body);
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    const response = await server.send('POST', requestHeaders(req), body, gone.signal);
    if (NO_STREAMABLE_HTTP.has(response.statusCode) && (await opensOlderStream(server))) {
      await response.body.dump();
      log(`mcp-bridge: ${target.url.host} speaks the older HTTP transport with SSE`);
      older = new Sessions({ ...settings, startPeer, log });
      return older.post(readBody(body.toString()), req, res);
    }
    return server.answer(response, res);
  }

  return {
    post,
    get: (req, res) => (older ? older.get(req, res) : server.forward(req, res, undefined)),
    delete: (req, res) => (older ? older.delete(req, res) : server.forward(req, res, undefined)),
    obstacle: first.obstacle,
    async close() {
      first.stop();
      await older?.close();
      await server.close();
    },
  };
}

const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 15_000;

/**
 * Asks until the server has answered for the first time, so that a wrong URL or a network without a way to it shows in the health check
 * and not at the first client. A server that goes away later is reported to its clients.
 */
function firstAnswer(server: RemoteServer, log: Log) {
  let obstacle: string | null = `${server.url.host} has not answered yet`;
  const stopped = new AbortController();
  void (async () => {
    for (let pause = FIRST_PAUSE_MS; !stopped.signal.aborted; pause = Math.min(pause * 2, MAX_PAUSE_MS)) {
      try {
        await server.reach(AbortSignal.any([stopped.signal, AbortSignal.timeout(PROBE_MS)]));
        obstacle = null;
        return;
      } catch (error) {
        if (stopped.signal.aborted) return;
        const { message } = error as Error;
        if (message !== obstacle) log(`mcp-bridge: ${message}`);
        obstacle = message;
      }
      await sleep(pause, undefined, { signal: stopped.signal, ref: false }).catch(() => {});
    }
  })();
  return { obstacle: () => obstacle, stop: () => stopped.abort() };
}

function isInitialize(body: Buffer): boolean {
  try {
    return readBody(body.toString()).messages[0]?.method === 'initialize';
  } catch {
    return false; // the server says what is wrong with it
  }
}

/** Whether GET opens an event stream that begins with an `endpoint` event. */
async function opensOlderStream(server: RemoteServer): Promise<boolean> {
  const gone = new AbortController();
  const late = setTimeout(() => gone.abort(), PROBE_MS);
  try {
    const { statusCode, headers, body } = await server.send(
      'GET',
      { accept: 'text/event-stream' },
      undefined,
      gone.signal,
    );
    if (statusCode !== 200 || !isEventStream(String(headers['content-type']))) return false;
    let text = '';
    for await (const chunk of body as AsyncIterable<Buffer>) {
      text += chunk.toString();
      if (/^event: ?endpoint$/m.test(text)) return true;
      if (text.length > 4_096) return false;
    }
    return false;
  } catch {
    return false;
  } finally {
    clearTimeout(late);
    gone.abort();
  }
}
