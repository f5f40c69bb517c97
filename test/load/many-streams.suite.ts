import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeAll, expect, it } from '@jest/globals';
import { startGateway, type Gateway } from '../support/gateway.js';
import { repository } from '../support/launch.js';
import { replicaProcesses } from '../support/replicas.js';
import { waitFor } from '../support/wait.js';

const STREAMS = 500;
/**
 * The allowed growth of the data plane while streams fill all buffers on the way, in bytes, and afterwards. Most of the first is
 * memory that the allocator keeps: a stream at rest holds about 30 KiB.
 */
const WHILE_FILLING = STREAMS * 512 * 1024;
const AT_REST = 32 * 1024 * 1024;
/** The number of streams that are read again, each for more bytes than all buffers on its way hold. */
const READ_AGAIN = 10;
const MORE_THAN_BUFFERED = 64 * 1024 * 1024;
const RUN_MS = 180_000;
const KB = 1024;

let gateway: Gateway;
let url: URL;
let server: string;
beforeAll(async () => {
  const entry = { command: process.execPath, args: [repository('test/load/flood.mjs')] };
  gateway = await startGateway({ catalogue: { flood: entry } });
  await gateway.api.create({ name: 'flood', imageName: 'flood', imageVersion: '1' });
  await gateway.api.ready('flood');
  url = new URL(gateway.api.mcp('flood'));
  server = `http://127.0.0.1:${replicaProcesses(gateway, 'flood')[0]?.environment['PORT']}`;
  await others(500); // warms up: code and memory that the data plane loads or allocates once
}, RUN_MS);

const sockets: Socket[] = [];
afterEach(() => sockets.splice(0).forEach((socket) => socket.destroy()));

const memory = () =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(gateway.part('data-plane'))], { encoding: 'utf8' })) * KB;

async function begin(head: string): Promise<Socket> {
  const socket = connect(Number(url.port), url.hostname);
  sockets.push(socket);
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(`${head}\r\nHost: ${url.host}\r\n\r\n`);
  return socket;
}

/** Makes ordinary calls one after another; returns the duration of the slowest, in milliseconds. */
async function others(count: number): Promise<number> {
  let slowest = 0;
  for (let i = 0; i < count; i += 1) {
    const begun = performance.now();
    const answer = await fetch(url, { method: 'POST', body: '{}', signal: AbortSignal.timeout(20_000) });
    expect(await answer.text()).toBe('ok');
    slowest = Math.max(slowest, performance.now() - begun);
  }
  return slowest;
}

/** Waits until no byte has moved for a while; returns the bytes that have moved. */
async function standstill(moved: () => number | Promise<number>): Promise<number> {
  let before = -1;
  let polls = 0;
  await waitFor(
    'a standstill',
    async () => {
      const now = await moved();
      polls = now === before ? polls + 1 : 0;
      before = now;
      return now > 0 && polls === 100;
    },
    60_000,
  );
  return before;
}

/** Makes other calls while the streams are at rest; fails when the data plane has grown more than it may. */
async function expectFlat(what: string, moved: number, before: number): Promise<void> {
  const full = memory();
  const slowest = await others(200);
  const filling = full - before;
  const atRest = memory() - full;
  const mib = (bytes: number) => `${(bytes / KB / KB).toFixed(0)} MiB`;
  process.stdout.write(
    `${STREAMS} ${what}: ${mib(moved)} moved, ${mib(filling)} more memory, then ${mib(atRest)}; ` +
      `the slowest of 200 other calls took ${slowest.toFixed(0)} ms\n`,
  );
  expect(filling).toBeLessThan(WHILE_FILLING);
  expect(atRest).toBeLessThan(AT_REST);
}

it(
  'stop when their readers stop, while memory stays flat and other calls succeed',
  async () => {
    const before = memory();
    const readers = await Promise.all(Array.from({ length: STREAMS }, () => begin(`GET ${url.pathname} HTTP/1.1`)));
    readers.forEach((socket) => socket.pause());
    const written = async () => Number(await (await fetch(`${server}/written`)).text());
    const moved = await standstill(written);
    await expectFlat('streams to clients that stopped reading', moved, before);
    expect(await written()).toBe(moved);

    // The machine may be short of memory for sockets by now, which is its own limit, so the other sockets close first.
    const again = readers.splice(0, READ_AGAIN);
    readers.forEach((socket) => socket.destroy());
    again.forEach((socket) => socket.resume());
    await waitFor(
      'the streams that are read again to move',
      () => again.every((socket) => socket.bytesRead > MORE_THAN_BUFFERED),
      60_000,
    );
  },
  RUN_MS,
);

it(
  'stop when the server stops reading, while memory stays flat and other calls succeed',
  async () => {
    const before = memory();
    const chunk = Buffer.alloc(64 * KB, 'x');
    const length = 64 * chunk.length;
    let moved = 0;
    const heads = Array.from({ length: STREAMS }, () =>
      begin(`POST ${url.pathname}?hold HTTP/1.1\r\nContent-Length: ${length}`),
    );
    for (const socket of await Promise.all(heads)) {
      let left = length;
      const write = () => {
        while (left > 0) {
          left -= chunk.length;
          moved += chunk.length;
          if (!socket.write(chunk)) break;
        }
      };
      socket.on('drain', write);
      write();
    }
    await expectFlat('bodies to a server that stopped reading', await standstill(() => moved), before);
  },
  RUN_MS,
);
