import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { folder } from '../support/after-tests.js';
import { startGateway } from '../support/gateway.js';
import { waitFor } from '../support/wait.js';

/** A server that answers every message with the headers that it got. */
const ECHO = `
  require('node:http').createServer((req, res) => {
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { headers: req.headers } }));
  }).listen(process.env.PORT, process.env.HOST);
`;
const ISSUER = 'http://gateway.test';

it('npm start gives a server its credential and a token of the caller', async () => {
  const credentials = join(await folder(), 'credentials');
  await mkdir(join(credentials, 'backend'), { recursive: true });
  const write = (field: string, value: string) => writeFile(join(credentials, 'backend', field), value);
  await Promise.all([write('type', 'header'), write('header', 'X-Api-Key'), write('value', 's3cret\n')]);
  const keys = join(credentials, 'identity.pem');
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeFile(keys, privateKey.export({ type: 'pkcs8', format: 'pem' }));

  const gateway = await startGateway({
    catalogue: { echo: { command: process.execPath, args: ['-e', ECHO] } },
    env: {
      MCP_GATEWAY_CREDENTIALS_DIR: credentials,
      MCP_GATEWAY_IDENTITY_KEYS_FILE: keys,
      MCP_GATEWAY_PUBLIC_URL: ISSUER,
    },
  });
  const admin = { 'content-type': 'application/json', 'x-dev-userid': 'alice', 'x-dev-roles': 'mcp.admin' };
  const upstreamAuth = { credential: 'backend', identityToken: true };
  const body = JSON.stringify({ name: 'echo', imageName: 'echo', imageVersion: '1', affinity: 'none', upstreamAuth });
  const registered = await fetch(`${gateway.url}/adapters`, { method: 'POST', headers: admin, body });
  expect(registered.status).toBe(201);
  const headers = await waitFor('the server to answer', async () => {
    const message = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} });
    const answer = await fetch(`${gateway.url}/adapters/echo/mcp`, { method: 'POST', headers: admin, body: message });
    const { result } = (await answer.json()) as { result?: { headers: Record<string, string> } };
    return result?.headers;
  });
  expect(headers['x-api-key']).toBe('s3cret');
  const published = createRemoteJWKSet(new URL(`${gateway.url}/.well-known/jwks.json`));
  const { payload } = await jwtVerify(headers['x-mcp-identity-token'] ?? '', published, {
    issuer: ISSUER,
    audience: `${ISSUER}/adapters/echo`,
  });
  expect(payload.sub).toBe('alice');
  expect(gateway.output()).not.toContain('s3cret');
});
