import { beforeEach, describe, expect, it } from '@jest/globals';
import { send } from '../support/http.js';
import { type DataPlane, type Gateway, startGateway } from './support/gateway.js';
import { startReplica, type Replica } from './support/replica.js';
import { answerOf, message } from './support/rpc.js';
import { INITIALIZE } from './support/session-server.js';
import { announce, WITH_SECRET } from './support/tool-router.js';
import { waitFor } from '../support/wait.js';

describe('a session at /mcp of two tool routers and two data planes', () => {
  let gateway: Gateway;
  let second: DataPlane;
  let routers: Replica[];
  let announced: Awaited<ReturnType<typeof announce>>[];
  let session: string;

  beforeEach(async () => {
    gateway = await startGateway(WITH_SECRET);
    second = await gateway.join();
    routers = [await startReplica({ events: true }), await startReplica({ events: true })];
    announced = [];
    for (const router of routers) announced.push(await announce(gateway, router, [second]));
    const answer = await send(`${gateway.url}/mcp`, { body: INITIALIZE });
    session = answer.header('mcp-session-id') ?? '';
  });

  const call = async (url: string) => {
    const headers = { 'Mcp-Session-Id': session, 'Mcp-Protocol-Version': '2025-11-25' };
    const answer = answerOf(await send(`${url}/mcp`, { headers, body: message('tools/call', { name: 'who' }) }));
    return [answer.status, answer.json?.result?.content[0].text as string] as const;
  };

  it('stays at its router, whichever data plane gets the request', async () => {
    const [status, home] = await call(gateway.url);
    expect(status).toBe(200);
    for (const url of [second.url, gateway.url, second.url]) expect(await call(url)).toEqual([200, home]);
  });

  it('continues at the other router when its own is killed, and is announced as running still', async () => {
    const [, home] = await call(gateway.url);
    const [dead, other] = routers.toSorted((a) => (a.endpoint.id === home ? -1 : 1)) as [Replica, Replica];
    await dead.kill();
    for (const url of [second.url, gateway.url, second.url]) {
      expect(await call(url)).toEqual([200, other.endpoint.id]);
    }
    const { headers } = other.received[0] ?? {};
    expect(headers?.['x-mcp-gateway-principal']).toBeDefined(); // of the replayed initialize
  });

  it('moves off a router that drains', async () => {
    const [, home] = await call(gateway.url);
    const at = routers.findIndex(({ endpoint }) => endpoint.id === home);
    const other = routers[1 - at] as Replica;
    await announced[at]?.drain(new Date(Date.now() + 60_000));
    await waitFor('the session to move', async () => (await call(second.url))[1] === other.endpoint.id);
  });
});
