// Opens a first session at a running gateway: registers the example server, waits until it is ready, and calls a tool.
//   [TOKEN=…] node test/compose/call.mjs [URL]
import { setTimeout as delay } from 'node:timers/promises';

const [url = 'http://127.0.0.1:8000'] = process.argv.slice(2);
const NAME = 'mcp-example';
const READY_MS = 60_000;
const VERSION = '2026-07-28';
const { TOKEN } = process.env;

/**
 * @param {string} path
 * @param {Record<string, string>} [headers]
 * @param {object} [body] makes the request a POST
 */
async function request(path, headers = {}, body) {
  const response = await fetch(`${url}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(TOKEN && { authorization: `Bearer ${TOKEN}` }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  if (!response.ok && response.status !== 409) throw new Error(`${path} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}

await request('/adapters', {}, { name: NAME, imageName: NAME, imageVersion: '0.1.0', replicaCount: 2 });

const deadline = Date.now() + READY_MS;
for (;;) {
  const status = await request(`/adapters/${NAME}/status`);
  if (status.phase === 'Ready') break;
  if (Date.now() > deadline) throw new Error(`not ready: ${JSON.stringify(status)}`);
  await delay(500);
}

const _meta = {
  'io.modelcontextprotocol/protocolVersion': VERSION,
  'io.modelcontextprotocol/clientInfo': { name: 'call', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};
const headers = {
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': VERSION,
  'mcp-method': 'tools/call',
  'mcp-name': 'add',
};
const params = { name: 'add', arguments: { a: 2, b: 3 }, _meta };
const { result } = await request(`/adapters/${NAME}/mcp`, headers, {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params,
});
if (result?.content[0].text !== '5') throw new Error(`2 + 3 is not ${JSON.stringify(result)}`);
console.log(`2 + 3 = ${result.content[0].text}, by ${url}/adapters/${NAME}/mcp`);
