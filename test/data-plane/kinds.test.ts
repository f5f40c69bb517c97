import { expect, it } from '@jest/globals';
import { send } from '../support/http.js';
import { startGateway } from './support/gateway.js';
import { begin } from './support/rpc.js';
import { startReplica } from './support/replica.js';
import { routeTo } from './support/upstream.js';

const TOOL = { kind: 'tool', resourceId: 'tool-1' } as const;

it('a tool does not make an adapter of the same name exist', async () => {
  const { endpoint } = await startReplica();
  const gateway = await startGateway({ routes: [{ ...routeTo(endpoint), ...TOOL }] });
  const answer = await send(`${gateway.url}/adapters/echo/mcp`, { body: '{}' });
  expect(answer.status).toBe(404);
  expect(JSON.parse(answer.text)).toMatchObject({ error: { data: { code: 'ADAPTER_NOT_FOUND' } } });
});

it('requests and sessions of an adapter stay with its own replicas while a tool has its name', async () => {
  const [adapter, tool] = [await startReplica(), await startReplica()];
  const gateway = await startGateway({
    routes: [routeTo(adapter.endpoint), { ...routeTo(tool.endpoint), ...TOOL }],
  });
  for (let i = 0; i < 5; i += 1) await begin(gateway.url);
  expect(gateway.sessions.countOn(adapter.endpoint.id)).toBe(5);
  expect(gateway.sessions.countOn(tool.endpoint.id)).toBe(0);
});
