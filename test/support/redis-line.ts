import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { afterTest } from './clean-up.js';
import { sharedRedis } from './redis.js';

export interface RedisLine {
  url: string;
  /** Closes every connection and every new one, as when the server has ended. */
  cut(): void;
  /** Accepts connections again. */
  restore(): void;
  /**
   * Holds back the server's answers on each connection once the client has sent the text, as when the server hangs.
   * Resolves when the first answer is held back.
   */
  hold(text: string): Promise<void>;
  release(): void;
}

interface Connection {
  client: Socket;
  server: Socket;
}

/** A connection to the file's Redis that a test can break, with TLS on request. It ends with the test, or with `after`. */
export async function redisLine(after = afterTest, tls?: TlsOptions): Promise<RedisLine> {
  const target = new URL((await sharedRedis()).url);
  const connections = new Set<Connection>();
  let isCut = false;
  let heldText: string | undefined;
  let onHeld = () => {};

  const accept = (client: Socket) => {
    if (isCut) return void client.destroy();
    const server = connect(Number(target.port), target.hostname);
    const connection = { client, server };
    connections.add(connection);
    client.on('data', (chunk) => {
      if (heldText !== undefined && chunk.includes(heldText)) {
        server.pause();
        onHeld();
      }
      server.write(chunk);
    });
    server.on('data', (chunk) => client.write(chunk));
    for (const socket of [client, server]) {
      socket.on('error', () => {});
      socket.on('close', () => {
        connections.delete(connection);
        client.destroy();
        server.destroy();
      });
    }
  };
  const listener = (tls ? createTlsServer(tls, accept) : createServer(accept)).listen(0, '127.0.0.1');
  await once(listener, 'listening');

  const cut = () => {
    isCut = true;
    for (const { client } of connections) client.destroy();
  };
  after(() => {
    cut();
    listener.close();
  });
  return {
    url: `${tls ? 'rediss' : 'redis'}://:${target.password}@127.0.0.1:${(listener.address() as AddressInfo).port}`,
    cut,
    restore: () => void (isCut = false),
    hold: (text) =>
      new Promise((resolve) => {
        heldText = text;
        onHeld = resolve;
      }),
    release() {
      heldText = undefined;
      for (const { server } of connections) server.resume();
    },
  };
}
