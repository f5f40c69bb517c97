import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { folder } from '../support/after-tests.js';
import { example } from '../support/api.js';
import { callInSession, connect, count } from '../support/clients.js';
import { refusedStart, startGateway } from '../support/gateway.js';
import { environmentOf } from '../support/processes.js';

describe('the gateway on one machine', () => {
  it('prints a URL, a client configuration and a curl line, and each works as it stands', async () => {
    const gateway = await startGateway();
    const printed = gateway.output();

    const configuration = JSON.parse(/^ {2}(\{.*\})$/m.exec(printed)?.[1] ?? '') as {
      mcpServers: Record<string, { type: string; url: string }>;
    };
    const url = `${gateway.url}/adapters/mcp-example/mcp`;
    expect(configuration).toEqual({ mcpServers: { 'mcp-example': { type: 'http', url } } });
    expect(printed).toContain(`\n  ${url}\n`);
    expect(await count(await connect(url))).toBe(1);

    const line = /^ {2}(curl .*)$/m.exec(printed)?.[1] ?? '';
    const answer = JSON.parse(execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' })) as object;
    expect(answer).toMatchObject({ id: 1, result: { content: [{ type: 'text', text: '5' }] } });

    expect(await gateway.end('SIGINT')).toEqual({ code: 0, signal: null, left: [] });
  }, 60_000);

  it('has its adapters back after a restart, and sends old sessions to nobody else', async () => {
    const before = await startGateway();
    await before.api.create(example('mine', { description: 'kept' }));
    await before.api.ready('mine');
    const { id } = await before.api.get('mine');
    const { transport } = await connect(before.api.mcp('mine'));
    const sessionId = transport.sessionId as string;
    await before.end('SIGTERM');

    const after = await startGateway({ home: before.home });
    await after.api.ready('mine');
    expect(await after.api.get('mine')).toMatchObject({ id, description: 'kept', generation: 1 });
    expect(await count(await connect(after.api.mcp('mine')))).toBe(1);
    expect((await callInSession(after.api.mcp('mine'), sessionId, 'counter')).status).toBe(404);
    await after.end();
  }, 60_000);

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
    'leaves no process behind after %s, and starts again on what it left',
    async (signal) => {
      const gateway = await startGateway();
      expect(gateway.processes().length).toBeGreaterThan(8);
      const { left } = await gateway.end(signal);
      expect(left).toEqual([]);

      const again = await startGateway({ home: gateway.home });
      expect(await count(await connect(again.api.mcp('mcp-example')))).toBe(1);
      await again.end();
    },
    60_000,
  );

  it('runs beside another one on another data folder, and refuses to share a folder', async () => {
    const [one, two] = await Promise.all([startGateway(), startGateway()]);
    await one.api.create(example('only-here', { replicaCount: 0 }));
    expect((await two.api.list()).map(({ name }) => name)).toEqual(['mcp-example']);

    const { code, said } = await refusedStart({}, one.home);
    expect(code).toBe(1);
    expect(said).toBe(
      `Another gateway uses the data folder ${one.home}/data. Stop it, or set MCP_GATEWAY_DATA to another one.\n`,
    );
    expect((await one.api.list()).length).toBe(2);
    await Promise.all([one.end(), two.end()]);
  }, 60_000);

  it('writes no secret to its logs, however much it logs', async () => {
    const gateway = await startGateway({ env: { MCP_GATEWAY_LOG_LEVEL: 'trace' } });
    const secret = 'a-secret-that-nobody-logs';
    await gateway.api.create(example('careful', { environmentVariables: { TOKEN: secret } }));
    await gateway.api.ready('careful');
    const { transport } = await connect(gateway.api.mcp('careful'), { headers: { authorization: `Bearer ${secret}` } });
    await fetch(gateway.api.mcp('careful'), {
      method: 'POST',
      headers: { authorization: secret, cookie: secret },
      body: secret,
    });
    await gateway.api.request('POST', '', { ...example('careful'), environmentVariables: { 'not a name': secret } });
    const { MCP_GATEWAY_SESSION_KEYS: key = '', REDIS_URL: redis = '' } = environmentOf(gateway.part('data-plane'));

    expect(gateway.output()).toContain('reconcile');
    for (const hidden of [secret, transport.sessionId as string, key, new URL(redis).password]) {
      expect(hidden.length).toBeGreaterThan(10);
      expect(gateway.output()).not.toContain(hidden);
    }
  }, 60_000);
});

describe('a start that cannot succeed', () => {
  it('names PORT when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, said } = await refusedStart({ PORT: String(port) });
    other.close();
    expect({ code, said }).toEqual({
      code: 1,
      said: `Port ${port} on 127.0.0.1 is taken. Set PORT to another one, such as PORT=${port + 1}.\n`,
    });
  });

  it.each([
    [{ PORT: 'web' }, /^PORT must be a port number/],
    [{ MCP_GATEWAY_LOG_LEVEL: 'loud' }, /^MCP_GATEWAY_LOG_LEVEL must be one of trace/],
    [{ DATABASE_URL: 'mysql://x' }, /^DATABASE_URL must start with postgresql:/],
    [{ MCP_GATEWAY_HOST: '0.0.0.0' }, /development sign-in lets anyone be anyone/],
    [
      { MCP_GATEWAY_CATALOGUE: '/nowhere.json' },
      /^The catalogue \/nowhere\.json \(MCP_GATEWAY_CATALOGUE\) cannot be used/,
    ],
  ])('says what to change: %j', async (env, words) => {
    const { code, said } = await refusedStart(env);
    expect(code).toBe(1);
    expect(said).toMatch(words);
    expect(said).not.toContain('    at ');
  });

  it.each(['{', '[]', '{"x": {"args": []}}', '{"x": {"command": "y", "image": "z"}}'])(
    'names the catalogue that is not one: %s',
    async (contents) => {
      const file = join(await folder(), 'catalogue.json');
      await writeFile(file, contents);
      const { code, said } = await refusedStart({ MCP_GATEWAY_CATALOGUE: file });
      expect(code).toBe(1);
      expect(said).toContain(`The catalogue ${file} (MCP_GATEWAY_CATALOGUE) cannot be used`);
    },
  );
});
