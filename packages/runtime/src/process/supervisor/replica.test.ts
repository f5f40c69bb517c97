import { adapter } from '../../../test/refs.js';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TestClock } from '../../../test/clock.js';
import { descriptorsOf } from '../../../test/descriptors.js';
import { serverState } from '../../../test/observed.js';
import { logOf, SERVER, supervisorOptions, temporaryFolder, workload } from '../../../test/supervisor.js';
import { eventually } from '../../../test/wait.js';
import type { ObservedReplica } from '../../runtime.js';
import { catalogue } from '../catalogue.js';
import { Supervisor, type SupervisorOptions } from './supervisor.js';
import { desiredWorkload } from '../../workload.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let clock: TestClock;
let supervisor: Supervisor;
const start = (more: Partial<SupervisorOptions> = {}) => {
  supervisor = new Supervisor({ ...supervisorOptions(folder.path), clock, ...more });
};
beforeEach(async () => {
  folder = await temporaryFolder();
  clock = new TestClock();
  start();
});
afterEach(async () => {
  await supervisor.close();
  await folder.remove();
});

const seen = () => supervisor.observe(adapter('echo'));
const replica = () => seen().replicas[0] as ObservedReplica;
const isReady = () => eventually(() => expect(replica()).toMatchObject({ state: 'Ready' }));
const PAUSES = new Set([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000]);

describe('a replica that keeps crashing', () => {
  it('is restarted at once, and then after pauses that double up to five minutes', async () => {
    supervisor.apply(desiredWorkload(workload('echo', { imageName: 'broken' })));
    await eventually(() => expect(clock.sleeps.filter((ms) => ms === 300_000).length).toBeGreaterThan(1));
    const pauses = clock.sleeps.filter((ms) => ms === 0 || PAUSES.has(ms));
    const doubling = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000];
    expect(pauses.slice(0, 12)).toEqual([0, ...doubling, 300_000, 300_000]);
  });

  it('reports the exit code, the number of crashes and the next start, and has no endpoint', async () => {
    clock.hold(4_000);
    supervisor.apply(desiredWorkload(workload('echo', { imageName: 'broken' })));
    await eventually(() => expect(replica().restartCount).toBe(4));
    expect(replica()).toMatchObject({
      state: 'BackOff',
      endpoint: null,
      lastExitCode: 7,
      message: 'It ended with exit code 7, 4 times in a row; the next start is in 4 s.',
    });
    expect(seen().failure).toBeNull();
    const log = await readFile(logOf(folder.path), 'utf8');
    expect(log).toBe('out of luck\n'.repeat(4));
  });

  it('leaves no file open', async () => {
    clock.hold(4_000);
    supervisor.apply(desiredWorkload(workload('echo', { imageName: 'broken' })));
    await eventually(() => expect(replica().restartCount).toBe(4));
    await eventually(() => expect(descriptorsOf(logOf(folder.path))).toBe(0));
  });

  it('does not delay its removal', async () => {
    clock.hold(4_000);
    supervisor.apply(desiredWorkload(workload('echo', { imageName: 'broken' })));
    await eventually(() => expect(replica().restartCount).toBe(4));
    await supervisor.remove(adapter('echo'));
    expect(seen().exists).toBe(false);
  });

  it('has all its output in its log when it ends', async () => {
    const script = `require('fs').writeSync(1, 'x'.repeat(60_000) + ' last words'); process.exit(9)`;
    start({
      catalogue: catalogue({ talker: { command: process.execPath, args: ['-e', script], env: {} } }, undefined),
    });
    clock.hold(0);
    supervisor.apply(desiredWorkload(workload('echo', { imageName: 'talker' })));
    await eventually(() => expect(replica()).toMatchObject({ lastExitCode: 9 }));
    await eventually(async () => {
      const log = await readFile(logOf(folder.path), 'utf8');
      expect(log.length).toBe(60_011);
      expect(log.endsWith(' last words')).toBe(true);
    });
  });
});

describe('the environment of a replica', () => {
  it('makes it listen on loopback and its own port, whatever the spec says', async () => {
    start({ environment: { ...supervisorOptions(folder.path).environment, HOST: '0.0.0.0', PORT: '1' } });
    supervisor.apply(desiredWorkload(workload('echo')));
    await isReady();
    const { url = '' } = replica().endpoint ?? {};
    const { environment } = await serverState(url);
    expect(environment).toMatchObject({ HOST: '127.0.0.1', PORT: new URL(url).port, MCP_GATEWAY_REPLICA: 'echo-0' });
  });
});

describe('variables of the same name', () => {
  it('come from the spec, then from the catalogue, then from the machine', async () => {
    const env = { A: 'catalogue', B: 'catalogue', C: 'catalogue' };
    const server = { command: process.execPath, args: [SERVER], env };
    start({
      catalogue: catalogue({ server }, undefined),
      environment: { ...supervisorOptions(folder.path).environment, A: 'machine', B: 'machine', D: 'machine' },
    });
    supervisor.apply(desiredWorkload(workload('echo', { environment: { A: 'adapter' } })));
    await isReady();
    const { environment } = await serverState(replica().endpoint?.url ?? '');
    expect(environment).toMatchObject({ A: 'adapter', B: 'catalogue', C: 'catalogue', D: 'machine' });
  });
});

