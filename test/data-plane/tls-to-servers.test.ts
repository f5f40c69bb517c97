import { writeFile } from 'node:fs/promises';
import { createServer, type ServerOptions } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import type { Endpoint } from '@mcp-gateway/common/contracts';
import { specOf, startControlPlane } from '../control-plane/support/control-plane.js';
import { afterTest } from '../support/clean-up.js';
import { send } from '../support/http.js';
import { temporaryFolder } from '../support/postgres.js';
import { recordingLog } from '../support/recording-log.js';
import { waitFor } from '../support/wait.js';
import { authority, type Certificate } from './support/certificate.js';
import { INTERNAL_SECRET as SECRET } from './support/credentials.js';
import { startGateway } from './support/gateway.js';
import { endServer } from './support/kill-server.js';
import { startReplica } from './support/replica.js';
import { begin, message, whereIs } from './support/rpc.js';
import { routeTo, startUpstream } from './support/upstream.js';

const EXPIRED = '210101000000Z';
const [own, other, clients] = [authority(), authority('another authority'), authority('of clients')];
const LIST = message('tools/list');

const tlsCredential = (ca: Buffer, client?: Certificate) => ({
  type: 'tls',
  'ca.crt': String(ca),
  ...(client && { 'tls.crt': String(client.cert), 'tls.key': String(client.key) }),
});

/** A gateway in front of these servers, with a control plane that has the credential, if there is one. */
async function gatewayTo(
  endpoints: Endpoint | Endpoint[],
  { credential, serverName }: { credential?: object | undefined; serverName?: string | undefined } = {},
) {
  const folder = await temporaryFolder();
  const write = (changed: object) => writeFile(join(folder, 'backend.json'), JSON.stringify(changed));
  if (credential) await write(credential);
  const { log, text } = recordingLog();
  const clock = { ms: 0 };
  const plane = await startControlPlane({ credentials: { folder, secrets: () => [SECRET] }, log });
  const tls = { ...(credential && { credential: 'backend' }), ...(serverName !== undefined && { serverName }) };
  const row = await plane.rows.create({ ...specOf('echo'), requiredRoles: [], tls } as never, 'alice');
  const resourceId = row?.id ?? '';
  const route = (to: Endpoint | Endpoint[], changes: object = {}) => routeTo(to, { resourceId, tls, ...changes });
  const gateway = await startGateway({
    routes: [route(endpoints)],
    controlPlane: plane.url,
    internalSecrets: () => [SECRET],
    log,
    now: () => Date.now() + clock.ms,
  });
  const call = async (headers: Record<string, string> = {}) => {
    const { status, text: body } = await send(`${gateway.url}/adapters/echo/mcp`, { body: LIST, headers });
    return { status, body };
  };
  return { gateway, call, write, clock, route, log: text };
}

/** A server that says who called it, and by which name. */
const startTlsServer = (options: ServerOptions) =>
  startUpstream((req, res) => {
    const { servername } = req.socket as TLSSocket & { servername?: string };
    const { subject } = (req.socket as TLSSocket).getPeerCertificate();
    res.writeHead(200, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { servername, caller: subject?.CN } }));
  }, options);

const requiring = (ca: Buffer) => ({ requestCert: true, rejectUnauthorized: true, ca });

