import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { afterTest } from '../support/clean-up.js';
import { open } from '../support/http.js';
import { waitFor } from '../support/wait.js';
import { startGateway } from './support/gateway.js';
import { routeTo, startUpstream } from './support/upstream.js';

/** About a minute, plus time for a busy machine. */
const ENDED_MS = 120_000;
/** A network for benchmarks (RFC 2544), unused otherwise. */
const HERE = '198.18.53.1';
const THERE = '198.18.53.2';
const PATHS = ['quiet', 'busy', 'deaf'];

/** A client that opens a stream for each adapter and, like `deaf`, may not read it; it reports on standard output. */
const CLIENT = `
  const { get } = require('node:http');
  const [port, ...adapters] = process.argv.slice(1);
  for (const name of adapters) {
    const headers = { host: 'localhost', 'x-dev-userid': 'alice', accept: 'text/event-stream' };
    get({ host: '${HERE}', port, path: '/adapters/' + name + '/mcp', headers, agent: false }, (res) => {
      console.log('open ' + name);
      if (name !== 'deaf') res.resume();
    });
  }
`;

/** Another machine in terms of the network. */
let machine: ChildProcess;
const [near, far] = [`gw${process.pid}a`, `gw${process.pid}b`];
const run = (command: string, ...args: string[]) => execFileSync(command, args, { stdio: 'pipe' });
const inside = () => ['nsenter', `--net=/proc/${machine.pid}/ns/net`];
const runThere = (...command: string[]) => run('nsenter', ...inside().slice(1), ...command);

beforeAll(async () => {
  machine = spawn('unshare', ['--net', 'sh', '-c', 'echo ready; exec sleep 600'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(machine.stdout as NodeJS.ReadableStream, 'data');
  run('ip', 'link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', String(machine.pid));
  run('ip', 'address', 'add', `${HERE}/30`, 'dev', near);
  run('ip', 'link', 'set', near, 'up');
  runThere('ip', 'link', 'set', far, 'name', 'eth0');
  runThere('ip', 'address', 'add', `${THERE}/30`, 'dev', 'eth0');
  runThere('ip', 'link', 'set', 'eth0', 'up');
});
afterAll(() => {
  machine.kill('SIGKILL');
  run('ip', 'link', 'delete', near);
});

it('the gateway frees the resources of a client whose machine has vanished within about a minute, and keeps a client that only does not read', async () => {
  const { endpoint, seen } = await startUpstream((_req, res, { url }) => {
    res
      .on('error', () => {})
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .flushHeaders();
    if (url.endsWith('quiet')) return;
    const bytes = url.endsWith('deaf') ? 65_536 : 16;
    const writes = setInterval(() => res.writableNeedDrain || res.write(`: ${'x'.repeat(bytes)}\n\n`), 100);
    res.once('close', () => clearInterval(writes));
  });
  const routes = PATHS.map((name) => routeTo({ ...endpoint, id: name, path: `/${name}` }, { name, resourceId: name }));
  const gateway = await startGateway({ routes, host: '0.0.0.0' });
  const alive = await open(`${gateway.url}/adapters/deaf/mcp`, { method: 'GET' });
  alive.pause();
  afterTest(() => alive.destroy());

  const [command = '', ...args] = inside();
  const { port } = new URL(gateway.url);
  const client = spawn(command, [...args, process.execPath, '-e', CLIENT, port, ...PATHS], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  afterTest(() => client.kill('SIGKILL'));
  let output = '';
  client.stdout.on('data', (text) => (output += String(text)));
  await waitFor('the client to open its streams', () => PATHS.every((name) => output.includes(`open ${name}`)));
  const ended = seen.slice(1).map(({ url, cut }) => cut.then(() => url));
  runThere('ip', 'link', 'set', 'eth0', 'down');

  const late = new Promise<string[]>((resolve) => setTimeout(resolve, ENDED_MS, ['not within two minutes']).unref());
  expect((await Promise.race([Promise.all(ended), late])).toSorted()).toEqual(['/busy', '/deaf', '/quiet']);
  expect(gateway.upstreams.inFlight({ ...endpoint, id: 'deaf' })).toBe(1);
  expect(alive.destroyed).toBe(false);
});
