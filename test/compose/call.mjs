// Opens a first session at a running gateway: registers the example server, waits until it is ready, and calls a tool. Then does the same
// with a stdio server.
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

/** @param {{ name: string } & Record<string, unknown>} spec */
async function register(spec) {
  await request('/adapters', {}, { imageVersion: '0.1.0', ...spec });
  const deadline = Date.now() + READY_MS;
  for (;;) {
    const status = await request(`/adapters/${spec.name}/status`);
    if (status.phase === 'Ready') break;
    if (Date.now() > deadline) throw new Error(`not ready: ${JSON.stringify(status)}`);
    await delay(500);
  }
}

await register({ name: NAME, imageName: NAME, replicaCount: 2 });

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

/** It answers each line with its name. */
const STDIO = `require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id } = JSON.parse(line);
  const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'stdio', version: '1' } };
  if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, result }));
})`;
const environmentVariables = { MCP_COMMAND: 'node', MCP_ARGS: JSON.stringify(['-e', STDIO]) };
await register({ name: 'stdio', imageName: 'mcp-proxy', environmentVariables });
const { result: greeting } = await request(
  '/adapters/stdio/mcp',
  { accept: 'application/json' },
  {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'call', version: '1' } },
  },
);
if (greeting?.serverInfo.name !== 'stdio') throw new Error(`the stdio server says ${JSON.stringify(greeting)}`);
console.log(`a stdio server answers at ${url}/adapters/stdio/mcp`);
