import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditEntry } from '@mcp-gateway/common/contracts';
import { folder } from '../support/after-tests.js';
import { startGateway, type Gateway } from '../support/gateway.js';
import { startIssuer, type TestIssuer } from '../support/issuer.js';
import { repository } from '../support/launch.js';
import { environmentOf } from '../support/processes.js';
import { waitFor } from '../support/wait.js';

/** Planted wherever a secret may be. In lower case and without signs, so that no encoding changes it. */
const SENTINEL = 'k7sentinel9q';

/** A server that answers a call as its argument `how` says, always with the sentinel. */
const SERVER = `
const text = ${JSON.stringify(SENTINEL)};
require('node:http').createServer((req, res) => {
  let body = '';
  req.on('data', (chunk) => (body += chunk)).on('end', () => {
    if (req.method !== 'POST') return res.writeHead(405).end(text);
    const { id, params } = JSON.parse(body);
    const answer = (status, message) =>
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, ...message }));
    switch (params?.arguments?.how) {
      case 'refuse': return answer(200, { error: { code: -32000, message: text } });
      case 'fail': return answer(500, { error: { code: -32603, message: text } });
      case 'leave': return res.destroy();
      case 'nonsense': return res.socket.end(text);
      default: return answer(200, { result: { content: [{ type: 'text', text }] } });
    }
  });
}).listen(process.env.PORT, '127.0.0.1');`;

