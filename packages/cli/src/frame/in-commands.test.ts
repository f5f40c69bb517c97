import { expect, it } from '@jest/globals';
import { inCommands } from './in-commands.js';

it.each([
  ['GET /adapters lists those', '`mcp-gateway adapters list` lists those'],
  ['GET /tools/search/definition-changes shows', '`mcp-gateway definitions list search` shows'],
  ['GET /tools/a/status says why', '`mcp-gateway status tool/a` says why'],
  ['GET /adapters/a/logs?instance=2 shows', '`mcp-gateway logs adapter/a -i 2` shows'],
  ['with PUT /adapters/a if it is yours', 'with `mcp-gateway adapters update a` if it is yours'],
  ['DELETE /api-keys/{id}; GET /api-keys lists', '`mcp-gateway api-keys delete ID`; `mcp-gateway api-keys list` lists'],
  ['DELETE /adapters/{name}/sessions/{id}', '`mcp-gateway sessions delete NAME ID`'],
  ['Correct the spec with PUT. It', 'Correct the spec with `mcp-gateway apply`. It'],
  [
    'It is scaled to zero. PUT it with a replicaCount',
    'It is scaled to zero. Use `mcp-gateway apply` with a replicaCount',
  ],
  ['definitions change with PUT only', 'definitions change with PUT only'],
  ['GET /adapters/a/mcp is no page', 'GET /adapters/a/mcp is no page'],
])('%s: %s', (said, shown) => {
  expect(inCommands(said)).toBe(shown);
});
