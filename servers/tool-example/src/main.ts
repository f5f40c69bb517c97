import type { AddressInfo } from 'node:net';
import { createHttpServer } from './http.js';

/** Leaves time for the remaining steps: the gateway ends a process some seconds after the signal. */
const CUT_CONNECTIONS_MS = 1_000;

const { PORT = '8000', HOST = '127.0.0.1' } = process.env;
const port = Number(PORT);
if (!/^\d+$/.test(PORT) || port > 65_535) leave(`PORT must be a number from 0 to 65535, not '${PORT}'.`);

const server = createHttpServer();
server.once('error', (error: NodeJS.ErrnoException) =>
  leave(
    error.code === 'EADDRINUSE'
      ? `Port ${port} on ${HOST} is taken. Set PORT to another one.`
      : `Cannot listen on ${HOST}, port ${port}: ${error.message}`,
  ),
);
server.listen(port, HOST, () => {
  const { address, family, port: actual } = server.address() as AddressInfo;
  console.log(`tool-example listens on http://${family === 'IPv6' ? `[${address}]` : address}:${actual}/score`);
});

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    server.close(() => process.exit(0));
    setTimeout(() => server.closeAllConnections(), CUT_CONNECTIONS_MS).unref();
  });
}

function leave(reason: string): never {
  console.error(reason);
  process.exit(1);
}
