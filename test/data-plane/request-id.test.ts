import { beforeEach, describe, expect, it } from '@jest/globals';
import { startControlPlane } from '../control-plane/support/control-plane.js';
import { send } from '../support/http.js';
import { becomesTrue } from '../support/wait.js';
import { recordingLog } from './support/access-log.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { rawConnection } from './support/raw.js';
import { routeTo, startUpstream, type Upstream } from './support/upstream.js';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const GIVEN = 'of/the:client.1';

let upstream: Upstream;
let gateway: Gateway;
let ended: ReturnType<typeof recordingLog>['ended'];

beforeEach(async () => {
  const recording = recordingLog();
  ended = recording.ended;
  upstream = await startUpstream((_req, res) => res.end('{}'));
  const { url } = await startControlPlane();
  gateway = await startGateway({ routes: [routeTo(upstream.endpoint)], controlPlane: url, log: recording.log });
});

const request = (headers: Record<string, string> = {}, path = '/adapters/echo/mcp', method = 'POST') =>
  send(gateway.url + path, { method, headers, ...(method === 'POST' && { body: '{"jsonrpc":"2.0"}' }) });

describe('the id of a request', () => {
  it('is the client’s, at the server, in the answer and in the log', async () => {
    const answer = await request({ 'x-request-id': GIVEN, traceparent: TRACE });
    expect(answer.header('x-request-id')).toBe(GIVEN);
    expect(upstream.seen[0]?.header('x-request-id')).toEqual([GIVEN]);
    expect(upstream.seen[0]?.header('traceparent')).toEqual([TRACE]);
    await becomesTrue('the line', async () => expect(ended()).toHaveLength(1));
    expect(ended()[0]).toMatchObject({
      level: 'debug',
      text: 'request ended',
      requestId: GIVEN,
      method: 'POST',
      kind: 'adapter',
      name: 'echo',
      status: 200,
      address: '127.0.0.1',
      caller: 'alice',
    });
  });

  it.each(['', 'with blanks', '"quoted"', 'x'.repeat(129)])('is new when the client sent %j', async (given) => {
    const answer = await request({ 'x-request-id': given });
    const id = answer.header('x-request-id') ?? '';
    expect(id).toMatch(UUID);
    expect(upstream.seen[0]?.header('x-request-id')).toEqual([id]);
  });

  it('is in a refusal, which is logged once with caller, resource and reason', async () => {
    const answer = await request({ 'x-request-id': GIVEN, 'x-dev-userid': 'bob' });
    expect(answer.header('x-request-id')).toBe(GIVEN);
    expect(JSON.parse(answer.text)).toMatchObject({ error: { data: { code: 'ADAPTER_NOT_FOUND', requestId: GIVEN } } });
    await becomesTrue('the line', async () => expect(ended()).toHaveLength(1));
    expect(ended()[0]).toMatchObject({
      text: 'request refused',
      requestId: GIVEN,
      caller: 'bob',
      code: 'ADAPTER_NOT_FOUND',
    });
  });

  it('is in a warning when a refusal is no fault of the client', async () => {
    await upstream.kill();
    await request({ 'x-request-id': GIVEN, 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' });
    await becomesTrue('the line', async () => expect(ended()).toHaveLength(1));
    expect(ended()[0]).toMatchObject({
      level: 'warn',
      requestId: GIVEN,
      code: 'UPSTREAM_REFUSED',
      err: expect.objectContaining({ code: 'ECONNREFUSED' }),
    });
  });

  it('is in a line at level debug when only a replica is missing', async () => {
    await gateway.publish(routeTo([], { phase: 'Stopped' }));
    await request({ 'x-request-id': GIVEN });
    await becomesTrue('the line', async () => expect(ended()).toHaveLength(1));
    expect(ended()[0]).toMatchObject({ level: 'debug', requestId: GIVEN, code: 'NO_READY_REPLICA' });
  });

  it('stands with the reason in the line about a request that HTTP does not allow', async () => {
    const connection = rawConnection(gateway.url);
    connection.write(`POST /adapters/echo/mcp HTTP/1.1\r\nHost: a\r\nHost: b\r\nX-Request-Id: ${GIVEN}\r\n\r\n`);
    expect(await connection.ended()).toMatch(
      /^HTTP\/1\.1 400 .*X-Request-Id: of\/the:client\.1.*Host must be given once/s,
    );
    await becomesTrue('the line', async () => expect(ended()).toHaveLength(1));
    expect(ended()[0]).toMatchObject({ text: 'request refused', requestId: GIVEN, code: 'INVALID_REQUEST' });
  });

  it.each(['/adapters', '/adapters/none', '/nothing', '/livez'])(
    'is once in the head of the answer of %s',
    async (path) => {
      const answer = await request({ 'x-request-id': GIVEN }, path, 'GET');
      expect(answer.headers.filter(([name]) => name.toLowerCase() === 'x-request-id')).toEqual([
        ['X-Request-Id', GIVEN],
      ]);
      await becomesTrue('the line', async () => expect(ended()).toHaveLength(1));
    },
  );

  it.each(['/adapters/none', '/nothing'])('is in the problem document of %s', async (path) => {
    const answer = await request({ 'x-request-id': GIVEN }, path, 'GET');
    expect(JSON.parse(answer.text)).toMatchObject({ status: 404, requestId: GIVEN });
  });

  it('stands with the reason in the line about a management request that the gateway refuses', async () => {
    await request({ 'x-request-id': GIVEN }, '/nothing', 'GET');
    await becomesTrue('the line', async () => expect(ended()).toHaveLength(1));
    expect(ended()[0]).toMatchObject({
      text: 'request refused',
      requestId: GIVEN,
      status: 404,
      code: 'NOT_FOUND',
      detail: 'nothing is served at /nothing; see /openapi.json',
    });
  });

  it('is in the error and in the line about a message that is sent to no server', async () => {
    const { text } = await request({ 'x-request-id': GIVEN }, '/sse');
    expect(JSON.parse(text)).toMatchObject({ error: { data: { code: 'NOT_FOUND', requestId: GIVEN } } });
    await becomesTrue('the line', async () => expect(ended()).toHaveLength(1));
    expect(ended()[0]).toMatchObject({ text: 'request refused', requestId: GIVEN, code: 'NOT_FOUND' });
  });

  it('is in the problem document and in the line about a control plane that is down', async () => {
    const recording = recordingLog();
    const { url } = await startGateway({ log: recording.log }); // its control plane does not exist
    const { text } = await send(`${url}/adapters`, { method: 'GET', headers: { 'x-request-id': GIVEN } });
    expect(JSON.parse(text)).toMatchObject({ code: 'UNAVAILABLE', requestId: GIVEN });
    await becomesTrue('the line', async () => expect(recording.ended()).toHaveLength(1));
    expect(recording.ended()[0]).toMatchObject({ level: 'warn', requestId: GIVEN, code: 'UNAVAILABLE' });
  });
});

it('the line about a request has the milliseconds until the head of its answer', async () => {
  const recording = recordingLog();
  const slow = await startUpstream((_req, res) => void setTimeout(() => res.end('{}'), 50));
  const { url } = await startGateway({ routes: [routeTo(slow.endpoint)], log: recording.log });
  const began = performance.now();
  await send(`${url}/adapters/echo/mcp`);
  const duration = performance.now() - began;
  await becomesTrue('the line', async () => expect(recording.ended()).toHaveLength(1));
  const ms = Number(recording.ended()[0]?.['ms']);
  expect(ms).toBeGreaterThan(40);
  expect(ms).toBeLessThanOrEqual(Math.ceil(duration));
});
