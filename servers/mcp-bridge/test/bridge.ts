import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll } from '@jest/globals';
import { createHttpServer } from '../src/http/server.js';
import { remoteTarget } from '../src/remote/target.js';
import { readSettings } from '../src/settings.js';
import { stdioTarget } from '../src/stdio/target.js';

export interface Bridge {
  url: string;
  log: string[];
  close(): Promise<void>;
}

const closing: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(closing.splice(0).map((close) => close())));

/** A bridge in this process, with the settings of these variables. Closed after the tests of the file at the latest. */
export async function startBridge(env: Record<string, string>, argv: string[] = []): Promise<Bridge> {
  const settings = readSettings(env, argv);
  const log: string[] = [];
  const write = (line: string) => void log.push(line);
  const environment = { PATH: process.env['PATH'] ?? '', ...env };
  const { target: to, ...rest } = settings;
  const target =
    to.kind === 'stdio'
      ? stdioTarget({ ...rest, target: to }, to, environment, write)
      : remoteTarget({ ...rest, target: to }, write);
  const { maxMessageBytes } = settings;
  const server = createHttpServer({ target, maxMessageBytes, isLoopback: true, log: write });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  async function close() {
    server.close();
    await target.close();
    server.closeAllConnections();
  }
  closing.push(close);
  return { url: `http://127.0.0.1:${port}/mcp`, log, close };
}

const HOSTILE = fileURLToPath(new URL('hostile-server.mjs', import.meta.url));

/** A bridge with the server of hostile-server.mjs, which behaves as `ways` say. */
export const startHostile = (ways: string, env: Record<string, string> = {}): Promise<Bridge> =>
  startBridge({ MCP_COMMAND: process.execPath, MCP_ARGS: `"${HOSTILE}" ${ways}`, ...env });

export async function until(condition: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${condition.toString()}`);
    await new Promise((resolve) => void setTimeout(resolve, 20));
  }
}
