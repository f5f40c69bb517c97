import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError } from '../config/read.js';
import { endDeadConnections } from './end-dead-connections.js';

/** Connections that may wait to be accepted, as far as the system lets them: after an outage all clients come back at once. */
const BACKLOG = 4_096;

/** The names of the variables that say where to listen. */
const USUAL = { port: 'PORT', host: 'MCP_GATEWAY_HOST' };

/** Every address, IPv4 included, and what stands for it on a machine without IPv6 (where the kernel has none, EAFNOSUPPORT). */
const ANY = '::';
const ANY_IPV4 = '0.0.0.0';

/**
 * Starts to listen; returns the port, which differs from the requested one when that was 0. `::` also stands for all of IPv4.
 * Connections of clients that have vanished end within about a minute.
 * @throws ConfigError when the port is taken, naming the variable to change.
 */
export async function listen(
  server: Server,
  { host, port }: { host: string; port: number },
  variables = USUAL,
): Promise<number> {
  endDeadConnections(server);
  await listenOn(server, host, port)
    .catch((error: NodeJS.ErrnoException) => {
      if (host !== ANY || error.code !== 'EAFNOSUPPORT') throw error;
      return listenOn(server, ANY_IPV4, port);
    })
    .catch((error: NodeJS.ErrnoException) => {
      throw listenError(error, { host, port }, variables);
    });
  return (server.address() as AddressInfo).port;
}

const listenOn = (server: Server, host: string, port: number): Promise<void> =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off('error', reject);
      resolve();
    });
  });

function listenError(
  error: NodeJS.ErrnoException,
  { host, port }: { host: string; port: number },
  set: typeof USUAL,
): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new ConfigError(
        `Port ${port} on ${host} is taken. Set ${set.port} to another one, such as ${set.port}=${port + 1}.`,
      );
    case 'EACCES':
      return new ConfigError(`Port ${port} needs privileges this user lacks. Set ${set.port} to one above 1023.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN': // the resolver does not answer
      return new ConfigError(`${set.host}=${host} is not an address of this machine.`);
    default:
      return error;
  }
}

/** Long enough for a client in the middle of something to send its next request. */
const CLOSE_NOTICE_MS = 500;
const IDLE_CHECK_MS = 100;

/**
 * Closes without losing a request. At first every answer has `Connection: close`: on a connection that is closed while it is
 * idle, a request may be on its way. Then no connection is taken, requests in flight end for `graceMs`, and what is left is
 * cut. With `graceMs` 0 all of it happens at once.
 */
export async function closeServer(server: Server, graceMs: number): Promise<void> {
  server.prependListener('request', (_req, res) => void res.setHeader('connection', 'close'));
  if (graceMs > 0 && (await connections(server)) > 0) await delay(CLOSE_NOTICE_MS);
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  // A connection that is busy now is idle later, and would be used again until it is cut.
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(cut);
}

const connections = (server: Server): Promise<number> =>
  new Promise((resolve) => server.getConnections((error, count) => resolve(error ? 0 : count)));
