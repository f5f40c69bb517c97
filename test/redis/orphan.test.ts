import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { family, survivors } from '../support/processes.js';
import { waitFor } from '../support/wait.js';
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
    const port = Number(new URL(line.trim()).port);
    await connectTo(port);
    const started = family(Number(parent.pid));
    expect(started.length).toBeGreaterThanOrEqual(3); // the parent, the child guard, the server

    parent.kill('SIGKILL');
    await waitFor('the end of all of them', () => survivors(started).length === 0, 5_000);
    await expect(connectTo(port)).rejects.toThrow('ECONNREFUSED');
  });
});

function connectTo(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}
