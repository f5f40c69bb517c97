import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { connectV1 } from '../test/clients.js';
import { exitOf, firstLine, startProcess } from '../test/start-process.js';
import { callTool, initialize, openStream, post } from '../test/wire.js';

const children: ChildProcess[] = [];
let other: Server | undefined;
function start(env: Record<string, string>): ChildProcess {
  const child = startProcess(env);
  children.push(child);
  return child;
}
afterEach(() => {
  children.splice(0).forEach((child) => child.kill('SIGKILL'));
  other?.close();
});

async function startAndListen(env: Record<string, string> = {}) {
  const child = start({ PORT: '0', ...env });
  const url = /http:\S+/.exec(await firstLine(child, 'stdout'))?.[0] as string;
  return { child, url };
}

it.each(['SIGTERM', 'SIGINT'] as const)('exits with 0 within two seconds of %s, whatever is open', async (signal) => {
  const { child, url } = await startAndListen();
  const session = await initialize(url);
  const stream = await openStream(url, session);
  const call = await post(url, callTool(2, 'slow', { seconds: 60 }), { 'mcp-session-id': session });
  const asked = performance.now();
  child.kill(signal);
  expect(await exitOf(child)).toEqual({ code: 0, signal: null });
  expect(performance.now() - asked).toBeLessThan(2_000);
  expect(await stream.text()).toBe('');
  expect(await call.text()).toBe('');
});

it('reports which replica it is', async () => {
  const { url } = await startAndListen({ MCP_GATEWAY_REPLICA: 'mcp-example-3' });
  const client = await connectV1(url);
  const result = await client.call('whoami');
  expect(JSON.parse(result.content[0]?.text ?? '')).toMatchObject({ replica: 'mcp-example-3' });
  await client.close();
});

it('explains why a value is not a port', async () => {
  const child = start({ PORT: 'eight' });
  expect(await firstLine(child, 'stderr')).toBe("PORT must be a number from 0 to 65535, not 'eight'.");
  expect(await exitOf(child)).toEqual({ code: 1, signal: null });
});

it('explains that the port is in use, and what to do', async () => {
  other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const child = start({ PORT: String(port) });
  expect(await firstLine(child, 'stderr')).toContain(`Port ${port} on 127.0.0.1 is taken. Set PORT to another one`);
  expect((await exitOf(child)).code).toBe(1);
});
