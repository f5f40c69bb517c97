import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { Agent, createServer, get, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ConfigError } from '../config/index.js';
import { freePort, holdPort } from './loopback.js';
import { closeServer, listen } from './listen.js';

const servers: Server[] = [];
function server(onRequest?: Parameters<typeof createServer>[1]): Server {
  const created = onRequest ? createServer(onRequest) : createServer();
  servers.push(created);
  return created;
}
afterEach(() => {
  for (const each of servers.splice(0)) {
    each.closeAllConnections();
    each.close();
  }
});

async function refusal(host: string, port: number): Promise<unknown> {
  return listen(server(), { host, port }).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('listening', () => {
  it('returns the port that the system chose', async () => {
    const first = server();
    const port = await listen(first, { host: '127.0.0.1', port: 0 });
    expect((first.address() as AddressInfo).port).toBe(port);
    expect(port).toBeGreaterThan(0);
  });

  it('takes IPv4 as well as IPv6 on the address that stands for all', async () => {
    const port = await listen(
      server((_req, res) => void res.end('ok')),
      { host: '::', port: 0 },
    );
    for (const host of ['127.0.0.1', '[::1]']) expect(await (await fetch(`http://${host}:${port}`)).text()).toBe('ok');
  });

  it('takes IPv4 on the address that stands for all where the kernel has no IPv6', async () => {
    const listening = server((_req, res) => void res.end('ok'));
    const { listen: really } = listening;
    listening.listen = function (this: Server, ...args: unknown[]) {
      const [{ host }] = args as [{ host: string }];
      if (!host.includes(':')) return Reflect.apply(really, this, args) as Server;
      const error = Object.assign(new Error('no such family'), { code: 'EAFNOSUPPORT' });
      setImmediate(() => this.emit('error', error));
      return this;
    } as Server['listen'];
    const port = await listen(listening, { host: '::', port: 0 });
    expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('ok');
    const elsewhere = server();
    elsewhere.listen = listening.listen;
    await expect(listen(elsewhere, { host: '::1', port: 0 })).rejects.toThrow('no such family');
  });

  it('says which variable to change when the port is taken', async () => {
    const port = await listen(server(), { host: '127.0.0.1', port: 0 });
    const error = await refusal('127.0.0.1', port);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toHaveProperty(
      'message',
      `Port ${port} on 127.0.0.1 is taken. Set PORT to another one, such as PORT=${port + 1}.`,
    );
  });

  it.each(['192.0.2.1', 'no-such-host.invalid'])('says which variable to change when %s is not here', async (host) => {
    expect(await refusal(host, 0)).toHaveProperty(
      'message',
      `MCP_GATEWAY_HOST=${host} is not an address of this machine.`,
    );
  });
});

describe('closing', () => {
  /** A request that the test answers. */
  async function pending(): Promise<{ listening: Server; client: Socket; answer: () => void }> {
    let answer = () => {};
    const arrived = new Promise<void>((resolve) => {
      servers.push(
        createServer((_req, res) => {
          answer = () => res.end('done');
          resolve();
        }),
      );
    });
    const listening = servers.at(-1) as Server;
    const port = await listen(listening, { host: '127.0.0.1', port: 0 });
    const client = connect(port, '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    await arrived;
    return { listening, client, answer };
  }

  it('lets a request in flight end', async () => {
    const { listening, client, answer } = await pending();
    const closed = closeServer(listening, 20_000);
    const text = new Promise<string>((resolve) => {
      let all = '';
      client.setEncoding('utf8').on('data', (chunk: string) => (all += chunk));
      client.once('close', () => resolve(all));
    });
    answer();
    expect(await text).toContain('done');
    await closed;
  });

  it('loses no request of a client that sends one after another on one connection', async () => {
    let taken = 0;
    const listening = server((_req, res) => {
      taken += 1;
      setTimeout(() => res.end('ok'), 5);
    });
    const port = await listen(listening, { host: '127.0.0.1', port: 0 });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const request = () =>
      new Promise<string>((resolve) => {
        const sent = get({ port, agent }, (res) => {
          res.on('error', () => resolve('cut')).on('end', () => resolve('ok'));
          res.resume();
        });
        sent.on('error', () => resolve(sent.reusedSocket ? 'lost' : 'no connection'));
      });
    expect(await request()).toBe('ok');
    const closed = closeServer(listening, 5_000);
    const answers = [];
    do answers.push(await request());
    while (answers.at(-1) === 'ok');
    expect(answers.at(-1)).toBe('no connection'); // so it was sent nowhere, and can be sent again
    expect(taken).toBe(answers.length); // with the first, without the last
    expect(taken).toBeGreaterThan(2);
    await closed;
  });

  it('does not wait for a connection that becomes idle', async () => {
    let answer = () => {};
    const listening = server((_req, res) => void (answer = () => res.end('ok')));
    const port = await listen(listening, { host: '127.0.0.1', port: 0 });
    const response = fetch(`http://127.0.0.1:${port}`);
    await once(listening, 'request');
    const began = performance.now();
    const closed = closeServer(listening, 20_000);
    answer();
    await (await response).text();
    await closed;
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('cuts a request that takes longer than the grace', async () => {
    const { listening, client } = await pending();
    const cut = once(client, 'close');
    client.on('error', () => {});
    await closeServer(listening, 20);
    await cut;
  });

  it('does not wait for idle connections', async () => {
    const listening = server((_req, res) => void res.end('ok'));
    const port = await listen(listening, { host: '127.0.0.1', port: 0 });
    await (await fetch(`http://127.0.0.1:${port}`)).text(); // kept alive
    const began = performance.now();
    await closeServer(listening, 20_000);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

it('finds a port that can be listened on', async () => {
  const port = await freePort();
  expect(await listen(server(), { host: '127.0.0.1', port })).toBe(port);
});

it('keeps a port for a server that starts later, and refuses connections meanwhile', async () => {
  const port = await freePort();
  const isLinux = process.platform === 'linux';
  const isBound = async () =>
    isLinux && (await readFile('/proc/net/tcp', 'utf8')).includes(`: 0100007F:${port.toString(16).toUpperCase()} `);
  expect(await isBound()).toBe(false);
  const release = await holdPort(port);
  expect(await isBound()).toBe(isLinux);
  await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  expect(await listen(server(), { host: '127.0.0.1', port })).toBe(port);
  release();
});
