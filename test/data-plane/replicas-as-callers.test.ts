import { once } from 'node:events';
import { adapterRef } from '@mcp-gateway/common/contracts';
import { connect } from 'node:net';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { refuseReplicas } from '@mcp-gateway/identity';
import { caller } from '../control-plane/support/callers.js';
import { specOf, startControlPlane } from '../control-plane/support/control-plane.js';
import { send } from '../support/http.js';
import { startGateway } from './support/gateway.js';
import { routeTo, startUpstream } from './support/upstream.js';

const DETAIL =
  'development sign-in is not for servers, and this request comes from the address of a replica; ' +
  'the operator can let an adapter in by its name with MCP_GATEWAY_ALLOWED_CALLERS';
const ADMIN = { 'x-dev-userid': 'mallory', 'x-dev-roles': 'mcp.admin' };
const CALL = { method: 'POST', headers: { 'content-type': 'application/json', ...ADMIN }, body: '{}' };

let controlPlane: string;
let requests: number;

/** A gateway that takes this machine for a replica of the adapter `echo`. */
async function gateway(allowedCallers: string[]) {
  const { endpoint } = await startUpstream((_req, res) => {
    requests += 1;
    res.end();
  });
  const route = { ...routeTo(endpoint, { name: 'echo' }), addresses: ['127.0.0.1'] };
  return startGateway({ routes: [route], controlPlane, allowedCallers });
}

beforeEach(async () => {
  requests = 0;
  ({ url: controlPlane } = await startControlPlane());
});

describe('a replica that calls the gateway with development sign-in', () => {
  it('registers nothing', async () => {
    const { url } = await gateway([]);
    const { status, json } = await caller(url, 'mallory', 'mcp.admin').post(specOf('evil'));
    expect(status).toBe(403);
    expect(json).toMatchObject({ code: 'FORBIDDEN', detail: DETAIL });
    expect((await caller(controlPlane, 'mallory', 'mcp.admin').get('/adapters')).json).toEqual([]);
  });

  it('calls no server', async () => {
    const { url } = await gateway([]);
    const answer = await send(`${url}/adapters/echo/mcp`, CALL);
    expect(answer.status).toBe(403);
    const message = `You may not do this: ${DETAIL}`;
    expect(JSON.parse(answer.body.toString())).toMatchObject({ error: { message, data: { code: 'FORBIDDEN' } } });
    expect(requests).toBe(0);
  });

  it('can still query the health of the gateway', async () => {
    const { url } = await gateway([]);
    expect((await send(`${url}/livez`, { method: 'GET' })).status).toBe(200);
  });

  it('is admitted by the name of its adapter', async () => {
    const { url } = await gateway(['echo']);
    expect((await caller(url, 'mallory', 'mcp.admin').post(specOf('helper'))).status).toBe(201);
    expect((await send(`${url}/adapters/echo/mcp`, CALL)).status).toBe(200);
    expect(requests).toBe(1);
  });
});

it('a connection that the replica resets, so that the system forgets its address, registers nothing', async () => {
  const replicas = {
    isLoaded: () => true,
    resourceAt: (address: string) => (address === '127.0.0.1' ? adapterRef('echo') : undefined),
  };
  const check = refuseReplicas(replicas, { allowed: [], untilRead: 'allow' });
  const addresses: (string | undefined)[] = [];
  let passed = 0;
  const { url, hints } = await startControlPlane({
    checkCaller(headers, address) {
      addresses.push(address);
      check(headers, address);
      passed += 1;
    },
  });
  // Systems differ in when they forget it.
  for (let i = 0; i < 100 && !addresses.includes(undefined); i += 1)
    await postAndReset(url, JSON.stringify(specOf('evil')));
  expect({ passed, hints }).toEqual({ passed: 0, hints: [] });
});

async function postAndReset(url: string, body: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) }).on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await once(socket, 'connect');
  const head = [
    'POST /adapters HTTP/1.1',
    `Host: ${hostname}`,
    ...Object.entries(ADMIN).map((field) => field.join(': ')),
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.resetAndDestroy());
  await closed;
}

it('a replica registers nothing at the control plane either, where no network policy blocks it', async () => {
  const replicas = { isLoaded: () => true, resourceAt: () => adapterRef('echo') };
  const checkCaller = refuseReplicas(replicas, { allowed: [], untilRead: 'allow' });
  const { url } = await startControlPlane({ checkCaller });
  const { status, json } = await caller(url, 'mallory', 'mcp.admin').post(specOf('evil'));
  expect({ status, code: json.code }).toEqual({ status: 403, code: 'FORBIDDEN' });
});
