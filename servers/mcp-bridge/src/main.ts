import type { AddressInfo } from 'node:net';
import { createHttpServer } from './http/server.js';
import { openLog } from './log.js';
import { remoteTarget } from './remote/target.js';
import { readSettings, SettingsError, unknownSettings, type Settings } from './settings.js';
import { stdioTarget } from './stdio/target.js';
import type { Target } from './target.js';

/** Connections that do not end by themselves are cut then. */
const CUT_CONNECTIONS_MS = 1_000;
const LOOPBACK_ADDRESSES = ['localhost', '127.0.0.1', '::1'];

const { log, flush } = openLog(2);
const settings = await settingsOrExit();
for (const sentence of unknownSettings(process.env)) log(`mcp-bridge: ${sentence}`);
const target = targetOf(settings);
const server = createHttpServer({
  target,
  maxMessageBytes: settings.maxMessageBytes,
  isLoopback: LOOPBACK_ADDRESSES.includes(settings.host),
  log,
});
server.once('error', (error: NodeJS.ErrnoException) => {
  void leave(`Cannot listen on ${settings.host}, port ${settings.port}: ${error.message}. Set PORT to another one.`, 1);
});
server.listen(settings.port, settings.host, () => {
  const { address, family, port } = server.address() as AddressInfo;
  log(`mcp-bridge listens on http://${family === 'IPv6' ? `[${address}]` : address}:${port}/mcp`);
});

process.once('SIGTERM', () => void shutdown());
process.once('SIGINT', () => void shutdown());

async function shutdown(): Promise<void> {
  server.close();
  setTimeout(() => server.closeAllConnections(), CUT_CONNECTIONS_MS).unref();
  await leave('mcp-bridge ends', 0);
}

function targetOf({ target: to, ...rest }: Settings): Target {
  return to.kind === 'stdio'
    ? stdioTarget({ ...rest, target: to }, to, process.env, log)
    : remoteTarget({ ...rest, target: to }, log);
}

async function settingsOrExit(): Promise<Settings> {
  try {
    return readSettings(process.env, process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    log(error.message);
    await flush();
    process.exit(1);
  }
}

async function leave(reason: string, code: number): Promise<never> {
  log(reason);
  await target.close();
  await flush();
  process.exit(code);
}
