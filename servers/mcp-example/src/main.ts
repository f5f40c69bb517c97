import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { createHttpServer } from './http.js';
import { portOf } from './port.js';
import { createExampleServer } from './server.js';
import { legacySessions } from './sessions.js';

const SWEEP_MS = 60_000;
/** Leaves time for the remaining steps: the process exits two seconds after the signal. */
const CUT_CONNECTIONS_MS = 1_000;

const { PORT = '8000', HOST = '127.0.0.1', MCP_GATEWAY_REPLICA: replica } = process.env;
const port = portOf(PORT);
if (port === undefined) leave(`PORT must be a number from 0 to 65535, not '${PORT}'.`);

const sessions = legacySessions({ createServer: () => createExampleServer({ era: 'legacy', replica, wait }) });
const modern = createMcpHandler(() => createExampleServer({ era: 'modern', replica, wait }), { legacy: 'reject' });
const server = createHttpServer({ sessions, modern });
const sweep = setInterval(() => void sessions.closeIdle(), SWEEP_MS);

server.once('error', (error: NodeJS.ErrnoException) =>
  leave(
    error.code === 'EADDRINUSE'
      ? `Port ${port} on ${HOST} is taken. Set PORT to another one, such as PORT=${port + 1}.`
      : `Cannot listen on ${HOST}, port ${port}: ${error.message}`,
  ),
);
server.listen(port, HOST, () => {
  const { address, family, port: actual } = server.address() as AddressInfo;
  console.log(`mcp-example listens on http://${family === 'IPv6' ? `[${address}]` : address}:${actual}/mcp`);
});

process.once('SIGTERM', () => void shutdown());
process.once('SIGINT', () => void shutdown());

async function shutdown(): Promise<never> {
  clearInterval(sweep);
  const closed = once(server, 'close');
  server.close();
  setTimeout(() => server.closeAllConnections(), CUT_CONNECTIONS_MS).unref();
  await Promise.all([sessions.closeAll(), modern.close()]); // ends their streams, so that connections can end
  await closed;
  process.exit(0);
}

function leave(reason: string): never {
  console.error(reason);
  process.exit(1);
}
