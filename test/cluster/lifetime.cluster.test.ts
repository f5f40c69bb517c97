import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { afterTest } from '../support/clean-up.js';
import { marked } from '../support/processes.js';
import { waitFor } from '../support/wait.js';
import { down, readCluster } from './cluster.mjs';
import { kubectl } from './control-plane/kubectl.mjs';
import { instance } from './instance.mjs';
import { processesInPods } from './machine/cgroups.mjs';
import { isAlive } from './machine/processes.mjs';
import { cluster } from './support/cluster.js';
import { EXAMPLE_IMAGE } from './support/images.js';

const MAIN = fileURLToPath(new URL('main.mjs', import.meta.url));
const START_MS = 60_000;
const OTHER = instance(15);

/** Starts a second cluster, beside the one that the tests share. */
function hold(number = OTHER.number) {
  const child = spawn(process.execPath, [MAIN, 'hold', '--instance', String(number)], { stdio: 'pipe' });
  afterTest(() => void child.stdin.end());
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
  const ready = () => waitFor('the cluster', () => output.includes(`${OTHER.folder}\n`), START_MS);
  return { child, ready, output: () => output };
}

/** Everything of a cluster that a machine could keep. */
function left(): string[] {
  const groups = globSync(`/sys/fs/cgroup/{${OTHER.name},*/${OTHER.name}}`);
  const files = [OTHER.folder, `/run/netns/${OTHER.name}`, `/sys/class/net/${OTHER.devices.outside}`].filter(
    existsSync,
  );
  return [...groups, ...files, ...marked(OTHER.folder).map(({ command }) => command)];
}

describe('a cluster that a process holds', () => {
  beforeAll(() => down(OTHER));

  it('leaves nothing when the process gets a signal, even during its start', async () => {
    const { child } = hold();
    await waitFor('the API server', () =>
      marked(OTHER.folder).some(({ command }) => /\/kube-apiserver /.test(command)),
    );
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect(left()).toEqual([]);
  });

  it('reports why it does not start, and ends', async () => {
    const { child, output } = hold(cluster.instance.number);
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(output()).toContain(`Instance ${cluster.instance.number} is in use, in ${cluster.instance.folder}`);
  });

  it('is removed by the next cluster of its number after the process was killed, and that one ends with its input', async () => {
    const killed = hold();
    await killed.ready();
    const run = ['run', 'example', `--image=${EXAMPLE_IMAGE}`];
    await kubectl(readCluster(OTHER.folder), run);
    await kubectl(readCluster(OTHER.folder), ['wait', 'pod/example', '--for=condition=Ready', '--timeout=30s']);
    const pods = processesInPods(OTHER);
    expect(pods.length).toBeGreaterThan(0);
    killed.child.kill('SIGKILL');
    await once(killed.child, 'exit');
    expect(left()).not.toEqual([]);

    const next = hold();
    await next.ready();
    expect(pods.filter(isAlive)).toEqual([]);
    expect(await kubectl(readCluster(OTHER.folder), ['get', 'pods', '--output=name'])).toBe('');

    next.child.stdin.end();
    await once(next.child, 'exit');
    expect(left()).toEqual([]);
  });
});
