import { describe, expect, it } from '@jest/globals';
import { startGateway } from './support/gateway.js';
import { startReplica } from './support/replica.js';
import { begin, callTool, rpc, whereIs } from './support/rpc.js';
import { routeTo } from './support/upstream.js';

/** A replica that is silent, and whose connections stay open. */
describe('a replica that has left the routes because its machine has vanished', () => {
  async function start(events: boolean, method: string, leaveMs: number) {
    const [first, second] = [await startReplica({ events }), await startReplica({ events })];
    const gateway = await startGateway({ routes: [routeTo(first.endpoint)], timeoutMs: 600_000, leaveMs });
    const session = await begin(gateway.url);
    const held = first.hold(method);
    const leave = () => gateway.publish(routeTo(second.endpoint));
    return { gateway, session, held, leave, second };
  }

  it.each([false, true])(
    'has a list under way answered by the next replica; in an event stream: %s',
    async (events) => {
      const { gateway, session, held, leave, second } = await start(events, 'tools/list', 300);
      const list = rpc(gateway.url, session, 'tools/list');
      await held;
      await leave();
      expect((await list).json.result.name).toBe(second.endpoint.id);
    },
  );

  it.each([false, true])(
    'gets an error for a call under way that says that it may have run; in an event stream: %s',
    async (events) => {
      const { gateway, session, held, leave } = await start(events, 'tools/call', 300);
      const call = callTool(gateway.url, session, 'pay');
      await held;
      await leave();
      expect((await call).json.error.data.code).toBe('UPSTREAM_GONE');
    },
  );

  it('may finish its requests when it has only left the routes to end', async () => {
    const { gateway, session, held, leave, second } = await start(false, 'vendor/slow', 60_000);
    const call = rpc(gateway.url, session, 'vendor/slow');
    const res = await held;
    await leave();
    expect(await whereIs(gateway.url, session)).toBe(second.endpoint.id);
    res.end('{"jsonrpc":"2.0","id":1,"result":{"done":true}}');
    expect((await call).json.result).toEqual({ done: true });
  });
});
