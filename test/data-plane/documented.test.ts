import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { send } from '../support/http.js';
import { startGateway } from './support/gateway.js';
import { announce, toolset, WITH_SECRET } from './support/tool-router.js';
import { routeTo, startUpstream } from './support/upstream.js';

interface Document {
  paths: Record<string, Record<string, { tags?: string[] }>>;
}

it('the data plane serves the MCP paths of the OpenAPI document with exactly the documented methods', async () => {
  const file = new URL('../../openapi/mcp-gateway.openapi.json', import.meta.url);
  const { paths } = JSON.parse(await readFile(file, 'utf8')) as Document;
  const { endpoint } = await startUpstream((req, res) => void req.resume().once('end', () => res.end('{}')));
  const gateway = await startGateway({
    ...WITH_SECRET,
    routes: [routeTo(endpoint, { affinity: 'none' }), toolset('echo', { affinity: 'none' })],
  });
  await announce(gateway, { endpoint: { ...endpoint, id: 'router' } });
  const { url } = gateway;

  const ofMcp = Object.entries(paths).filter(([, path]) =>
    Object.values(path).some(({ tags }) => tags?.includes('mcp')),
  );
  expect(ofMcp.map(([path]) => path)).toEqual([
    '/adapters/{name}/mcp',
    '/adapters/{name}/sse',
    '/adapters/{name}/messages',
    '/mcp',
    '/mcp/t/{name}',
  ]);
  for (const [path, operations] of ofMcp) {
    for (const method of ['get', 'post', 'delete', 'put', 'patch']) {
      const body = method === 'post' ? { body: '{}' } : {};
      const { status } = await send(`${url}${path.replace('{name}', 'echo')}`, {
        method: method.toUpperCase(),
        ...body,
      });
      expect([method, path, status === 405]).toEqual([method, path, !(method in operations)]);
    }
  }
});
