/** Raw HTTP requests, for details that the SDK's clients hide. */
export const POST_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

export const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};

export function post(url: string, message: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { ...POST_HEADERS, ...headers }, body: JSON.stringify(message) });
}

/** Opens a session and returns its id. */
export async function initialize(url: string): Promise<string> {
  const response = await post(url, INITIALIZE);
  await response.text();
  return response.headers.get('mcp-session-id') as string;
}

/** Opens the session's own event stream. */
export function openStream(url: string, session: string, signal?: AbortSignal): Promise<Response> {
  const headers = { accept: 'text/event-stream', 'mcp-session-id': session };
  return fetch(url, { headers, ...(signal && { signal }) });
}

export const callTool = (id: number, name: string, args: object = {}) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
});
