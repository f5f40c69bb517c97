import type { ServerResponse } from 'node:http';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { sessionRecords } from '@mcp-gateway/sessions';
import { connectRedis } from '../support/redis.js';
import { waitFor } from '../support/wait.js';
import { startGateway, type DataPlane, type Gateway } from './support/gateway.js';
import { startReplica, type Replica } from './support/replica.js';
import { begin, openStream, rpc, whereIs, type RpcAnswer } from './support/rpc.js';
import { inSession } from './support/session-server.js';
import { routeTo } from './support/upstream.js';

describe('a session on a draining replica, with a call under way through one data plane', () => {
  let first: Replica;
  let second: Replica;
  let gateway: Gateway;
  let other: DataPlane;
  let session: string;
  let slow: Promise<RpcAnswer>;
  let res: ServerResponse;

  beforeEach(async () => {
    [first, second] = [await startReplica({ events: true }), await startReplica()];
    gateway = await startGateway({ routes: [routeTo(first.endpoint)] });
    other = await gateway.join();
    session = await begin(gateway.url);
    const held = first.hold('vendor/slow');
    slow = rpc(gateway.url, session, 'vendor/slow');
    res = await held;
  });

  const drain = (seconds = 60) => {
    const drainUntil = new Date(Date.now() + seconds * 1000).toISOString();
    const draining = { ...first.endpoint, ready: false, draining: true, drainUntil };
    return gateway.publish(routeTo([draining, second.endpoint]));
  };
  const finish = async () => {
    res.end('data: {"jsonrpc":"2.0","id":1,"result":{"done":true}}\n\n');
    expect((await slow).json.result).toEqual({ done: true });
  };

  it('stays for the other data planes, too, and is relocated when the call has ended', async () => {
    await drain();
    for (let round = 0; round < 3; round++) expect(await whereIs(other.url, session)).toBe(first.endpoint.id);
    expect(second.received).toEqual([]);
    await finish();
    expect(await whereIs(other.url, session)).toBe(second.endpoint.id);
  });

  it('delivers a response to the server that sent its request within the call, whatever else uses the session', async () => {
    res.write('data: {"jsonrpc":"2.0","id":"q1","method":"elicitation/create","params":{}}\n\n');
    await drain();
    await rpc(other.url, session, 'ping');
    const body = '{"jsonrpc":"2.0","id":"q1","result":{"action":"accept"}}';
    expect((await inSession(other.url, session, { body })).status).toBe(202);
    expect(first.received.at(-1)?.method).toBe('POST'); // a message without a method
    await finish();
  });

  it('stays while its stream is open on another data plane, and is relocated when the call has ended', async () => {
    const stream = await openStream(other.url, session);
    await waitFor('the stream', () => [...first.sessions.values()].some(Boolean));
    const answer = answerTo(other);
    await drain(8); // notifies the streams within four seconds
    expect(await answer).toBe(false);
    expect(second.received).toEqual([]);
    await finish();
    await waitFor('the stream', () => [...second.sessions.values()].some(Boolean));
    stream.destroy();
  });

  it('is relocated at the last moment', async () => {
    await drain(0.5);
    expect(await whereIs(other.url, session)).toBe(second.endpoint.id);
    await finish();
  });

  it('stays when a data plane does not answer the idle query', async () => {
    const silent = await connectRedis();
    const { calls } = sessionRecords(gateway.redis, gateway.prefix).keys;
    const question = new Promise<string>((resolve) => void silent.subscribe(calls, resolve));
    await waitFor('it to listen', async () => ((await gateway.redis.pubSubNumSub([calls]))[calls] ?? 0) === 3);
    await drain();
    await finish();
    const [here, there] = await Promise.all([whereIs(gateway.url, session), whereIs(other.url, session), question]);
    expect([here, there]).toEqual([first.endpoint.id, first.endpoint.id]);
  });

  it('stays without another idle query for a while after one data plane did not answer', async () => {
    const silent = await connectRedis();
    const { calls } = sessionRecords(gateway.redis, gateway.prefix).keys;
    const questions: string[] = [];
    await silent.subscribe(calls, (text) => void (text.includes('question') && questions.push(text)));
    await drain();
    await finish();
    for (let round = 0; round < 2; round++) expect(await whereIs(gateway.url, session)).toBe(first.endpoint.id);
    expect(await whereIs(other.url, session)).toBe(first.endpoint.id); // this one answers its own query, after the others
    expect(questions).toHaveLength(2);
  });

  it('is relocated in spite of messages that no data plane understands', async () => {
    const { calls } = sessionRecords(gateway.redis, gateway.prefix).keys;
    for (const text of ['', '{"kind":"later"}']) await gateway.redis.publish(calls, text);
    await finish();
    await drain();
    expect(await whereIs(other.url, session)).toBe(second.endpoint.id);
  });

  it('gets no further requests on the old replica once a relocation has begun', async () => {
    await finish();
    const beginning = second.hold('initialize');
    await drain();
    const before = first.received.length;
    const here = whereIs(gateway.url, session);
    const initialize = await beginning;
    const answer = answerTo(other);
    const there = whereIs(other.url, session);
    expect(await answer).toBe(true);
    initialize.end('{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25"}}');
    expect(await Promise.all([here, there])).toEqual([second.endpoint.id, second.endpoint.id]);
    expect(first.received).toHaveLength(before);
  });

  it('is relocated once for several concurrent requests', async () => {
    await finish();
    await drain();
    const answers = Array.from({ length: 20 }, (_, at) => whereIs(at % 2 ? other.url : gateway.url, session));
    expect(new Set(await Promise.all(answers))).toEqual(new Set([second.endpoint.id]));
    expect(second.received.filter(({ method }) => method === 'initialize')).toHaveLength(1);
  });
});

/** The messages that the data plane receives at its next idle query. */
function answerTo({ sessions }: DataPlane): Promise<boolean> {
  const { isIdle } = sessions;
  return new Promise((resolve) => {
    sessions.isIdle = async (id, endpointId) => {
      const idle = await isIdle(id, endpointId);
      resolve(idle);
      return idle;
    };
  });
}
