import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:https';
import { connect, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { selfSigned } from '../data-plane/support/certificate.js';
import { afterTests, folder } from '../support/after-tests.js';
import { ALICE, ENTRA, startEntra, TENANT } from '../support/entra.js';
import { startGateway, type Gateway } from '../support/gateway.js';
import type { TestIssuer } from '../support/issuer.js';

const HOST = 'login.microsoftonline.com';
const tunnelled: string[] = [];
let entra: TestIssuer;
let gateway: Gateway;

async function portOf(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  afterTests(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** Entra as a company sees it: over TLS that the company's own authority signs, through a proxy. */
async function startCompanyNetwork(): Promise<{ HTTPS_PROXY: string; NODE_EXTRA_CA_CERTS: string }> {
  const { cert, key } = selfSigned(HOST);
  const ca = join(await folder(), 'ca.pem');
  await writeFile(ca, cert);
  const tls = createServer({ cert, key }, (req, res) => {
    void fetch(entra.url + req.url).then(async (found) => res.writeHead(found.status).end(await found.text()));
  });
  const port = await portOf(tls);
  const proxy = createHttpServer((_req, res) => void res.writeHead(405).end());
  proxy.on('connect', ({ url = '' }, near) => {
    tunnelled.push(url);
    const far = connect({ host: '127.0.0.1', port }, () => {
      near.write('HTTP/1.1 200 Connection established\r\n\r\n');
      near.pipe(far).pipe(near);
    });
    for (const socket of [near, far]) socket.on('error', () => far.destroy()).on('close', () => far.destroy());
  });
  return { HTTPS_PROXY: `http://127.0.0.1:${await portOf(proxy)}`, NODE_EXTRA_CA_CERTS: ca };
}

beforeAll(async () => {
  entra = await startEntra(2);
  gateway = await startGateway({ env: { ...ENTRA, ...(await startCompanyNetwork()) } });
}, 60_000);
afterAll(() => entra.stop());

it('npm start signs in callers of Entra ID, whose keys it reads through the proxy of the company', async () => {
  expect(gateway.output()).toContain(`Callers need an access token of https://${HOST}/${TENANT}/v2.0.`);
  const create = (headers: Record<string, string>) =>
    fetch(`${gateway.url}/adapters`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ name: 'mine', imageName: 'mcp-example', imageVersion: '1', replicaCount: 0 }),
    });
  expect((await create({})).status).toBe(401);
  expect((await create({ authorization: `Bearer ${await entra.token({ tid: 'another' })}` })).status).toBe(401);
  const created = await create({ authorization: `Bearer ${await entra.token()}` });
  expect([created.status, await created.json()]).toEqual([201, expect.objectContaining({ createdBy: ALICE })]);
  const mcp = await fetch(`${gateway.url}/adapters/mine/mcp`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${await entra.token({ roles: [], oid: 'another' })}` },
  });
  expect(mcp.status).toBe(404); // the data plane accepts the token; its caller may not use this adapter
  expect(new Set(tunnelled)).toEqual(new Set([`${HOST}:443`]));
});
