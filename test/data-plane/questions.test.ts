import { beforeEach, describe, expect, it } from '@jest/globals';
import { bodyOf, send } from '../support/http.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { startReplica, type Replica } from './support/replica.js';
import { begin, whereIs } from './support/rpc.js';
import { inSession, openSession } from './support/session-server.js';
import { routeTo, startUpstream } from './support/upstream.js';

const ANSWER = '{"jsonrpc":"2.0","id":1,"result":{"action":"accept"}}';
const ANSWERS = `[${ANSWER},{"jsonrpc":"2.0","id":2,"error":{"code":-32603,"message":"no"}}]`;

describe('the response of a client to a request of its server', () => {
  let first: Replica;
  let second: Replica;
  let gateway: Gateway;
  let session: string;

  beforeEach(async () => {
    [first, second] = [await startReplica(), await startReplica()];
    gateway = await startGateway({ routes: [routeTo(first.endpoint)] });
    session = await begin(gateway.url);
    await gateway.publish(routeTo([first.endpoint, second.endpoint]));
  });
  const answer = (body: string) =>
    send(`${gateway.url}/adapters/echo/mcp`, { headers: { 'Mcp-Session-Id': session }, body });
  /** The sessions in which replicas received responses. */
  const answered = () =>
    [first, second].flatMap(({ received }) =>
      received.filter(({ method }) => method === 'POST').map((each) => each.session),
    );

  it.each([
    ['has forgotten the session', async () => first.sessions.clear()],
    ['refuses connections', () => first.kill()],
    ['is not in the routes', () => gateway.publish(routeTo(second.endpoint))],
  ])('reaches no other session when the replica that sent the request %s', async (_how, lose) => {
    const [sender] = first.sessions.keys();
    await lose();
    for (const body of [ANSWER, ANSWERS]) {
      const { status, text } = await answer(body);
      expect([status, text]).toEqual([202, '']);
    }
    await whereIs(gateway.url, session); // the session continues
    expect(answered().filter((where) => where !== sender)).toEqual([]);
  });

  it('reaches the replica that sent the request while it drains', async () => {
    await gateway.publish(routeTo([{ ...first.endpoint, ready: false, draining: true }, second.endpoint]));
    const [sender] = first.sessions.keys();
    expect((await answer(ANSWER)).status).toBe(202);
    expect(answered()).toEqual([sender]);
    expect(await whereIs(gateway.url, session)).toBe(second.endpoint.id);
  });
});

it("a client's response is sent again to the same session when only a connection broke", async () => {
  const answered: (string | undefined)[] = [];
  const server = await startUpstream(async (req, res, seen) => {
    const body = (await bodyOf(req)).toString();
    if (body.includes('"initialize"')) return res.writeHead(200, { 'mcp-session-id': 'raw' }).end('{}');
    if (body === ANSWER && answered.push(seen.header('mcp-session-id')[0]) === 1) return req.socket.destroy();
    return res.writeHead(202).end();
  });
  const { url } = await startGateway({ routes: [routeTo(server.endpoint)] });
  expect((await inSession(url, await openSession(url), { body: ANSWER })).status).toBe(202);
  expect(answered).toEqual(['raw', 'raw']);
});
