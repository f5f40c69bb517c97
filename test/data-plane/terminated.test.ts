import { beforeEach, describe, expect, it } from '@jest/globals';
import { startGateway, type Gateway } from './support/gateway.js';
import { startReplica, type Replica } from './support/replica.js';
import { begin, message, openStream } from './support/rpc.js';
import { inSession } from './support/session-server.js';
import { routeTo } from './support/upstream.js';

const TERMINATE = { sessionRecovery: 'terminate' } as const;
const GONE = {
  code: -32004,
  message: 'There is no such session; initialize a new one: the replica that held it is gone',
  data: { code: 'SESSION_NOT_FOUND', requestId: expect.any(String) },
};

describe.each([
  ['refuses connections', async (replica: Replica) => replica.kill()],
  ['is not in the routes', async (_: Replica, gateway: Gateway) => gateway.publish(routeTo([], TERMINATE))],
])('a session that is not recovered, whose replica %s', (_how, lose) => {
  let gateway: Gateway;
  let session: string;

  beforeEach(async () => {
    const replica = await startReplica();
    gateway = await startGateway({ routes: [routeTo(replica.endpoint, TERMINATE)] });
    session = await begin(gateway.url);
    await lose(replica, gateway);
  });

  it.each([
    ['a request by its id', message('tools/list', {}, 'the id'), 'the id'],
    ['what is too long to be read', message('tools/list', { padding: 'x'.repeat(100_000) }, 'the id'), null],
    ['a notification', '{"jsonrpc":"2.0","method":"notifications/progress"}', null],
  ])('is answered 404, so the client starts over: %s', async (_what, body, id) => {
    const { status, text } = await inSession(gateway.url, session, { body });
    expect([status, JSON.parse(text)]).toEqual([404, { jsonrpc: '2.0', id, error: GONE }]);
  });

  it('gets an answer for each request of a batch', async () => {
    const body = `[${message('ping', {}, 1)},${message('tools/list', {}, 'b')}]`;
    const { status, text } = await inSession(gateway.url, session, { body });
    expect([status, JSON.parse(text)]).toEqual([404, [1, 'b'].map((id) => ({ jsonrpc: '2.0', id, error: GONE }))]);
  });

  it('has no stream, and needs no DELETE', async () => {
    expect((await openStream(gateway.url, session)).statusCode).toBe(404);
    expect((await inSession(gateway.url, session, { method: 'DELETE' })).status).toBe(404);
  });
});
