import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  endDeadConnections,
  readUnacknowledged,
  silences,
  unacknowledgedIn,
  type Silence,
  type Unacknowledged,
} from './end-dead-connections.js';

/** As Linux 6.1 wrote it. The columns: waits for a retransmission; listens; is quiet; keeps its peer's window under probes. */
const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
1197: 0107D50A:1BBE 0207D50A:DAF8 01 000000C3:00000000 01:00000C8B 00000008     0        0 352522 3 00000000a1437b19 5222 4 31 1 -1
  56: 00000000:1BBE 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 353874 1 00000000a9afadb5 100 0 0 10 0
2393: 0107D50A:1BBE 0207D50A:B62A 01 00000000:00000000 00:00000000 00000000     0        0 354018 1 00000000d7fc245d 20 4 31 11 -1
12394: 0107D50A:1BBE 0207D50A:B62B 01 00000012:00000000 04:000003E8 00000000  1000        2 354019 1 00000000d7fc245e 20 4 31 11 -1
`;
const TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   1: 0000000000000000FFFF00000107D50A:1F40 0000000000000000FFFF00000207D50A:0050 01 00000001:00000000 01:00000014 00000003     0        0 1 1 0
   2: 000080FE000000000000000001000000:1F40 B80D0120000000000000000001000000:0051 01 00000001:00000000 01:00000014 00000001     0        0 1 1 0
`;

describe('what the kernel reports', () => {
  it('names the peers that have acknowledged nothing', () => {
    expect(unacknowledgedIn(TCP)).toEqual([
      { localPort: 7102, address: '10.213.7.2', port: 56056, attempts: 8 },
      { localPort: 7102, address: '10.213.7.2', port: 46635, attempts: 2 },
    ]);
    expect(unacknowledgedIn(TCP6)).toEqual([
      { localPort: 8000, address: '::ffff:10.213.7.2', port: 80, attempts: 3 },
      { localPort: 8000, address: '2001:db8::1', port: 81, attempts: 1 },
    ]);
  });

  it('does not take a peer for vanished that only does not read', async () => {
    const { server, port } = await start({ read: async () => [] });
    const accepted = once(server, 'connection');
    (await connectTo(port)).pause();
    const [socket] = (await accepted) as [Socket];
    for (let i = 0; i < 1_000 && socket.writableLength === 0; i += 1) socket.write(Buffer.alloc(65_536));
    const found = process.platform === 'linux' ? await readUnacknowledged('IPv4') : [];
    expect(found.filter((each) => each.localPort === port && each.attempts > 3)).toEqual([]);
  });
});

describe('a peer', () => {
  const found = (attempts: number): Unacknowledged => ({ localPort: 80, address: '10.0.0.1', port: 1, attempts });
  const before = new Map<string, Silence>([['10.0.0.1 1', { attempts: 4, since: 1_000 }]]);

  it.each([
    { what: 'is silent from when it was first seen so', known: new Map(), attempts: 4, since: 5_000 },
    { what: 'stays so while the attempts grow', known: before, attempts: 5, since: 1_000 },
    { what: 'stays so until the next attempt', known: before, attempts: 4, since: 1_000 },
    { what: 'has acknowledged something when they begin anew', known: before, attempts: 3, since: 5_000 },
  ])('$what', ({ known, attempts, since }) => {
    expect([...silences(known, [found(attempts)], 5_000).values()]).toEqual([{ attempts, since }]);
  });

  it('is forgotten once it has acknowledged everything', () => {
    expect(silences(before, [], 5_000).size).toBe(0);
  });
});

it('ends the connection of a peer that stays silent, and no other', async () => {
  let silent: Unacknowledged[] = [];
  const { port } = await start({ everyMs: 5, silentMs: 20, read: async () => silent });
  const [dead, other] = [await connectTo(port), await connectTo(port)];
  const ends: string[] = [];
  for (const [name, socket] of Object.entries({ dead, other })) socket.once('close', () => ends.push(name));
  const { port: elsewhere } = await start({ read: async () => [] });
  const sameOfAnother = { localPort: elsewhere, address: '127.0.0.1', port: other.localPort as number, attempts: 7 };
  silent = [sameOfAnother, { localPort: port, address: '127.0.0.1', port: dead.localPort as number, attempts: 7 }];
  await once(dead, 'close');
  expect(ends).toEqual(['dead']);
});

it('has the kernel probe a quiet connection after half a minute', async () => {
  const { port } = await start({ read: async () => [] });
  const { localPort = 0 } = await connectTo(port);
  if (process.platform !== 'linux') return;
  // Linux reports which timer each connection has, and when it is over, in hundredths of a second.
  const [here, there] = [port, localPort].map((each) => each.toString(16).toUpperCase().padStart(4, '0'));
  const line = new RegExp(`:${here} \\S+:${there} 01 \\S+ 02:(\\w+) `);
  const [, timer = ''] = line.exec(await readFile('/proc/net/tcp', 'latin1')) ?? [];
  expect(Number.parseInt(timer, 16)).toBeGreaterThan(2_000);
  expect(Number.parseInt(timer, 16)).toBeLessThanOrEqual(3_000);
});

const ends: (() => void)[] = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

async function start(options: Parameters<typeof endDeadConnections>[1]): Promise<{ server: Server; port: number }> {
  const server = createServer();
  endDeadConnections(server, options);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => server.close().closeAllConnections());
  return { server, port: (server.address() as AddressInfo).port };
}

async function connectTo(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  ends.push(() => socket.destroy());
  await once(socket, 'connect');
  socket.resume();
  return socket;
}
