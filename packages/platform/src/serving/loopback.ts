import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type LookupFunction } from 'node:net';

interface NamedOrigin {
  /** The host name of the server, which is also its `Host` header. */
  origin: string;
  /** For `net.connect`, where the name is not to be looked up. */
  lookup?: LookupFunction;
}

/**
 * A server on a loopback address is called `localhost`, and reached at that address all the same: some servers that check `Host`
 * take that name and none of its addresses.
 */
export function localhostOrigin(url: string): NamedOrigin {
  const { hostname, port, origin, protocol } = new URL(url);
  if (hostname !== '127.0.0.1' && hostname !== '[::1]') return { origin };
  const found = hostname === '[::1]' ? { address: '::1', family: 6 } : { address: hostname, family: 4 };
  return {
    origin: `${protocol}//localhost${port && `:${port}`}`,
    lookup: (_name, { all }, callback) => (all ? callback(null, [found]) : callback(null, found.address, found.family)),
  };
}

/** A port of 127.0.0.1 that was free a moment ago. Another process may take it first, so be ready to request another. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const LOOPBACK = '127.0.0.1';

/**
 * Keeps a port for a server that starts soon, possibly in another process, until the returned function is called:
 * meanwhile connections to it are refused, and the kernel gives it to nobody who requests any port. The server has to
 * set SO_REUSEADDR, as Node does. Only Linux is known to work so; elsewhere nothing is kept.
 */
export async function holdPort(port: number): Promise<() => void> {
  if (process.platform !== 'linux') return () => {};
  const peer = createServer((socket) =>
    socket
      .resume()
      .once('error', () => {})
      .unref(),
  ).listen(0, LOOPBACK);
  await once(peer, 'listening');
  const { port: peerPort } = peer.unref().address() as AddressInfo;
  const holder = connect({ host: LOOPBACK, port: peerPort, localAddress: LOOPBACK, localPort: port }).unref();
  await once(holder, 'connect').catch(() => {}); // a connection has the port already, and keeps it as well
  return () => {
    holder.resetAndDestroy();
    peer.close();
  };
}
