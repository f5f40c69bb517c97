import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { removeCgroups } from '../../cluster/machine/cgroups.mjs';
import { run } from '../../cluster/machine/command.mjs';
import { afterTests, folder } from '../../support/after-tests.js';
import { bodyOf } from '../../support/http.js';
import { collect } from '../../support/launch.js';
import { waitFor } from '../../support/wait.js';

const START_MS = 60_000;
/** All of it ends with this process, however that ends. */
const ISOLATED = ['--pdeathsig=KILL', 'unshare', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];

/**
 * Runs in namespaces of its own. What the engine writes outside of its folder stays in them: its key in /etc, and the folder of
 * containerd in /opt.
 */
const START = `set -e
  mount -t overlay -o lowerdir=/etc,upperdir="$0/etc",workdir="$0/work" overlay /etc
  mount -t tmpfs tmpfs /opt
  ip link set lo up
  sysctl -qw net.ipv4.ip_forward=1
  exec dockerd --data-root "$0/data" --exec-root "$0/exec" --pidfile "$0/pid" --host "unix://$0/docker.sock" \\
    --bridge none --cgroup-parent "/$1"`;

/**
 * A Docker engine with a network, mounts and processes of its own, so that it changes nothing on the machine and leaves nothing
 * behind. It ends with the tests.
 */
export async function startEngine() {
  const home = await folder();
  const name = basename(home);
  for (const each of ['etc', 'work', 'data', 'exec']) await mkdir(join(home, each));
  const child = spawn('setpriv', [...ISOLATED, 'sh', '-c', START, home, name], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collect(child);
  const ended = once(child, 'exit');
  afterTests(async () => {
    // Its containers end with it, because it is the first process of their namespace.
    child.kill('SIGKILL');
    await ended;
    await removeCgroups({ name });
  });
  const socket = join(home, 'docker.sock');
  await waitFor(`the engine to listen\n${output()}`, () => ask(socket, '/_ping', 'GET'), START_MS);
  return {
    host: `unix://${socket}`,
    home,
    output,
    /** Loads the images of an archive. */
    load: (archive: string) => ask(socket, '/images/load?quiet=1', 'POST', archive),
    /** Runs a command in the network of the engine, to whose loopback ports are published. */
    run: (command: string, args: readonly string[], env: Record<string, string> = {}) =>
      run('nsenter', ['--target', String(child.pid), '--net', command, ...args], {
        env: { PATH: process.env['PATH'], ...env },
      }),
  };
}

/** A request to the API of the engine, with a file as its body. */
async function ask(socketPath: string, path: string, method: string, file?: string): Promise<string> {
  const sent = request({ socketPath, path, method, timeout: START_MS });
  const answered = once(sent, 'response');
  if (file) await pipeline(createReadStream(file), sent);
  else sent.end();
  const [response] = (await answered) as [IncomingMessage];
  const text = (await bodyOf(response)).toString();
  if (response.statusCode !== 200) throw new Error(`${path} answered ${response.statusCode}: ${text}`);
  return text;
}
