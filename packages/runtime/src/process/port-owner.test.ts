import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type ListenOptions, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../../test/supervisor.js';
import { spawnGuarded, type GuardedChild } from '../child-guard/index.js';
import { portOwner } from './port-owner.js';
import type { Loopback } from './probe.js';

const ENVIRONMENT = { PATH: `${process.env['PATH']}` };
const held: GuardedChild[] = [];
const servers: Server[] = [];
const listeners: number[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  for (const pid of listeners.splice(0)) process.kill(pid); // a listener may be outside the group that the child guard kills
  await Promise.all(held.splice(0).map((each) => each.kill()));
});

/** Runs the line of a shell until it has written output. */
async function running(line: string, env = {}): Promise<{ pid: number; output: string }> {
  const guarded = await spawnGuarded({ command: '/bin/sh', args: ['-c', line], env: { ...ENVIRONMENT, ...env } });
  held.push(guarded);
  const [output] = (await once(guarded.stdout.setEncoding('utf8'), 'data')) as [string];
  return { pid: guarded.pid, output };
}
async function somebodyElse(options: ListenOptions = { host: '127.0.0.1' }): Promise<number> {
  const server = createServer().listen({ port: 0, ...options });
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** The port on which the line of a shell has a Node listen. */
async function listening(line: string, host = '127.0.0.1') {
  const script = `require('net').createServer().listen(0, process.env.HOST, function () { console.log(this.address().port + ' ' + process.pid) })`;
  const { pid, output } = await running(line, { NODE: process.execPath, SCRIPT: script, HOST: host });
  const [port = 0, listener = 0] = output.split(' ').map(Number);
  listeners.push(listener);
  return { pid, port };
}
const at = (port: number, host: Loopback = '127.0.0.1') => ({ host, port });
const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('the owner of a port', () => {
  it.each([
    ['the command itself', 'exec "$NODE" -e "$SCRIPT"'],
    ['a child of the command', '"$NODE" -e "$SCRIPT"; exit 1'],
    ['a child that has left the process group', 'setsid "$NODE" -e "$SCRIPT" & wait'],
    ['a child whose parent has ended', '("$NODE" -e "$SCRIPT" &); sleep 1000'],
  ])('is own when it is %s', async (_who, line) => {
    const { pid, port } = await listening(line);
    expect(await portOwner(at(port), pid)).toBe('own');
  });

  it.each(['0.0.0.0', '::', '::ffff:127.0.0.1'])('is own when the command listens on %s', async (host) => {
    const { pid, port } = await listening('exec "$NODE" -e "$SCRIPT"', host);
    expect(await portOwner(at(port), pid)).toBe('own');
  });

  it.each(['127.0.0.1', '0.0.0.0', '::'])('is foreign when another program listens on %s', async (host) => {
    const { pid } = await running('echo ready; sleep 1000');
    expect(await portOwner(at(await somebodyElse({ host })), pid)).toBe('foreign');
  });

  it.each(['::1', '::'])('is own when the command listens on %s and the connection goes to ::1', async (host) => {
    const { pid, port } = await listening('exec "$NODE" -e "$SCRIPT"', host);
    expect(await portOwner(at(port, '[::1]'), pid)).toBe('own');
  });

  it.each(['::1', '::'])(
    'is foreign when another program listens on %s and the connection goes to ::1',
    async (host) => {
      const { pid } = await running('echo ready; sleep 1000');
      expect(await portOwner(at(await somebodyElse({ host }), '[::1]'), pid)).toBe('foreign');
    },
  );

  it('is the owner of the address that accepts the connection', async () => {
    const port = await somebodyElse({ host: '::', ipv6Only: true });
    const script = `require('net').createServer().listen(${port}, '127.0.0.1', () => console.log('listens'))`;
    const { pid } = await running('exec "$NODE" -e "$SCRIPT"', { NODE: process.execPath, SCRIPT: script });
    expect(await portOwner(at(port), pid)).toBe('own');
  });

  it('is unknown when nothing listens', async () => {
    const port = await somebodyElse();
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect(await portOwner(at(port), process.pid)).toBe('unknown');
  });
});

describe('the owner of a port', () => {
  it.each([
    { owner: 0, user: 1000, found: 'unknown' },
    { owner: 0, user: 0, found: 'foreign' },
    { owner: 65_534, user: 1000, found: 'foreign' },
  ])('of user $owner is $found to user $user, who trusts root alone', async ({ owner, user, found }) => {
    const folder = await temporaryFolder();
    await mkdir(join(folder.path, 'net'));
    const columns = `0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000 ${owner} 0 4711`;
    await writeFile(join(folder.path, 'net/tcp'), `head\n${columns}\n`);
    expect(await portOwner(at(8000), process.pid, { proc: folder.path, user })).toBe(found);
    await folder.remove();
  });

  it('is unknown where the system does not report it', async () => {
    const folder = await temporaryFolder();
    expect(await portOwner(at(await somebodyElse()), process.pid, { proc: folder.path })).toBe('unknown');
    await folder.remove();
  });
});
