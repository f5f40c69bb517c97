import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, createServer, type AddressInfo } from 'node:net';
import { afterTest } from '../../support/clean-up.js';

/** Breaks every connection of a server, and ends it. */
export async function endServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

/**
 * As SIGKILL does: every connection breaks, and new ones are refused. The port stays taken until the test ends; else
 * another test that runs at the same time may listen there, and answer.
 */
export async function killServer(server: Server): Promise<void> {
  const { port } = server.address() as AddressInfo;
  await endServer(server);
  const peer = createServer((socket) => socket.resume().once('error', () => {}));
  await once(peer.listen(0, '127.0.0.1'), 'listening');
  const host = '127.0.0.1';
  const { port: peerPort } = peer.address() as AddressInfo;
  const holder = connect({ host, port: peerPort, localAddress: host, localPort: port });
  afterTest(() => {
    holder.destroy();
    peer.close();
  });
  await once(holder, 'connect').catch(() => {}); // EADDRINUSE: a connection of another program has the port already
}