describe('a server that speaks TLS', () => {
  it('is called by its name, and gets the client certificate that it requires', async () => {
    const server = await startTlsServer({ ...own.issue(undefined, 'crm.internal'), ...requiring(clients.ca) });
    const credential = tlsCredential(own.ca, clients.issue(undefined, 'gateway'));
    const { call } = await gatewayTo(server.endpoint, { credential, serverName: 'crm.internal' });
    const { status, body } = await call();
    expect([status, body]).toEqual([200, expect.stringContaining('"servername":"crm.internal","caller":"gateway"')]);
    expect(server.seen[0]?.header('x-mcp-gateway-secret')).toEqual([]);
  });

  it('is verified for the name of its URL, also when clients choose its Host', async () => {
    const server = await startTlsServer(own.issue());
    const { call, gateway, route } = await gatewayTo(server.endpoint, { credential: tlsCredential(own.ca) });
    await gateway.publish(route(server.endpoint, { preserveHost: true }));
    for (const host of ['localhost', '127.0.0.1', '127.0.0.1:1']) {
      expect((await call({ host })).body).toContain('"servername":"localhost"');
    }
    expect(server.seen.map(({ header }) => header('host').join())).toEqual(['localhost', '127.0.0.1', '127.0.0.1:1']);
  });

  it.each<[string, ServerOptions, { credential?: object; serverName?: string }, string]>([
    ['of another authority', own.issue(), { credential: tlsCredential(other.ca) }, 'is of an authority that'],
    ['of an authority that the system does not know', own.issue(), {}, 'is of an authority that'],
    ['that has expired', own.issue(EXPIRED), { credential: tlsCredential(own.ca) }, 'has expired'],
    ['for another name', own.issue(undefined, 'crm'), { credential: tlsCredential(own.ca) }, 'is for another name'],
    ['without serverName', own.issue(), { credential: tlsCredential(own.ca), serverName: 'crm' }, 'for another name'],
    [
      'and requires one',
      { ...own.issue(), ...requiring(clients.ca) },
      { credential: tlsCredential(own.ca) },
      'the server requires a client certificate; name a credential',
    ],
  ])('with a certificate %s gets no request, and the caller learns why', async (_what, options, settings, why) => {
    const server = await startTlsServer(options);
    const { call, log } = await gatewayTo(server.endpoint, settings);
    const { status, body } = await call();
    expect([status, body]).toEqual([502, expect.stringContaining('"code":"UPSTREAM_TLS_FAILED"')]);
    expect(body).toContain(why);
    expect(body).toContain('the call did not run');
    expect(server.seen).toEqual([]);
    expect(log()).not.toMatch(/BEGIN/);
    expect(body).not.toMatch(/BEGIN|openssl|SSL routines/);
  });

  it('is not called in plain text, and a server without TLS is not called as if it had one', async () => {
    const plain = await startUpstream((_req, res) => res.end());
    const endpoint = { ...plain.endpoint, url: plain.endpoint.url.replace('http:', 'https:') };
    const { call } = await gatewayTo(endpoint);
    expect((await call()).body).toContain('the server does not speak TLS on its port');
  });

  it('gets a rotated client certificate, and its rotated authority counts, without a restart', async () => {
    const server = createServer({ ...own.issue(), ...requiring(clients.ca) }, (_req, res) =>
      res.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc":"2.0","id":1,"result":{}}'),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    afterTest(() => endServer(server));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const endpoint = { id: 'rotating', url, path: '/mcp', ready: true };
    const { call, write, clock } = await gatewayTo(endpoint, { credential: tlsCredential(own.ca, clients.issue()) });
    expect((await call()).status).toBe(200);

    const next = authority('of clients, next');
    server.setSecureContext({ ...own.issue(), ca: next.ca });
    server.closeAllConnections();
    await write(tlsCredential(own.ca, next.issue()));
    clock.ms += 61_000;
    await waitFor('the new client certificate', async () => (await call()).status === 200);

    server.setSecureContext({ ...other.issue(), ca: next.ca });
    server.closeAllConnections();
    await waitFor('the new server certificate', async () => (await call()).body.includes('of an authority that'));
    await write(tlsCredential(other.ca, next.issue()));
    clock.ms += 3_000; // far less than a minute: a failed handshake is a reason to ask
    await waitFor('the new authority', async () => (await call()).status === 200);
  });

  it('is called as the adapter now says, and connections that were made before are not used any more', async () => {
    const server = await startTlsServer(own.issue());
    const { call, gateway, route } = await gatewayTo(server.endpoint, { credential: tlsCredential(own.ca) });
    expect((await call()).status).toBe(200);
    await gateway.publish(route(server.endpoint, { tls: { credential: 'backend', serverName: 'crm' } }));
    expect((await call()).body).toContain('is for another name');
    await gateway.publish(route(server.endpoint));
    expect((await call()).status).toBe(200);
  });

  it('gets nothing while the control plane has no such credential, and the caller learns it', async () => {
    const server = await startTlsServer(own.issue());
    const { call } = await gatewayTo(server.endpoint, { credential: { type: 'header', value: 's3cret' } });
    const { status, body } = await call();
    expect([status, body]).toEqual([502, expect.stringContaining('is of the type header, not tls')]);
    expect(body).toContain('CREDENTIAL_UNAVAILABLE');
    expect(server.seen).toEqual([]);
  });
});

it('a session continues over TLS on another replica, also after its replica was killed', async () => {
  const options = { tls: { ...own.issue(), ...requiring(clients.ca) } };
  const [first, second, third] = [
    await startReplica(options),
    await startReplica(options),
    await startReplica(options),
  ];
  const credential = tlsCredential(own.ca, clients.issue());
  const { gateway, route } = await gatewayTo(first.endpoint, { credential });
  const session = await begin(gateway.url);
  expect(await whereIs(gateway.url, session)).toBe(first.endpoint.id);
  await gateway.publish(route([{ ...first.endpoint, ready: false, draining: true }, second.endpoint]));
  await waitFor('the move', async () => (await whereIs(gateway.url, session)) === second.endpoint.id);
  await second.kill();
  await gateway.publish(route([third.endpoint]));
  expect(await whereIs(gateway.url, session)).toBe(third.endpoint.id);
  expect(third.received.map(({ method }) => method)).toContain('initialize');
});
