import { Pool } from 'undici';

const TIMEOUT_MS = 60_000;
const HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': '2025-11-25',
};

/**
 * A session of MCP 2025-11-25, with as little work of its own as possible.
 * @param url of the MCP endpoint
 */
export async function openSession(url, connections = 1) {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
  let headers = HEADERS;
  let id = 0;

  async function send(message) {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    const answer = await pool.request({ method: 'POST', path: pathname, headers, body });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${url} answered ${answer.statusCode}: ${text}`);
    return { session: answer.headers['mcp-session-id'], text, type: answer.headers['content-type'] ?? '' };
  }

  async function request(method, params = {}) {
    const { text, type, session } = await send({ id: (id += 1), method, params });
    const answer = JSON.parse(type.startsWith('text/event-stream') ? dataIn(text) : text);
    if (!answer.result || answer.result.isError)
      throw new Error(`${url} answered ${method} with ${text.slice(0, 500)}`);
    return { result: answer.result, session };
  }

  const clientInfo = { name: 'bench', version: '1.0.0' };
  const opened = await request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
  if (opened.session) headers = { ...HEADERS, 'mcp-session-id': opened.session };
  await send({ method: 'notifications/initialized' });
  return {
    request: async (method, params) => (await request(method, params)).result,
    close: () => pool.close(),
  };
}

/** The last message of an event stream; those before it are notifications. */
const dataIn = (stream) =>
  stream
    .trim()
    .split('\n')
    .findLast((line) => line.startsWith('data:') && line.length > 6)
    .slice(5);

/** Every tool that the server lists, of all pages. */
export async function listTools({ request }) {
  const tools = [];
  let cursor;
  do {
    const page = await request('tools/list', cursor === undefined ? {} : { cursor });
    tools.push(...page.tools);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return tools;
}
