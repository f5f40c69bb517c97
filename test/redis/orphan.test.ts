import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { kinds, Servers } from './kinds.js';

const PARENT = fileURLToPath(new URL('parent.mjs', import.meta.url));

describe.each(kinds)('the embedded Redis ($name) whose parent is killed', ({ path }) => {
  let servers: Servers;

  beforeEach(async () => {
    servers = await Servers.create();
  });

  afterEach(() => servers.end());

  it('ends, and leaves no process behind', async () => {
    const parent = spawn(process.execPath, [PARENT, servers.dataDir, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(parent.stdout.setEncoding('utf8'), 'data')) as [string];
    const { url, group } = JSON.parse(line) as { url: string; group: number };
    const port = Number(new URL(url).port);
    await reach(port);
    expect(groupLives(group)).toBe(true);

    parent.kill('SIGKILL');
    await until(() => !groupLives(group));
    await expect(reach(port)).rejects.toThrow('ECONNREFUSED');
  });
});

/** Not by a signal: that would count the corpses that nobody has collected yet. */
function groupLives(group: number): boolean {
  return execFileSync('ps', ['-eo', 'pgid=,stat='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .some(([pgid, state]) => Number(pgid) === group && !state?.startsWith('Z'));
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('the processes are still there after 5 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function reach(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}
