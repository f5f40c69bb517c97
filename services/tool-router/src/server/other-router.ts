import type { JSONRPCMessage, Notification, Result } from '@modelcontextprotocol/server';
import { ProtocolError } from '@modelcontextprotocol/server';
import { isEventStream, readEvents } from '@mcp-gateway/protocol';
import { invalidState } from '../calls/request-state.js';

/** Marks a request that a router has handed on: it goes no further. No client's header of this name passes a data plane. */
const HANDED_ON = 'x-mcp-gateway-handed-on';
/** What a router reads of a request from a data plane. */
const KEPT =
  /^(accept|content-type|mcp-protocol-version|mcp-method|mcp-name|mcp-param-.*|x-mcp-gateway-.*|x-request-id)$/;

export interface HandedOn {
  /** As the data plane has sent it. */
  request: Request;
  message: { id: string | number; method: string; params: Record<string, unknown> };
  signal: AbortSignal;
  notify: (notification: Notification) => void;
}

/**
 * Sends a request to the router that has the call which it continues, and hands its answer back.
 * @param router its origin, from a state that a router has sealed
 * @throws ProtocolError that the other router answers, or -32602 when it is gone: its calls have gone with it
 */
export async function sendToRouter(router: string, { request, message, signal, notify }: HandedOn): Promise<Result> {
  if (request.headers.has(HANDED_ON)) throw invalidState();
  const headers = new Headers([...request.headers].filter(([name]) => KEPT.test(name)));
  headers.set(HANDED_ON, '1');
  const { pathname } = new URL(request.url);
  const body = JSON.stringify({ jsonrpc: '2.0', ...message });
  const options = { method: 'POST', headers, body, signal, redirect: 'error' } as const;
  const response = await fetch(new URL(pathname, router), options).catch(() => {
    signal.throwIfAborted();
    throw invalidState();
  });
  const text = await response.text();
  for (const each of isEventStream(response.headers.get('content-type') ?? '') ? dataIn(text) : [text]) {
    const answer = JSON.parse(each) as JSONRPCMessage;
    if ('method' in answer) notify(answer);
    else if ('error' in answer) throw new ProtocolError(answer.error.code, answer.error.message, answer.error.data);
    else return answer.result;
  }
  throw invalidState();
}

const dataIn = (text: string): string[] => readEvents(`${text}\n\n`).events.map(({ data }) => data);