describe('a secret in what callers and servers send', () => {
  let issuer: TestIssuer;
  let gateway: Gateway;
  /** Answers that the gateway itself made, with what led to them. */
  const refusals: { what: string; status: number; text: string; headers: string }[] = [];

  beforeAll(async () => {
    issuer = await startIssuer();
    const home = await folder();
    const server = join(home, 'server.cjs');
    await writeFile(server, SERVER);
    gateway = await startGateway({
      home,
      catalogue: { leaky: { command: process.execPath, args: [server] } },
      env: {
        AUTH_MODE: 'oidc',
        OIDC_ISSUERS: JSON.stringify([{ issuer: issuer.issuer, audiences: ['gateway'] }]),
        MCP_GATEWAY_AUDIT: 'both',
        MCP_GATEWAY_LOG_LEVEL: 'debug',
      },
    });
  }, 60_000);
  afterAll(() => issuer.stop());

  const bearer = async (claims: Record<string, unknown> = {}) => ({
    authorization: `Bearer ${await issuer.token(claims)}`,
  });

  async function request(method: string, path: string, headers: Record<string, string>, body?: string) {
    const answer = await fetch(`${gateway.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
      ...(body !== undefined && { body }),
    });
    return { status: answer.status, text: await answer.text(), headers: JSON.stringify([...answer.headers]) };
  }
  async function refused(status: number, ...[method, path, ...more]: Parameters<typeof request>) {
    const answer = await request(method, path, ...more);
    refusals.push({ what: `${method} ${path.split('?')[0]} ${status}`, ...answer });
    expect(answer).toMatchObject({ status });
  }
  const call = (how: string) =>
    JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'leak', arguments: { how, secret: SENTINEL } },
    });
  const MCP = `/adapters/leaky/mcp?token=${SENTINEL}`;

  async function stored(headers: Record<string, string>, path = '/audit/export'): Promise<AuditEntry[]> {
    const { text } = await request('GET', path, headers);
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as AuditEntry);
  }

  it('is in no log, audit record or error, whatever fails', async () => {
    const alice = await bearer();
    const bob = await bearer({ sub: 'bob' });
    const spec = {
      name: 'leaky',
      imageName: 'leaky',
      imageVersion: '1',
      environmentVariables: { SECRET: SENTINEL },
      healthCheck: { type: 'tcp' },
    };
    const json = JSON.stringify;

    // Tokens.
    await refused(401, 'POST', MCP, { authorization: `Bearer ${SENTINEL}` }, call('answer'));
    await refused(401, 'POST', MCP, { authorization: `Basic ${SENTINEL}` }, call('answer'));
    await refused(401, 'POST', MCP, await bearer({ exp: 1, name: SENTINEL, roles: [SENTINEL] }), call('answer'));
    await refused(401, 'POST', MCP, await bearer({ iss: `https://${SENTINEL}.example` }), call('answer'));
    await refused(401, 'GET', `/adapters?access_token=${SENTINEL}`, {});

    // Management: bodies, values of variables, queries.
    await refused(400, 'POST', `/adapters?token=${SENTINEL}`, alice, `{"name": "${SENTINEL}`);
    await refused(400, 'POST', '/adapters', alice, json({ ...spec, name: `${SENTINEL} ${SENTINEL}` }));
    await refused(400, 'POST', '/adapters', alice, json({ ...spec, replicaCount: SENTINEL }));
    await refused(400, 'GET', `/adapters?limit=${SENTINEL}`, alice);
    expect((await request('POST', '/adapters', alice, json(spec))).status).toBe(201);
    await refused(409, 'POST', '/adapters', bob, json(spec));
    await refused(404, 'PUT', `/adapters/leaky?token=${SENTINEL}`, bob, json(spec));
    await refused(412, 'PUT', '/adapters/leaky', { ...alice, 'if-match': `"${SENTINEL}"` }, json(spec));
    await refused(403, 'GET', `/audit?subject=${SENTINEL}`, bob);
    await waitFor('the server to be ready', async () => {
      const { text } = await request('GET', '/adapters/leaky/status', alice);
      return (JSON.parse(text) as { phase: string }).phase === 'Ready';
    });

    // Calls: arguments, results, errors of the server, queries, credentials in other headers.
    const secrets = { ...alice, cookie: `a=${SENTINEL}`, 'x-api-key': SENTINEL, 'mcp-session-id': SENTINEL };
    expect(await request('POST', MCP, alice, call('answer'))).toMatchObject({ status: 200 });
    expect(await request('POST', MCP, alice, call('refuse'))).toMatchObject({ status: 200 });
    expect(await request('POST', MCP, alice, call('fail'))).toMatchObject({ status: 500 });
    await refused(502, 'POST', MCP, alice, call('leave'));
    await refused(502, 'POST', MCP, alice, call('nonsense'));
    await refused(404, 'POST', MCP, bob, call('answer'));
    await refused(404, 'POST', MCP, secrets, call('answer'));
    await refused(405, 'PUT', MCP, alice, call('answer'));
    await refused(413, 'POST', MCP, alice, call(SENTINEL.repeat(500_000)));
    await refused(403, 'POST', MCP, { ...alice, origin: `https://${SENTINEL}.example` }, call('answer'));

    const admin = await bearer({ sub: 'root', roles: ['mcp.admin'] });
    const records = await waitFor('the last record', async () => {
      const found = await stored(admin);
      return found.some(({ code }) => code === 'ORIGIN_NOT_ALLOWED') && found;
    });
    const counted: Record<string, number> = {};
    for (const { action, outcome } of records)
      counted[`${action} ${outcome}`] = (counted[`${action} ${outcome}`] ?? 0) + 1;
    expect(counted).toMatchObject({
      'sign-in.failure refused': 5,
      'adapter.create success': 1,
      'adapter.create refused': 4,
      'adapter.update refused': 2,
      'audit.read refused': 1,
      'mcp.tools/call success': 2,
      'mcp.tools/call failed': 3,
      'mcp.tools/call refused': 3,
    });
    const lines = gateway
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{"audit":true,'));
    expect(lines.length).toBeGreaterThanOrEqual(records.length - 1);
    expect(gateway.output()).toContain('request refused'); // the logs are there, too

    expect(refusals.filter(({ text, headers }) => (text + headers).toLowerCase().includes(SENTINEL))).toEqual([]);
    expect(records.filter((record) => json(record).toLowerCase().includes(SENTINEL))).toEqual([]);
    const logged = gateway
      .output()
      .split('\n')
      .filter((line) => line.toLowerCase().includes(SENTINEL));
    expect(logged).toEqual([]);
  }, 60_000);

  it('leaves an audit that the documented command finds intact', async () => {
    const DATABASE_URL = environmentOf(gateway.part('control-plane'))['DATABASE_URL'];
    const command = repository('packages/database/dist/main.js');
    const run = promisify(execFile);
    const verify = (...args: string[]) =>
      run(process.execPath, [command, 'verify-audit', ...args], { env: { PATH: process.env['PATH'], DATABASE_URL } });
    const { stdout } = await verify();
    const [, records, end = ''] =
      /^(\d+) audit records are intact\. Note the end of the chain: (\d+:[\da-f]{64})\n$/.exec(stdout) ?? [];
    expect(Number(records)).toBeGreaterThan(20);
    expect((await verify(end)).stdout).toContain('are intact');
    const [position] = end.split(':');
    await expect(verify(`${position}:${'0'.repeat(64)}`)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`record ${position} is not the one that was noted`),
    });
    await expect(verify('nonsense')).rejects.toMatchObject({ code: 2 });
  });
});
