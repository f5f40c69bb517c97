import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { afterTests, folder } from '../support/after-tests.js';
import { example } from '../support/api.js';
import { callInSession, callModern, callText, connect, initialize, whoami } from '../support/clients.js';
import { refusedStart, startGateway, type CatalogueFile, type Gateway } from '../support/gateway.js';
import { launch, repository } from '../support/launch.js';
import { becomesTrue, waitFor } from '../support/wait.js';

const CATALOGUE: CatalogueFile = {
  numbered: { command: process.execPath, args: [repository('test/support/numbered-sessions.mjs')] },
};
const NUMBERED = { name: 'numbered', imageName: 'numbered', imageVersion: '1' };
const SECRETS = {
  variable: 'value-of-an-environment-variable',
  token: 'bearer-token-of-a-caller',
  cookie: 'cookie-of-a-browser',
};

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway({ catalogue: CATALOGUE, env: { MCP_GATEWAY_LOG_LEVEL: 'trace' } });
}, 60_000);

describe('the output of npm start', () => {
  it('contains a client configuration that works', async () => {
    const line =
      gateway
        .output()
        .split('\n')
        .find((each) => each.includes('mcpServers')) ?? '';
    const { mcpServers } = JSON.parse(line) as { mcpServers: Record<string, { type: string; url: string }> };

    expect(Object.entries(mcpServers)).toEqual([
      ['mcp_gateway', { type: 'http', url: `${gateway.url}/mcp` }],
      ['mcp-example', { type: 'http', url: gateway.api.mcp('mcp-example') }],
    ]);
    const { client } = await connect(mcpServers['mcp_gateway']?.url as string);
    await becomesTrue('the example of a tool', async () =>
      expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['weather']),
    );
    const session = await connect(mcpServers['mcp-example']?.url as string);
    expect(await callText(session, 'add', { a: 40, b: 2 })).toBe('42');
  });

  it('contains a shell command that works', async () => {
    const line =
      gateway
        .output()
        .split('\n')
        .find((each) => each.trimStart().startsWith('curl ')) ?? '';
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', line]);
    expect(stdout).toContain('"text":"5"');
  });

  it('contains no session id, valid or invalid, at any log level', async () => {
    const url = gateway.api.mcp('mcp-example');
    const session = await connect(url);
    const good = session.transport.sessionId as string;
    const bad = [`${good.slice(0, -8)}AAAAAAAA`, good.slice(0, 100), 'never-a-session-but-somebody-else-s-secret'];
    for (const id of bad) expect(await callInSession(url, id, 'whoami')).toMatchObject({ status: 404 });

    // A relocation whose server does not answer must not log the id either.
    process.kill((await whoami(session)).pid, 'SIGKILL');
    await whoami(session);
    expect((await initialize(url)).status).toBe(200);
    await session.transport.terminateSession();
    expect(await callInSession(url, good, 'whoami')).toMatchObject({ status: 404 });

    const output = () => gateway.output();
    await waitFor('the refusals to be logged', () => output().split('SESSION_NOT_FOUND').length > bad.length + 1);
    await waitFor('the move to be logged', () => output().includes('a session was relocated to another replica'));
    for (const id of [good, ...bad]) {
      expect(output()).not.toContain(id);
      expect(output()).not.toContain(id.slice(0, 32));
    }
    await gateway.api.ready('mcp-example');
  });

  it('contains no secret, and neither do the log files, at any level and during failures', async () => {
    const spec = example('secretive', { environmentVariables: { TOKEN: SECRETS.variable } });
    const headers = { authorization: `Bearer ${SECRETS.token}`, cookie: `id=${SECRETS.cookie}` };
    await gateway.api.create(spec);
    await gateway.api.ready('secretive');
    const session = await connect(gateway.api.mcp('secretive'), { headers });
    expect(await whoami(session)).toMatchObject({ authorization: false });
    const sessionId = session.transport.sessionId as string;
    await gateway.api.request('PUT', '/secretive', { ...spec, environmentVariables: { 'NO NAME': SECRETS.variable } });
    await gateway.api.request('PUT', '/secretive', { ...spec, replicaCount: SECRETS.variable });
    for (const part of ['redis', 'postgres'] as const) {
      process.kill(gateway.part(part), 'SIGKILL');
      await gateway.api.request('PUT', '/secretive', spec);
      await waitFor(`${part} to be back`, () => gateway.part(part));
    }
    await becomesTrue('all to work again', () => gateway.api.update({ ...spec, replicaCount: 0 }));

    const data = join(gateway.home, 'data');
    const sessionKey = (await readFile(join(data, 'session.key'), 'utf8')).trim();
    const redisPassword = (await readFile(join(data, 'redis.conf'), 'utf8')).trim().split(' ').at(-1) as string;
    const output = [gateway.output(), ...(await contentsBelow(join(data, 'logs')))].join('\n');
    expect(output).toContain('"level":"debug"');
    for (const secret of [...Object.values(SECRETS), sessionKey, redisPassword, sessionId]) {
      expect(output.split('\n').filter((line) => line.includes(secret))).toEqual([]);
    }
    await gateway.api.remove('secretive');
  });
});

