import { beforeEach, describe, expect, it } from '@jest/globals';
import { redisLine } from '../support/redis-line.js';
import { waitFor } from '../support/wait.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { startReplica, type Replica } from './support/replica.js';
import { begin, callTool } from './support/rpc.js';
import { routeTo } from './support/upstream.js';

describe('the gateway terminates a session that it replayed in vain', () => {
  let first: Replica;
  let gateway: Gateway;
  let session: string;

  async function sessionWith(redisUrl?: string) {
    gateway = await startGateway({ routes: [routeTo(first.endpoint)], ...(redisUrl !== undefined && { redisUrl }) });
    session = await begin(gateway.url);
  }
  const ended = ({ received, sessions }: Replica) =>
    waitFor('the session termination', () => received.some(({ method }) => method === 'DELETE') && sessions.size === 0);
  const statusOf = async () => (await callTool(gateway.url, session, 'who')).status;

  beforeEach(async () => {
    first = await startReplica();
  });

  it('because the new replica speaks another version', async () => {
    const second = await startReplica({ protocolVersion: '2025-06-18' });
    await sessionWith();
    await gateway.publish(routeTo(second.endpoint));
    expect(await statusOf()).toBe(404);
    await ended(second);
    expect(second.received.at(-1)?.headers['mcp-protocol-version']).toBe('2025-06-18');
  });

  it('because the connection broke in the middle of the answer', async () => {
    const [second, third] = [await startReplica(), await startReplica()];
    await sessionWith();
    const initialize = second.hold('initialize');
    await gateway.publish(routeTo(second.endpoint));
    const status = statusOf();
    const res = await initialize;
    await gateway.publish(routeTo([{ ...second.endpoint, ready: false }, third.endpoint]));
    await new Promise((resolve) => res.write('{"jsonrpc":', resolve));
    res.destroy();
    expect(await status).toBe(200);
    await ended(second);
    expect(third.sessions.size).toBe(1);
  });

  it('because Redis became unavailable before the location was recorded', async () => {
    const second = await startReplica();
    const line = await redisLine();
    await sessionWith(line.url);
    await gateway.publish(routeTo([first.endpoint, second.endpoint]));
    const initialize = second.hold('initialize');
    await first.kill();
    const status = statusOf();
    const res = await initialize;
    line.cut();
    res.end('{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25"}}');
    expect(await status).toBe(503);
    await ended(second);
  });
});
