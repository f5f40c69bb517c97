import { beforeEach, describe, expect, it } from '@jest/globals';
import { bodyOf, send } from '../support/http.js';
import { waitFor } from '../support/wait.js';
import { startGateway, type DataPlane, type Gateway } from './support/gateway.js';
import { startPollingServer, type PollingServer } from './support/polling-server.js';
import { startReplica, type Replica } from './support/replica.js';
import { begin, message, openStream, rpc } from './support/rpc.js';
import { routeTo } from './support/upstream.js';

const CALL = 77;
const ANSWER = `{"jsonrpc":"2.0","id":${CALL},"result":{"isPaid":true}}`;

describe('a call that its client has to resume', () => {
  let first: PollingServer;
  let second: Replica;
  let gateway: Gateway;
  let other: DataPlane;
  let session: string;
  /** The last event id that the client received. */
  let eventId: string;

  beforeEach(async () => {
    [first, second] = [await startPollingServer(), await startReplica()];
    gateway = await startGateway({ routes: [routeTo(first.endpoint)] });
    other = await gateway.join();
    session = await begin(gateway.url);
    const body = message('tools/call', { name: 'pay' }, CALL);
    const { text } = await send(`${gateway.url}/adapters/echo/mcp`, { headers: { 'mcp-session-id': session }, body });
    eventId = lastIdOf(text);
  });

  const lastIdOf = (text: string) => [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? eventId;
  async function poll(plane: DataPlane = gateway): Promise<string> {
    const stream = await openStream(plane.url, session, { 'Last-Event-ID': eventId });
    const text = (await bodyOf(stream)).toString();
    eventId = lastIdOf(text);
    return text;
  }
  const drain = (seconds = 60) => {
    const drainUntil = new Date(Date.now() + seconds * 1000).toISOString();
    const draining = { ...first.endpoint, ready: false, draining: true, drainUntil };
    return gateway.publish(routeTo([draining, second.endpoint]));
  };
  const livesOnFirst = async (plane: DataPlane) => {
    const { json } = await rpc(plane.url, session, 'vendor/where');
    return json.result.serverInfo?.name === 'polling';
  };

  it('keeps its session on a draining replica until it is answered, through whichever data plane', async () => {
    await drain();
    for (const plane of [gateway, other, gateway]) {
      expect(await livesOnFirst(plane)).toBe(true);
      expect(await poll(plane)).toContain('retry: 10');
    }
    first.finish();
    expect(await poll()).toContain(ANSWER);
    expect(second.received).toEqual([]);
  });

  it('lets its session be relocated once it is answered', async () => {
    await poll();
    await drain();
    expect(await livesOnFirst(other)).toBe(true);
    first.finish();
    expect(await poll()).toContain(ANSWER);
    expect([await livesOnFirst(other), await livesOnFirst(gateway)]).toEqual([false, false]);
  });

  it('gets the error that it may have run when its replica is killed', async () => {
    await gateway.publish(routeTo([first.endpoint, second.endpoint]));
    await poll();
    await first.kill();
    expect(await poll()).toMatch(
      new RegExp(`^event: message\\ndata: .*"id":${CALL},"error":.*"UPSTREAM_GONE".*\\n\\n$`),
    );
    expect(second.received.map(({ method }) => method)).toEqual(['initialize', 'notifications/initialized']);
    const stream = await openStream(gateway.url, session, { 'Last-Event-ID': eventId }); // the stream is established now
    await waitFor('the stream', () => [...second.sessions.values()].some(Boolean));
    stream.destroy();
  });

  it.each([
    ['cannot be relocated', false],
    ['has ended because it could not be relocated', true],
  ])('gets this error when its session %s', async (_how, known) => {
    second.refuse('initialize', 400);
    await gateway.publish(routeTo([first.endpoint, second.endpoint]));
    await first.kill();
    const seen = known ? (await rpc(gateway.url, session, 'tools/list')).status : 404;
    expect(seen).toBe(404);
    expect(await poll()).toContain('UPSTREAM_GONE');
    expect((await openStream(gateway.url, session, { 'Last-Event-ID': eventId })).statusCode).toBe(404);
  });

  it('gets this error while its client listens, too', async () => {
    first.hang();
    const stream = await openStream(gateway.url, session, { 'Last-Event-ID': eventId });
    await gateway.publish(routeTo([first.endpoint, second.endpoint]));
    await first.kill();
    expect((await bodyOf(stream)).toString()).toContain(`"id":${CALL},"error":`);
  });

  it('gets this error when its replica has drained to the end', async () => {
    await drain(0.5);
    expect(await livesOnFirst(other)).toBe(false);
    expect(await poll()).toContain('UPSTREAM_GONE');
  });
});
