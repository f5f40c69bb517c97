import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { example } from '../support/api.js';
import { callText, connect, type Session } from '../support/clients.js';
import { startGateway, type Gateway } from '../support/gateway.js';
import { emptyDatabase } from '../support/postgres.js';
import { survivors } from '../support/processes.js';
import { replicaProcesses } from '../support/replicas.js';
import { waitFor } from '../support/wait.js';

const NODE = process.execPath;
const EVERYTHING = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js');
const STDIO = { MCP_COMMAND: NODE, MCP_ARGS: `"${EVERYTHING}" stdio` };

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway({
    catalogue: {
      everything: { command: NODE, args: [EVERYTHING, 'stdio'], transport: 'stdio' },
      bare: { command: NODE, args: ['-e', 'process.stdin.resume()'] },
    },
    env: { DATABASE_URL: await emptyDatabase() },
  });
}, 60_000);

/** Registers an adapter and waits until it serves. */
async function registered(name: string, more: Record<string, unknown>): Promise<string> {
  await gateway.api.create(example(name, more));
  await gateway.api.ready(name);
  return gateway.api.mcp(name);
}

const bridgesOf = (name: string) =>
  replicaProcesses(gateway, name).filter(({ command }) => command.includes('/mcp-bridge/dist/main.js'));
const serversOf = (name: string) => replicaProcesses(gateway, name).filter(({ command }) => command.endsWith(' stdio'));

const sum = (session: Session) => callText(session, 'get-sum', { a: 2, b: 3 });

describe('a stdio server', () => {
  it('runs behind the gateway with one request, and its processes end with the adapter', async () => {
    const url = await registered('one-request', { imageName: 'mcp-proxy', environmentVariables: STDIO });
    const [one, two] = [await connect(url), await connect(url)];
    expect([await sum(one), await sum(two)]).toEqual([expect.stringContaining('5'), expect.stringContaining('5')]);
    const running = await waitFor('the check to end', () => {
      const servers = serversOf('one-request').filter(({ command }) => !command.includes('dist/main.js'));
      return servers.length === 2 && [...servers, ...bridgesOf('one-request')];
    });
    await one.transport.terminateSession();
    await waitFor('the server of the session to end', () => survivors(running).length === 2);
    await gateway.api.remove('one-request');
    await waitFor('all to end', () => survivors(running).length === 0);
  });

  it('needs nothing but its transport in the catalogue', async () => {
    const url = await registered('catalogued', { imageName: 'everything' });
    expect(await sum(await connect(url))).toContain('5');
  });

  it('goes on in another replica when its replica is killed, under the same session', async () => {
    const url = await registered('moved', { imageName: 'mcp-bridge', environmentVariables: STDIO, replicaCount: 2 });
    const session = await connect(url);
    const id = session.transport.sessionId;
    expect(await sum(session)).toContain('5');
    for (const { pid } of bridgesOf('moved').slice(0, 1)) process.kill(pid, 'SIGKILL');
    expect(await sum(session)).toContain('5');
    for (const { pid } of bridgesOf('moved').slice(1)) process.kill(pid, 'SIGKILL');
    expect(await sum(session)).toContain('5');
    expect(session.transport.sessionId).toBe(id);
  });

  it('that speaks older revisions only serves a client that tries the newest first', async () => {
    const url = await registered('older', { imageName: 'mcp-proxy', environmentVariables: STDIO });
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    const { content } = await client.callTool({ name: 'get-sum', arguments: { a: 2, b: 3 } });
    expect(content).toMatchObject([{ text: expect.stringContaining('5') }]);
    await client.close();
  });

  it('that dies fails its requests, and its session goes on with a new one', async () => {
    const url = await registered('dies', { imageName: 'mcp-proxy', environmentVariables: STDIO });
    await waitFor('the check to end', () => serversOf('dies').every(({ command }) => command.includes('main.js')));
    const mine = await connect(url);
    const [server] = serversOf('dies').filter(({ command }) => !command.includes('main.js'));
    const other = await connect(url);
    const call = callText(mine, 'trigger-long-running-operation', { duration: 60, steps: 1 });
    await sum(mine);
    process.kill(server?.pid ?? 0, 'SIGKILL');
    await expect(call).rejects.toThrow(/The MCP server was killed by SIGKILL\. The request may have run/);
    expect([await sum(mine), await sum(other)]).toEqual([expect.stringContaining('5'), expect.stringContaining('5')]);
  });
});

it('reports a wrong command in the status of the adapter', async () => {
  const environmentVariables = { MCP_COMMAND: 'no-such-command', MCP_ARGS: '-y' };
  await gateway.api.create(example('wrong', { imageName: 'mcp-proxy', environmentVariables }));
  const message = await waitFor('the reason', async () => {
    const { replicas } = await gateway.api.status('wrong');
    return replicas[0]?.message?.includes('no-such-command') && replicas[0].message;
  });
  expect(message).toContain(
    'GET /healthz answers 503 "The command "no-such-command" of the MCP server is not installed here"',
  );
});

it('reports a server that speaks only stdio, with the remedy', async () => {
  await gateway.api.create(example('bare', { imageName: 'bare' }));
  const message = await waitFor('the reason', async () => {
    const { replicas } = await gateway.api.status('bare');
    return replicas[0]?.message?.includes('stdio') && replicas[0].message;
  });
  expect(message).toContain('A server that speaks only stdio ends like this because it gets no input');
  expect(message).toContain(
    'run it behind the bridge: imageName mcp-proxy with its command in MCP_COMMAND and MCP_ARGS',
  );
});
