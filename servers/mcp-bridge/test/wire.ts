import { readEvents } from '@mcp-gateway/protocol';

export interface Answer {
  status: number;
  headers: Headers;
  /** The messages of the answer, of JSON or of an event stream. */
  messages: Rpc[];
}
interface Rpc {
  id?: unknown;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { code: number; message: string };
}

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/** @param message a text is sent as it is */
export function send(url: string, message: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const body = typeof message === 'string' ? message : JSON.stringify(message);
  return fetch(url, { method: 'POST', headers: { ...HEADERS, ...headers }, body });
}

export async function post(url: string, message: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await send(url, message, headers);
  const text = await response.text();
  const isStream = response.headers.get('content-type') === 'text/event-stream';
  const messages = isStream ? readEvents(text).events.map(({ data }) => JSON.parse(data) as Rpc) : parsed(text);
  return { status: response.status, headers: response.headers, messages };
}

const parsed = (text: string): Rpc[] => (text === '' ? [] : ([JSON.parse(text)].flat() as Rpc[]));

export const request = (id: unknown, method: string, params: object = {}) => ({ jsonrpc: '2.0', id, method, params });

export const initialize = (id: unknown = 1, protocolVersion = '2025-11-25') =>
  request(id, 'initialize', { protocolVersion, capabilities: {}, clientInfo: { name: 'test', version: '1' } });

/** Opens a session; the headers that belong to it. */
export async function openSession(url: string): Promise<{ 'mcp-session-id': string }> {
  const { headers, messages } = await post(url, initialize());
  const id = headers.get('mcp-session-id');
  if (id === null) throw new Error(JSON.stringify(messages));
  await post(url, { jsonrpc: '2.0', method: 'notifications/initialized' }, { 'mcp-session-id': id });
  return { 'mcp-session-id': id };
}

export const openStream = (url: string, session: Record<string, string>, signal?: AbortSignal): Promise<Response> =>
  fetch(url, { headers: { accept: 'text/event-stream', ...session }, ...(signal && { signal }) });

export const end = (url: string, session: Record<string, string>): Promise<Response> =>
  fetch(url, { method: 'DELETE', headers: session });