describe('a removal', () => {
  it('that is followed by an apply keeps the workload and its logs', async () => {
    supervisor.apply(desiredWorkload(workload('echo')));
    await isReady();
    const removed = supervisor.remove(adapter('echo'));
    supervisor.apply(desiredWorkload(workload('echo', { replicas: 0 })));
    await removed;
    expect(seen()).toMatchObject({ exists: true, removing: false });
    expect(await readFile(logOf(folder.path), 'utf8')).toContain('listens');
  });
});

describe('a replica that is stopped', () => {
  it('takes no new sessions, says until when it drains, loses its endpoint then, and ends', async () => {
    const release = clock.hold(300);
    supervisor.apply(desiredWorkload(workload('echo')));
    await isReady();
    const { endpoint } = replica();
    const states: unknown[] = [];
    supervisor.watch(() => states.push(seen().replicas.map((each) => each.endpoint)));
    const drainUntil = new Date(clock.now() + 300).toISOString();
    supervisor.apply(desiredWorkload(workload('echo', { replicas: 0 })));
    const draining = { ...endpoint, ready: false, serving: true, draining: true, drainUntil };
    expect(seen()).toMatchObject({ desiredReplicas: 0, replicas: [{ state: 'Stopping', endpoint: draining }] });
    const { url = '' } = endpoint ?? {};
    expect((await fetch(url, { headers: { connection: 'close' } })).status).toBe(200);
    release();
    await eventually(() => expect(seen().replicas).toEqual([]));
    expect(states).toEqual(expect.arrayContaining([[draining], [null], []]));
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  it('does not drain when it was never ready', async () => {
    clock.hold(300);
    supervisor.apply(desiredWorkload(workload('echo', { environment: { HEALTH: '500' } })));
    await eventually(() => expect(replica().message).toBe('GET /healthz answers 500'));
    supervisor.apply(desiredWorkload(workload('echo', { replicas: 0 })));
    expect(replica()).toMatchObject({ state: 'Stopping', endpoint: null });
    await supervisor.remove(adapter('echo'));
  });

  it('stops to drain when the workload is removed, or its process ends', async () => {
    clock.hold(300);
    supervisor.apply(desiredWorkload(workload('echo')));
    await isReady();
    supervisor.apply(desiredWorkload(workload('echo', { replicas: 0 })));
    await supervisor.remove(adapter('echo'));
    expect(seen().exists).toBe(false);

    supervisor.apply(desiredWorkload(workload('echo')));
    await isReady();
    const { url = '' } = replica().endpoint ?? {};
    supervisor.apply(desiredWorkload(workload('echo', { replicas: 0 })));
    await fetch(`${url}/exit?code=0`, { method: 'POST' });
    await eventually(() => expect(seen().replicas).toEqual([]));
  });

  it('is killed when it ignores SIGTERM', async () => {
    start({ stopGraceSeconds: 0.2 });
    supervisor.apply(desiredWorkload(workload('echo', { environment: { IGNORE: 'SIGTERM' } })));
    await isReady();
    const { url = '' } = replica().endpoint ?? {};
    await supervisor.remove(adapter('echo'));
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });
});

describe('an image that cannot be resolved', () => {
  it('is tried again until it resolves', async () => {
    const file = join(folder.path, 'catalogue.json');
    await writeFile(file, '{');
    start({ catalogue: catalogue({}, file) });
    supervisor.apply(desiredWorkload(workload('echo', { imageName: 'mine' })));
    await eventually(() => expect(seen().failure?.reason).toBe('CatalogueInvalid'));
    await writeFile(file, '{}');
    await eventually(() => expect(seen().failure?.reason).toBe('ImageNotFound'));
    expect(replica()).toMatchObject({ state: 'BackOff', message: seen().failure?.message, restartCount: 0 });
    await writeFile(file, JSON.stringify({ mine: { command: process.execPath, args: [SERVER] } }));
    await isReady();
    expect(seen().failure).toBeNull();
  });
});

describe('a command that cannot run', () => {
  it('is not started, with the reason, until it can run', async () => {
    const cwd = join(folder.path, 'later');
    const entry = { command: process.execPath, args: [SERVER], env: {}, cwd };
    start({ catalogue: catalogue({ server: entry }, undefined) });
    supervisor.apply(desiredWorkload(workload('echo')));
    await eventually(() => expect(seen().failure).toMatchObject({ reason: 'StartFailed' }));
    expect(seen().failure?.message).toContain(cwd);
    expect(replica()).toMatchObject({ state: 'BackOff', message: seen().failure?.message, restartCount: 0 });
    await mkdir(cwd);
    await isReady();
    expect(seen().failure).toBeNull();
  });
});

describe('a replica with a setting that processes do not support', () => {
  it.each([
    ['SecretsNotSupported', { secretEnvironment: { TOKEN: { secret: 'mcp', key: 'token' } } }],
    ['VariableNotSupported', { environment: { OPTIND: 'abc' } }],
  ])('is not started, and says why: %s', async (reason, more) => {
    supervisor.apply(desiredWorkload(workload('echo', more)));
    await eventually(() => expect(seen().failure).toMatchObject({ reason }));
    expect(replica()).toMatchObject({ state: 'BackOff', endpoint: null, message: seen().failure?.message });
  });
});
