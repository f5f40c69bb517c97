/** About a kilobyte each way, like most tool calls. */
const FILLER = 'a kilobyte of arguments, '.repeat(36);

const message = (method, params) => JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });

export const MESSAGE = message('tools/call', { name: 'echo', arguments: { text: FILLER } });
export const INITIALIZE = message('initialize', {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'bench', version: '1.0.0' },
});
export const ANSWER = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  result: { content: [{ type: 'text', text: FILLER }], protocolVersion: '2025-11-25' },
});
export const EVENT = `event: message\ndata: ${ANSWER}\n\n`;

/** The server gives every session this id. */
export const SESSION = '5a1e1a0e-7f6c-4a0c-9a5d-2f1c5f0c9b1d';

const COMMON = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
export const LEGACY = { ...COMMON, 'mcp-protocol-version': '2025-11-25' };
export const MODERN = {
  ...COMMON,
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': 'tools/call',
  'mcp-name': 'echo',
};