describe('the end of the gateway', () => {
  // Each test continues with the gateway that the previous one has started.
  it.each([
    { signal: 'SIGINT', code: 0 },
    { signal: 'SIGKILL', code: null },
  ] as const)(
    'by $signal leaves no process behind, and the next start has the same adapters',
    async ({ signal, code }) => {
      if (signal === 'SIGINT') await gateway.api.create(NUMBERED);
      await gateway.api.ready('numbered');
      const adapters = await gateway.api.list();
      const mine = (await initialize(gateway.api.mcp('numbered'))).sessionId as string;
      expect(gateway.processes().length).toBeGreaterThan(15);

      expect(await gateway.end(signal)).toEqual({ code, left: [] });
      gateway = await startGateway({ home: gateway.home, catalogue: CATALOGUE });

      expect(adapters.map(({ name }) => name)).toEqual(['mcp-example', 'numbered']);
      expect(await gateway.api.list()).toEqual(adapters);
      for (const { name } of adapters) expect(gateway.output()).toContain(gateway.api.mcp(name));
      await gateway.api.ready('numbered');
      expect(await callModern(gateway.api.mcp('mcp-example'), 'add', { a: 2, b: 3 })).toMatchObject({ text: '5' });
      const theirs = (await initialize(gateway.api.mcp('numbered'))).sessionId as string; // the server issues its first id again
      expect(await callInSession(gateway.api.mcp('numbered'), mine, 'counter')).toMatchObject({
        status: 404,
        text: '',
      });
      expect(await callInSession(gateway.api.mcp('numbered'), theirs, 'counter')).toMatchObject({ text: '1' });
    },
    60_000,
  );

  it.each(['SIGINT', 'SIGKILL'] as const)(
    'by %s during the start of its services leaves no process behind',
    async (signal) => {
      const starting = launch(await folder());
      await waitFor(
        'its services',
        () => starting.processes().some(({ command }) => command.includes('/data-plane/')),
        20_000,
      );

      expect((await starting.end(signal)).left).toEqual([]);
    },
    40_000,
  );
});

describe('a start that cannot succeed reports why, and what to do', () => {
  const inFile = (text: string) => async () => {
    const file = join(await folder(), 'catalogue.json');
    await writeFile(file, text);
    return { MCP_GATEWAY_CATALOGUE: file };
  };

  it.each<{
    what: string;
    settings: () => Record<string, string> | Promise<Record<string, string>>;
    messages: RegExp[];
  }>([
    {
      what: 'a port that is in use',
      async settings() {
        const server = createServer().listen(0, '127.0.0.1');
        afterTests(() => server.close());
        await new Promise((resolve) => server.once('listening', resolve));
        return { PORT: String((server.address() as AddressInfo).port) };
      },
      messages: [/^Port \d+ on 127\.0\.0\.1 is taken/, /Set PORT to another/],
    },
    {
      what: 'several invalid settings at once',
      settings: () => ({
        PORT: 'eighty',
        MCP_GATEWAY_LOG_LEVEL: 'loud',
        DATABASE_URL: 'mysql://127.0.0.1/gateway',
        REDIS_URL: 'redis://:12/word@127.0.0.1:6379',
        MCP_GATEWAY_SESSION_IDLE_SECONDS: 'soon',
      }),
      messages: [
        /^PORT must be a port number/m,
        /^MCP_GATEWAY_LOG_LEVEL must be one of trace, debug/m,
        /^DATABASE_URL must start with postgresql:/m,
        /^REDIS_URL must be a URL such as (?!.*12\/)/m,
        /^MCP_GATEWAY_SESSION_IDLE_SECONDS must be a number of/m,
      ],
    },
    {
      what: 'development sign-in for the whole network',
      settings: () => ({ MCP_GATEWAY_HOST: '0.0.0.0' }),
      messages: [/^MCP_GATEWAY_HOST=0\.0\.0\.0/, /MCP_GATEWAY_DEVELOPMENT_SIGN_IN=allow-from-network/],
    },
    {
      what: 'a data folder that another gateway uses',
      settings: () => ({ MCP_GATEWAY_DATA: join(gateway.home, 'data') }),
      messages: [/^Another gateway uses the data folder/, /set MCP_GATEWAY_DATA to another/],
    },
    {
      what: 'a data folder that cannot be created',
      settings: () => ({ MCP_GATEWAY_DATA: repository('package.json') }),
      messages: [/^The data folder .*package\.json cannot be created/, /Set MCP_GATEWAY_DATA to another/],
    },
    {
      what: 'a catalogue that does not exist',
      settings: async () => ({ MCP_GATEWAY_CATALOGUE: join(await folder(), 'none.json') }),
      messages: [/^The catalogue .*none\.json \(MCP_GATEWAY_CATALOGUE\) cannot be used/, /no such file/],
    },
    {
      what: 'a catalogue with an unknown field',
      settings: inFile('{ "a": { "command": "node", "arg": [] } }'),
      messages: [/^The catalogue .*: #\/a\/arg is not a known field\./],
    },
  ])('$what', async ({ settings, messages }) => {
    const { code, left, output } = await refusedStart(await settings());

    expect({ code, left }).toEqual({ code: 1, left: [] });
    for (const each of messages) expect(output).toMatch(each);
    expect(output).not.toMatch(/^\s+at /m); // users of the command see no stack
  });

  it('a database that does not answer, without showing its password', async () => {
    const { code, left, output } = await refusedStart({
      DATABASE_URL: 'postgresql://me:password1@127.0.0.1:1/gateway',
    });

    expect({ code, left }).toEqual({ code: 1, left: [] });
    expect(output).toMatch(/Cannot connect to PostgreSQL at me@127\.0\.0\.1:1\/gateway.* DATABASE_URL/);
    expect(output).not.toContain('password1');
    expect(output).not.toMatch(/^\s+at /m);
  });
});

async function contentsBelow(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries.filter((each) => each.isFile()).map((each) => readFile(join(each.parentPath, each.name), 'utf8')),
  );
}
